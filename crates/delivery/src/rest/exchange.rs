use serde_json::Value;

use super::source::Sources;
use super::template::Scope;
use super::{
    Answer, Api, Backend, Fault, Method, Parameters, RenderError, Resource, Response, ResponseType,
    media_type,
};

/// A request as it came in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The HTTP method.
    pub method: String,
    /// The path below the stage, percent-encoded as sent: `/orders/42`.
    pub path: String,
    /// Query string and headers; the path's parameters are found later.
    pub parameters: Parameters,
    /// The body.
    pub body: String,
}

/// What the backend is called with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call<'a> {
    /// Nothing is called: it goes on as if a backend had answered this.
    Mock(Response),
    /// An operation of an AWS service, with this body.
    Action {
        /// The operation.
        action: &'a super::Action,
        /// The request's body.
        body: String,
    },
}

/// One request on its way through a method.
#[derive(Clone, Debug)]
pub struct Exchange<'a> {
    api: &'a Api,
    resource: &'a Resource,
    verb: &'a str,
    method: &'a Method,
    parameters: Parameters,
    context: Value,
    request: &'a Request,
}

impl<'a> Exchange<'a> {
    pub(super) fn new(
        api: &'a Api,
        resource: &'a Resource,
        (verb, method): (&'a String, &'a Method),
        parameters: Parameters,
        context: Value,
        request: &'a Request,
    ) -> Self {
        Self {
            api,
            resource,
            verb,
            method,
            parameters,
            context,
            request,
        }
    }

    /// The method that was found.
    #[must_use]
    pub fn method(&self) -> &'a Method {
        self.method
    }

    /// The resource that was found.
    #[must_use]
    pub fn resource(&self) -> &'a Resource {
        self.resource
    }

    /// `$context` as it is now.
    #[must_use]
    pub fn context(&self) -> &Value {
        &self.context
    }

    /// What tells this method from every other of the API.
    pub(super) fn key(&self) -> (String, String) {
        (self.resource.id.clone(), self.verb.to_owned())
    }

    /// Tells `$context.identity` who signed.
    pub fn signed_by(&mut self, access_key: &str, user_arn: &str) {
        self.context["identity"]["accessKey"] = access_key.into();
        self.context["identity"]["userArn"] = user_arn.into();
    }

    /// Validates the request and writes what the backend is called with.
    pub fn call(&mut self) -> Result<Call<'a>, Fault> {
        let media_type = media_type(self.parameters.header("content-type"));
        let body = &self.request.body;
        self.method.validate(&self.parameters, &media_type, body)?;
        let integration = &self.method.integration;
        let body = match integration.template(&media_type)? {
            None => body.clone(),
            Some(template) => {
                let rendered = template.render(&self.scope(body));
                let rendered = rendered.map_err(|error| self.failed(&error))?;
                self.context["requestOverride"] = serde_json::json!({ "path": rendered.kept });
                rendered.text
            }
        };
        Ok(match &integration.backend {
            Backend::Mock => Call::Mock(mocked(&body)?),
            Backend::Action(action) => Call::Action { action, body },
        })
    }

    /// Words the backend's answer for the client.
    pub fn answer(&self, answer: Answer) -> Result<Response, Fault> {
        let internal = "Internal server error";
        let answer = match answer {
            Answer::Answered(answer) => answer,
            Answer::Failed => return Err(Fault::new(ResponseType::IntegrationFailure, internal)),
            Answer::TimedOut => {
                return Err(Fault::new(
                    ResponseType::IntegrationTimeout,
                    "Endpoint request timed out",
                ));
            }
        };
        let selected = self.method.integration.responses.select(answer.status);
        let selected = selected.ok_or_else(|| {
            Fault::configuration(format!(
                "no integration response is for the backend's status {}, and none is the default",
                answer.status
            ))
        })?;
        let sources = Sources {
            parameters: &self.parameters,
            context: &self.context,
            stage_variables: &self.api.stage_variables,
            answer: Some(&answer),
        };
        let mapped = selected.headers.iter().filter_map(|(name, source)| {
            let value = source.value(&sources)?;
            Some((name.clone(), value))
        });
        let mut headers: Vec<(String, String)> = mapped.collect();
        let mut status = selected.status;
        let accept = self.parameters.header("accept");
        let (media_type, body) = match selected.template(accept) {
            None => ("application/json", answer.body),
            Some((media_type, template)) => {
                let rendered = template.render(&self.scope(&answer.body));
                let rendered = rendered.map_err(|error| Fault::configuration(error.to_string()))?;
                status = rendered.overrides.status.unwrap_or(status);
                for (name, value) in rendered.overrides.headers {
                    headers.retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
                    headers.push((name, value));
                }
                (media_type, rendered.text)
            }
        };
        if !self.method.responses.contains(&status) {
            return Err(Fault::configuration(format!(
                "the method has no response for the status {status}"
            )));
        }
        let typed = |(name, _): &(String, String)| name.eq_ignore_ascii_case("content-type");
        if !headers.iter().any(typed) {
            headers.push(("Content-Type".to_owned(), media_type.to_owned()));
        }
        Ok(Response {
            status,
            headers,
            body,
        })
    }

    /// Words a fault of this request.
    #[must_use]
    pub fn refuse(&self, fault: &Fault) -> Response {
        self.api
            .worded(fault, &self.parameters, self.context.clone())
    }

    fn scope<'b>(&'b self, body: &'b str) -> Scope<'b> {
        Scope {
            body,
            parameters: &self.parameters,
            context: &self.context,
            stage_variables: &self.api.stage_variables,
        }
    }

    /// A request template that could not be applied: the client's fault only if its body is no JSON.
    fn failed(&self, error: &RenderError) -> Fault {
        match error {
            RenderError::Body(_) => Fault::new(ResponseType::BadRequestBody, error.to_string()),
            RenderError::Failed(reason) => Fault::configuration(format!(
                "the request template of {} {}: {reason}",
                self.request.method, self.resource.path
            )),
        }
    }
}

/// A mock's request template writes `{"statusCode": 200}`.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html>
fn mocked(body: &str) -> Result<Response, Fault> {
    let request: Option<Value> = serde_json::from_str(body).ok();
    let status = request
        .as_ref()
        .and_then(|request| request.get("statusCode"))
        .and_then(|status| status.as_u64().or_else(|| status.as_str()?.parse().ok()))
        .and_then(|status| u16::try_from(status).ok());
    let status = status.ok_or_else(|| {
        Fault::configuration(format!(
            "a mock's request template writes {{\"statusCode\": 200}}, this one wrote {body}"
        ))
    })?;
    Ok(Response {
        status,
        ..Response::default()
    })
}
