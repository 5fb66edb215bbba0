//! REST APIs of API Gateway: what each begins with, its paths, its models and what it answers by itself.

use std::collections::HashMap;

use pulumi_gestalt_rust::Output;
use serde_json::Value;

use crate::aws::apigateway::model::{self, ModelArgs, ModelResult};
use crate::aws::apigateway::request_validator::{
    self, RequestValidatorArgs, RequestValidatorResult,
};
use crate::aws::apigateway::resource::{self, ResourceArgs};
use crate::aws::apigateway::response::{self, ResponseArgs};
use crate::aws::apigateway::rest_api::{self, RestApiArgs, RestApiResult};
use crate::aws::types::apigateway::RestApiEndpointConfiguration;
use crate::flow::Flow;

pub(crate) const JSON: &str = "application/json";

/// An API under construction. It is served once it is deployed, see `rest_stage.rs`.
pub(crate) struct RestApi<'a> {
    pub(crate) flow: &'a Flow<'a>,
    /// Its name in the program.
    pub(crate) name: &'static str,
    pub(crate) api: RestApiResult,
    pub(crate) validator: RequestValidatorResult,
    /// The URNs of all that a deployment has to wait for: it is a copy of the API as it is then.
    pub(crate) parts: Vec<Output<String>>,
    /// Everything in the parts that is text: when it changes, another deployment is due.
    pub(crate) content: String,
}

impl<'a> RestApi<'a> {
    /// An API of this region without any path.
    pub(crate) fn begin(flow: &'a Flow<'a>, name: &'static str, description: &str) -> Self {
        let endpoint = RestApiEndpointConfiguration {
            types: "REGIONAL".to_owned(),
        };
        let api = rest_api::create_with_options(
            flow.ctx,
            name,
            RestApiArgs::builder()
                .name(flow.physical(name))
                .description(description)
                .endpoint_configuration(endpoint)
                .build_struct(),
            flow.options(),
        );
        let validator_name = format!("{name}-validator");
        let validator = request_validator::create_with_options(
            flow.ctx,
            &validator_name,
            RequestValidatorArgs::builder()
                .rest_api(api.id.clone())
                .name(flow.physical(&validator_name))
                .validate_request_body(true)
                .validate_request_parameters(true)
                .build_struct(),
            flow.options(),
        );
        Self {
            flow,
            name,
            api,
            validator,
            parts: Vec::new(),
            content: String::new(),
        }
    }

    /// The path `part`, such as `orders` or `{id}`, below another. The id of its resource.
    pub(crate) fn path(&self, name: &str, parent: &Output<String>, part: &str) -> Output<String> {
        resource::create_with_options(
            self.flow.ctx,
            name,
            ResourceArgs::builder()
                .rest_api(self.api.id.clone())
                .parent_id(parent.clone())
                .path_part(part)
                .build_struct(),
            self.flow.options(),
        )
        .id
    }

    /// What a request's body must be, as JSON Schema draft 4. `name` has letters and digits only.
    pub(crate) fn model(&mut self, name: &str, schema: &Value) -> ModelResult {
        let schema = schema.to_string();
        self.content.push_str(&schema);
        let model = model::create_with_options(
            self.flow.ctx,
            &format!("{}-{name}", self.name),
            ModelArgs::builder()
                .rest_api(self.api.id.clone())
                .name(name)
                .content_type(JSON)
                .schema(schema)
                .build_struct(),
            self.flow.options(),
        );
        self.parts.push(model.urn.clone());
        model
    }

    /// What the API answers by itself, for example to a body that is not what the model says
    /// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html>).
    pub(crate) fn gateway_response(&mut self, name: &str, response_type: &str, template: &str) {
        self.content.push_str(template);
        let response = response::create_with_options(
            self.flow.ctx,
            name,
            ResponseArgs::builder()
                .rest_api_id(self.api.id.clone())
                .response_type(response_type)
                .response_templates(json_template(template.to_owned()))
                .build_struct(),
            self.flow.options(),
        );
        self.parts.push(response.urn);
    }
}

/// A mapping template for JSON: no other content type has one.
pub(crate) fn json_template(template: String) -> HashMap<String, String> {
    HashMap::from([(JSON.to_owned(), template)])
}
