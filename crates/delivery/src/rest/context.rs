use serde_json::{Value, json};

use super::Fault;
use crate::Time;

/// Who calls, as far as `$context.identity` tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The client's address.
    pub source_ip: String,
    /// The header `User-Agent`.
    pub user_agent: String,
    /// The access key that signed, for a method with `AWS_IAM`.
    pub access_key: String,
    /// The ARN of who signed.
    pub user_arn: String,
}

/// What `$context` tells of one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// A UUID.
    pub request_id: String,
    /// API Gateway's own id of the request.
    pub extended_request_id: String,
    /// When it came.
    pub received_at: Time,
    /// Twelve digits.
    pub account_id: String,
    /// The API's id.
    pub api_id: String,
    /// The deployment's id.
    pub deployment_id: String,
    /// The stage's name.
    pub stage: String,
    /// The host that was asked.
    pub domain_name: String,
    /// Who calls.
    pub identity: Identity,
}

/// `$context` for a request to a resource.
pub(super) fn context(
    facts: &Facts,
    http_method: &str,
    path: &str,
    resource: Option<(&str, &str)>,
) -> Value {
    let (resource_id, resource_path) = resource.unwrap_or_default();
    let prefix = facts.domain_name.split('.').next().unwrap_or_default();
    json!({
        "accountId": facts.account_id,
        "apiId": facts.api_id,
        "deploymentId": facts.deployment_id,
        "domainName": facts.domain_name,
        "domainPrefix": prefix,
        "extendedRequestId": facts.extended_request_id,
        "httpMethod": http_method,
        "identity": {
            "accessKey": facts.identity.access_key,
            "sourceIp": facts.identity.source_ip,
            "userAgent": facts.identity.user_agent,
            "userArn": facts.identity.user_arn,
        },
        "path": format!("/{}{path}", facts.stage),
        "protocol": "HTTP/1.1",
        "requestId": facts.request_id,
        "requestTime": facts.received_at.in_common_log_format(),
        "requestTimeEpoch": facts.received_at.0,
        "resourceId": resource_id,
        "resourcePath": resource_path,
        "stage": facts.stage,
    })
}

/// `$context.error`, which only gateway responses see.
pub(super) fn add_error(context: &mut Value, fault: &Fault) {
    context["error"] = json!({
        "message": fault.message,
        "messageString": Value::from(fault.message.as_str()).to_string(),
        "responseType": fault.response_type.name(),
        "validationErrorString": fault.validation.as_deref().unwrap_or_default(),
    });
}
