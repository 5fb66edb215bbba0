use std::time::Duration;

use serde_json::{Value, json};

use super::Fault;
use super::context::add_error;
use super::source::member;
use super::substitution::{escaped, name};
use super::template::CONTEXT;

/// The format of a stage's access log: one line for each request, with `$context.…` in it.
///
/// What a request has no value for is written as `-`. Values are escaped as inside a JSON string, so
/// that a line stays JSON whatever a client sends; AWS does not state this.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessLog(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Context(Vec<String>),
}

/// How a request ended, which only its log tells.
#[derive(Clone, Copy, Debug)]
pub struct Ending<'a> {
    /// The status that the client got.
    pub status: u16,
    /// The bytes of the body that the client got.
    pub response_length: usize,
    /// From the request to the answer.
    pub latency: Duration,
    /// What the backend did; absent if it was not called.
    pub integration: Option<Integrated>,
    /// Why API Gateway answered by itself.
    pub fault: Option<&'a Fault>,
}

/// How the backend answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Integrated {
    /// Its status; absent if it did not answer.
    pub status: Option<u16>,
    /// How long it took.
    pub latency: Duration,
}

/// Variables beside those of `$context` in mapping templates.
const OF_ENDINGS: [&str; 12] = [
    "error.message",
    "error.messageString",
    "error.responseType",
    "error.validationErrorString",
    "integration.integrationStatus",
    "integration.latency",
    "integration.status",
    "integrationLatency",
    "integrationStatus",
    "responseLatency",
    "responseLength",
    "status",
];

/// Variables of AWS's that no request has a value for here.
const EMPTY: [&str; 22] = [
    "awsEndpointRequestId",
    "cipherSuite",
    "customDomain.basePathMatched",
    "endpointType",
    "identity.accountId",
    "identity.apiKey",
    "identity.apiKeyId",
    "identity.caller",
    "identity.cognitoAuthenticationProvider",
    "identity.cognitoAuthenticationType",
    "identity.cognitoIdentityId",
    "identity.cognitoIdentityPoolId",
    "identity.principalOrgId",
    "identity.user",
    "identity.vpcId",
    "identity.vpceId",
    "integration.error",
    "integration.requestId",
    "integrationErrorMessage",
    "tlsVersion",
    "webaclArn",
    "xrayTraceId",
];

/// The same, by their beginnings.
const EMPTY_FAMILIES: [&str; 5] = [
    "authenticate.",
    "authorize.",
    "authorizer.",
    "identity.clientCert.",
    "waf.",
];

impl AccessLog {
    /// Reads a format; the error says what API Gateway would refuse, or names a variable that it does
    /// not have.
    pub fn parse(format: &str) -> Result<Self, String> {
        let format = format.strip_suffix('\n').unwrap_or(format);
        if format.contains(['\n', '\r']) {
            return Err(
                "it must be a single line; a line end is allowed only at its end".to_owned(),
            );
        }
        let mut parts = Vec::new();
        let mut rest = format;
        while let Some((before, after)) = rest.split_once('$') {
            parts.push(Part::Text(before.to_owned()));
            let variable = name(after);
            let path = variable.strip_prefix("context.");
            match path {
                Some(path) if is_known(path) => {
                    parts.push(Part::Context(path.split('.').map(str::to_owned).collect()));
                }
                None if variable.is_empty() => parts.push(Part::Text("$".to_owned())),
                _ => return Err(format!("${variable} is no variable of access logs")),
            }
            rest = &after[variable.len()..];
        }
        parts.push(Part::Text(rest.to_owned()));
        let names_request = |part: &Part| {
            let ids = ["requestId", "extendedRequestId"];
            matches!(part, Part::Context(path) if path.len() == 1 && ids.contains(&path[0].as_str()))
        };
        if !parts.iter().any(names_request) {
            return Err(
                "it must have at least $context.requestId or $context.extendedRequestId".to_owned(),
            );
        }
        Ok(Self(parts))
    }

    /// The line for one request, without an end; `context` is its `$context`.
    #[must_use]
    pub fn line(&self, mut context: Value, ending: &Ending<'_>) -> String {
        add_ending(&mut context, ending);
        let mut line = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => line.push_str(text),
                Part::Context(path) => match member(&context, path) {
                    // Brings its own quotes, and is JSON with them.
                    Some(value) if path.last().is_some_and(|name| name == "messageString") => {
                        line.push_str(&value);
                    }
                    Some(value) if !value.is_empty() => line.push_str(&escaped(&value)),
                    _ => line.push('-'),
                },
            }
        }
        line
    }
}

fn add_ending(context: &mut Value, ending: &Ending<'_>) {
    let millis = |latency: Duration| u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
    if let Some(fault) = ending.fault {
        add_error(context, fault);
    }
    context["status"] = ending.status.into();
    context["responseLength"] = ending.response_length.into();
    context["responseLatency"] = millis(ending.latency).into();
    if let Some(Integrated { status, latency }) = ending.integration {
        context["integrationStatus"] = status.into();
        context["integrationLatency"] = millis(latency).into();
        context["integration"] = json!({
            "status": status, "integrationStatus": status, "latency": millis(latency),
        });
    }
}

fn is_known(path: &str) -> bool {
    CONTEXT.contains(&path)
        || OF_ENDINGS.contains(&path)
        || EMPTY.contains(&path)
        || EMPTY_FAMILIES.iter().any(|family| path.starts_with(family))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::super::{Facts, ResponseType, context::context};
    use super::*;

    fn facts() -> Facts {
        Facts {
            request_id: "r-1".to_owned(),
            stage: "v1".to_owned(),
            ..Facts::default()
        }
    }

    fn line(format: &str, ending: &Ending<'_>) -> String {
        let context = context(&facts(), "POST", "/orders", Some(("r", "/orders")));
        AccessLog::parse(format).unwrap().line(context, ending)
    }

    fn answered() -> Ending<'static> {
        Ending {
            status: 201,
            response_length: 42,
            latency: Duration::from_millis(7),
            integration: Some(Integrated {
                status: Some(200),
                latency: Duration::from_millis(5),
            }),
            fault: None,
        }
    }

    #[test]
    fn a_request_is_a_line_of_the_format_with_its_ending() {
        let format = r#"{"id":"$context.requestId","to":"$context.httpMethod $context.resourcePath","status":$context.status,"length":$context.responseLength,"ms":$context.responseLatency,"backend":"$context.integrationStatus after $context.integration.latency","cost":"$5"}"#;

        let line = line(&format!("{format}\n"), &answered());

        let expected = json!({
            "id": "r-1", "to": "POST /orders", "status": 201, "length": 42, "ms": 7,
            "backend": "200 after 5", "cost": "$5",
        });
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), expected);
        assert!(!line.contains('\n'), "{line}");
    }

    #[test]
    fn what_a_request_has_no_value_for_is_a_hyphen() {
        let format = "$context.requestId [$context.error.message] $context.identity.user $context.authorizer.claims.sub $context.integrationStatus";

        let ending = Ending {
            integration: None,
            ..answered()
        };

        assert_eq!(line(format, &ending), "r-1 [-] - - -");
    }

    #[test]
    fn a_fault_is_told_and_quotes_in_it_stay_json() {
        let fault = Fault {
            validation: Some(r#"[object has missing required properties (["status"])]"#.to_owned()),
            ..Fault::new(ResponseType::BadRequestBody, "Invalid request body")
        };
        let ending = Ending {
            status: 400,
            fault: Some(&fault),
            integration: None,
            ..answered()
        };
        let format = r#"{"id":"$context.requestId","type":"$context.error.responseType","why":"$context.error.validationErrorString","said":$context.error.messageString}"#;

        let line: Value = serde_json::from_str(&line(format, &ending)).unwrap();

        assert_eq!(line["type"], "BAD_REQUEST_BODY");
        assert_eq!(line["said"], "Invalid request body");
        assert_eq!(line["why"], fault.validation.unwrap());
    }

    #[test]
    fn a_format_that_api_gateway_refuses_is_refused() {
        for (format, reason) in [
            ("$context.status", "$context.requestId"),
            ("$context.requestId\n$context.status", "single line"),
            ("$context.requestId $context.stauts", "$context.stauts"),
            ("$context.requestId $input.body", "$input.body"),
        ] {
            let error = AccessLog::parse(format).unwrap_err();
            assert!(error.contains(reason), "{format}: {error}");
        }
    }
}
