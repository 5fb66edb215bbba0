//! A method of a REST API that calls an AWS service with no function between: the request is validated, a template
//! makes the call of it, and another template words the answer.

use std::collections::HashMap;

use pulumi_gestalt_rust::Output;

use crate::aws::apigateway::integration::{self, IntegrationArgs, IntegrationResult};
use crate::aws::apigateway::integration_response::{self, IntegrationResponseArgs};
use crate::aws::apigateway::method::{self, MethodArgs, MethodResult};
use crate::aws::apigateway::method_response::{self, MethodResponseArgs, MethodResponseResult};
use crate::aws::apigateway::model::ModelResult;
use crate::rest_api::{JSON, RestApi, json_template};
use crate::role::Role;

/// One operation of an AWS service, with the role that may call it.
pub(crate) struct Action<'a> {
    /// For example `arn:aws:apigateway:us-east-1:dynamodb:action/UpdateItem`.
    pub(crate) uri: Output<String>,
    pub(crate) role: &'a Role,
}

/// What a client hears after the service has answered.
pub(crate) struct Answer {
    /// Unless the template sets another.
    pub(crate) status: u16,
    /// The service's statuses that it is for, as a regular expression; `None`: all that no other answer is for.
    pub(crate) of: Option<&'static str>,
    pub(crate) template: String,
}

/// A method to declare.
pub(crate) struct Method<'a> {
    /// Its name in the program, for example `create-order`.
    pub(crate) name: &'static str,
    /// For example `POST`.
    pub(crate) verb: &'static str,
    /// The id of its path's resource.
    pub(crate) path: &'a Output<String>,
    /// `AWS_IAM` or `NONE`.
    pub(crate) authorization: &'a str,
    pub(crate) model: &'a ModelResult,
    pub(crate) action: &'a Action<'a>,
    /// Makes the call of the request.
    pub(crate) request: String,
    pub(crate) answers: Vec<Answer>,
    /// The statuses that templates set: a status that a method has no response for becomes a 500.
    pub(crate) set_by_templates: &'static [u16],
}

impl RestApi<'_> {
    /// Declares the method with all its answers.
    pub(crate) fn method(&mut self, method: &Method<'_>) {
        let declared = self.declare_method(method);
        let integration = self.integration(method, &declared);
        for status in method.set_by_templates {
            let response = self.method_response(method, &declared, *status);
            self.parts.push(response.urn);
        }
        self.parts.push(integration.urn.clone());
        for answer in &method.answers {
            self.answer(method, &declared, &integration, answer);
        }
    }

    /// The model is also there for all other content types: without one nothing would be validated
    /// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html>).
    fn declare_method(&mut self, method: &Method<'_>) -> MethodResult {
        self.content.push_str(method.authorization);
        let models = method.model.name.map(|model| {
            HashMap::from([JSON, "$default"].map(|types| (types.to_owned(), model.clone())))
        });
        let declared = method::create_with_options(
            self.flow.ctx,
            method.name,
            MethodArgs::builder()
                .rest_api(self.api.id.clone())
                .resource_id(method.path.clone())
                .http_method(method.verb)
                .authorization(method.authorization)
                .request_validator_id(self.validator.id.clone())
                .request_models(models)
                .build_struct(),
            self.flow.options(),
        );
        self.parts.push(declared.urn.clone());
        declared
    }

    /// `NEVER`: a request of another content type is a 415, where its raw body would go to the service
    /// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html>).
    fn integration(&mut self, method: &Method<'_>, declared: &MethodResult) -> IntegrationResult {
        self.content.push_str(&method.request);
        integration::create_with_options(
            self.flow.ctx,
            &format!("{}-integration", method.name),
            IntegrationArgs::builder()
                .rest_api(self.api.id.clone())
                .resource_id(method.path.clone())
                .http_method(declared.http_method.clone())
                .type_("AWS")
                .integration_http_method("POST")
                .uri(method.action.uri.clone())
                .credentials(method.action.role.role.arn.clone())
                .passthrough_behavior("NEVER")
                .request_templates(json_template(method.request.clone()))
                .build_struct(),
            self.flow.after(&[&method.action.role.policy.urn]),
        )
    }

    fn method_response(
        &self,
        method: &Method<'_>,
        declared: &MethodResult,
        status: u16,
    ) -> MethodResponseResult {
        method_response::create_with_options(
            self.flow.ctx,
            &format!("{}-{status}", method.name),
            MethodResponseArgs::builder()
                .rest_api(self.api.id.clone())
                .resource_id(method.path.clone())
                .http_method(declared.http_method.clone())
                .status_code(status.to_string())
                .build_struct(),
            self.flow.options(),
        )
    }

    fn answer(
        &mut self,
        method: &Method<'_>,
        declared: &MethodResult,
        integration: &IntegrationResult,
        answer: &Answer,
    ) {
        self.content.push_str(&answer.template);
        let response = self.method_response(method, declared, answer.status);
        let answer = integration_response::create_with_options(
            self.flow.ctx,
            &format!("{}-answer-{}", method.name, answer.status),
            IntegrationResponseArgs::builder()
                .rest_api(self.api.id.clone())
                .resource_id(method.path.clone())
                .http_method(declared.http_method.clone())
                .status_code(response.status_code.clone())
                .maybe_selection_pattern(answer.of)
                .response_templates(json_template(answer.template.clone()))
                .build_struct(),
            self.flow.after(&[&integration.urn]),
        );
        self.parts.extend([response.urn, answer.urn]);
    }
}
