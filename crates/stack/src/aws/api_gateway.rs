//! The resource types of API Gateway's REST APIs.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::naming::{named, one_per};
use super::outputs::{CREATED, Subject};
use super::{Kind, kind};
use crate::fingerprint::fingerprint;

const METHOD: &[&str] = &["restApi", "resourceId", "httpMethod"];
const ANSWER: &[&str] = &["restApi", "resourceId", "httpMethod", "statusCode"];

/// The types that can be answered.
#[rustfmt::skip]
pub(super) static KINDS: [Kind; 13] = [
    kind("aws:apigateway/account:Account", one_per("API Gateway account", &[]), &[], account),
    kind("aws:apigateway/deployment:Deployment", one_per("deployment", &[]), &["restApi"], deployment),
    kind("aws:apigateway/integration:Integration", one_per("integration", METHOD), &["restApi", "resourceId", "httpMethod", "type"], integration),
    kind("aws:apigateway/integrationResponse:IntegrationResponse", one_per("integration response", ANSWER), ANSWER, integration_response),
    kind("aws:apigateway/method:Method", one_per("method", METHOD), &["restApi", "resourceId", "httpMethod", "authorization"], method),
    kind("aws:apigateway/methodResponse:MethodResponse", one_per("method response", ANSWER), ANSWER, method_response),
    kind("aws:apigateway/methodSettings:MethodSettings", one_per("method settings", &["restApi", "stageName", "methodPath"]), &["restApi", "stageName", "methodPath", "settings"], method_settings),
    kind("aws:apigateway/model:Model", named("model", "name", 128, &["restApi"]), &["restApi", "contentType"], model),
    kind("aws:apigateway/requestValidator:RequestValidator", named("request validator", "name", 128, &["restApi"]), &["restApi"], request_validator),
    kind("aws:apigateway/resource:Resource", one_per("resource", &["restApi", "parentId", "pathPart"]), &["restApi", "parentId", "pathPart"], resource),
    kind("aws:apigateway/response:Response", one_per("gateway response", &["restApiId", "responseType"]), &["restApiId", "responseType"], gateway_response),
    kind("aws:apigateway/restApi:RestApi", named("REST API", "name", 1024, &[]), &[], rest_api),
    kind("aws:apigateway/stage:Stage", one_per("stage", &["restApi", "stageName"]), &["restApi", "deployment", "stageName"], stage),
];

/// Ten characters, as API Gateway's ids have them.
fn id_of(text: &str) -> String {
    const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let mut rest = fingerprint(text);
    (0..10)
        .map(|_| {
            let digit = usize::try_from(rest % 36).unwrap_or_default();
            rest /= 36;
            char::from(ALPHABET[digit])
        })
        .collect()
}

/// The names that an id is made of, with hyphens between them.
fn joined(prefix: &str, subject: &Subject, inputs: &[&str]) -> String {
    let mut parts = vec![prefix];
    parts.extend(inputs.iter().map(|input| subject.text(input)));
    parts.join("-")
}

fn account(_: &Subject) -> Value {
    json!({
        "id": "api-gateway-account",
        "apiKeyVersion": "1",
        "features": [],
        "throttleSettings": [{ "burstLimit": 5000, "rateLimit": 10000 }],
        "default": { "cloudwatchRoleArn": "" },
    })
}

fn rest_api(api: &Subject) -> Value {
    let id = id_of(api.urn);
    let region = &api.aws.region;
    json!({
        "id": id,
        // ARNs of API Gateway's own have no account.
        "arn": format!("arn:aws:apigateway:{region}::/restapis/{id}"),
        "executionArn": api.aws.arn("execute-api", &id),
        "rootResourceId": id_of(&format!("{}/", api.urn)),
        "createdDate": CREATED,
        "default": {
            "apiKeySource": "HEADER", "binaryMediaTypes": [], "description": "",
            "disableExecuteApiEndpoint": false,
            "endpointConfiguration": { "types": "EDGE", "ipAddressType": "ipv4", "vpcEndpointIds": [] },
            "minimumCompressionSize": "", "policy": "", "securityPolicy": "TLS_1_0",
        },
    })
}

/// A resource's output has its whole path, but it is told only its parent's id. So an id carries its
/// path behind the ten characters, in hexadecimal.
fn resource(resource: &Subject) -> Value {
    let parent = resource.text("parentId");
    let behind = parent.get(10..).unwrap_or_default();
    let path = format!("{}/{}", decoded(behind), resource.text("pathPart"));
    let hexadecimal = path.bytes().fold(String::new(), |mut text, byte| {
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    });
    json!({ "id": format!("{}{hexadecimal}", id_of(resource.urn)), "path": path })
}

fn decoded(hexadecimal: &str) -> String {
    let bytes = hexadecimal.as_bytes().chunks(2).filter_map(|digits| {
        let digits = std::str::from_utf8(digits).ok()?;
        u8::from_str_radix(digits, 16).ok()
    });
    String::from_utf8_lossy(&bytes.collect::<Vec<u8>>()).into_owned()
}

fn method(method: &Subject) -> Value {
    json!({ "id": joined("agm", method, METHOD) })
}

fn method_response(response: &Subject) -> Value {
    json!({ "id": joined("agmr", response, ANSWER) })
}

fn integration(integration: &Subject) -> Value {
    json!({
        "id": joined("agi", integration, METHOD),
        "default": {
            "cacheNamespace": integration.text("resourceId"), "passthroughBehavior": "WHEN_NO_MATCH",
            "responseTransferMode": "BUFFERED", "timeoutMilliseconds": 29000,
        },
    })
}

fn integration_response(response: &Subject) -> Value {
    json!({ "id": joined("agir", response, ANSWER) })
}

fn deployment(deployment: &Subject) -> Value {
    let id = id_of(deployment.urn);
    json!({ "id": id.get(..6).unwrap_or(&id), "createdDate": CREATED })
}

fn stage(stage: &Subject) -> Value {
    let (api, name) = (stage.text("restApi"), stage.text("stageName"));
    let region = &stage.aws.region;
    // With an endpoint of its own, the path under which the emulator serves a stage.
    let invoke_url = match &stage.aws.endpoint {
        Some(endpoint) => {
            let endpoint = endpoint.trim_end_matches('/');
            format!("{endpoint}/restapis/{api}/{name}/_user_request_")
        }
        None => format!("https://{api}.execute-api.{region}.amazonaws.com/{name}"),
    };
    json!({
        "id": joined("ags", stage, &["restApi", "stageName"]),
        "arn": format!("arn:aws:apigateway:{region}::/restapis/{api}/stages/{name}"),
        "executionArn": stage.aws.arn("execute-api", &format!("{api}/{name}")),
        "invokeUrl": invoke_url,
        "webAclArn": "",
    })
}

fn method_settings(settings: &Subject) -> Value {
    let inputs = ["restApi", "stageName", "methodPath"].map(|input| settings.text(input));
    json!({ "id": inputs.join("-") })
}

fn model(model: &Subject) -> Value {
    json!({ "id": id_of(model.urn).get(..6), "default": { "description": "" } })
}

fn request_validator(validator: &Subject) -> Value {
    json!({ "id": id_of(validator.urn).get(..6) })
}

fn gateway_response(response: &Subject) -> Value {
    json!({ "id": joined("aggr", response, &["restApiId", "responseType"]) })
}
