use std::collections::BTreeMap;

use super::context::{Facts, add_error, context};
use super::source::Sources;
use super::{
    Exchange, Fault, GatewayResponses, Parameters, Request, Resources, Response, ResponseType,
};

/// A deployed REST API: one stage of it.
#[derive(Clone, Debug)]
pub struct Api {
    /// Its resources with their methods.
    pub resources: Resources,
    /// How faults are worded.
    pub gateway_responses: GatewayResponses,
    /// `$stageVariables`.
    pub stage_variables: BTreeMap<String, String>,
}

/// For every method that a resource has none of its own for.
const ANY: &str = "ANY";

impl Api {
    /// Finds the method for a request. A path or method that the API does not have is answered as
    /// missing authentication, which often surprises.
    pub fn receive<'a>(
        &'a self,
        request: &'a Request,
        facts: &Facts,
    ) -> Result<Exchange<'a>, Fault> {
        let missing = || {
            Fault::new(
                ResponseType::MissingAuthenticationToken,
                "Missing Authentication Token",
            )
        };
        let (resource, path) = self.resources.find(&request.path).ok_or_else(missing)?;
        let methods = &resource.methods;
        let method = methods.get_key_value(&request.method);
        let method = method.or_else(|| methods.get_key_value(ANY));
        let method = method.ok_or_else(missing)?;
        let parameters = Parameters {
            path,
            ..request.parameters.clone()
        };
        let context = context(
            facts,
            &request.method,
            &request.path,
            Some((&resource.id, &resource.path)),
        );
        Ok(Exchange::new(
            self, resource, method, parameters, context, request,
        ))
    }

    /// `$context` of a request that has no method.
    #[must_use]
    pub fn context(&self, request: &Request, facts: &Facts) -> serde_json::Value {
        context(facts, &request.method, &request.path, None)
    }

    /// Words a fault of a request that has no method.
    #[must_use]
    pub fn refuse(&self, request: &Request, facts: &Facts, fault: &Fault) -> Response {
        let context = self.context(request, facts);
        self.worded(fault, &request.parameters, context)
    }

    pub(super) fn worded(
        &self,
        fault: &Fault,
        parameters: &Parameters,
        mut context: serde_json::Value,
    ) -> Response {
        add_error(&mut context, fault);
        let declared = self.gateway_responses.find(fault.response_type);
        let status = declared.and_then(|declared| declared.status);
        let status = status.unwrap_or_else(|| fault.response_type.status());
        let sources = Sources {
            parameters,
            context: &context,
            stage_variables: &self.stage_variables,
            answer: None,
        };
        let mut headers = vec![(
            "x-amzn-ErrorType".to_owned(),
            fault.response_type.exception().to_owned(),
        )];
        let template = declared.and_then(|declared| {
            let json = declared.templates.get_key_value("application/json");
            json.or_else(|| declared.templates.iter().next())
        });
        let (media_type, body) = match template {
            Some((media_type, template)) => (
                media_type.as_str(),
                template.written(&context, &self.stage_variables),
            ),
            None => (
                "application/json",
                serde_json::json!({ "message": fault.message }).to_string(),
            ),
        };
        headers.push(("Content-Type".to_owned(), media_type.to_owned()));
        for (name, source) in declared
            .map(|declared| &declared.headers)
            .into_iter()
            .flatten()
        {
            if let Some(value) = source.value(&sources) {
                headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
                headers.push((name.clone(), value));
            }
        }
        Response {
            status,
            headers,
            body,
        }
    }
}
