use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::ServiceError;

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const QUERY_ERROR: HeaderName = HeaderName::from_static("x-amzn-query-error");
/// <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#x-amzn-query-mode-header>
const QUERY_MODE: HeaderName = HeaderName::from_static("x-amzn-query-mode");
const CRC32: HeaderName = HeaderName::from_static("x-amz-crc32");

/// A new id for one request, as in `x-amzn-RequestId`.
pub(crate) fn new_request_id() -> String {
    Uuid::new_v4().to_string()
}

/// The two JSON protocols differ in the content type only, and the answer has the request's.
fn content_type(request: &HeaderMap) -> HeaderValue {
    match request.get(header::CONTENT_TYPE) {
        Some(asked) if asked.as_bytes().starts_with(b"application/x-amz-json-") => asked.clone(),
        _ => HeaderValue::from_static("application/x-amz-json-1.0"),
    }
}

/// Words a service's result as AWS does.
pub(super) fn answer(request: &HeaderMap, result: Result<Bytes, ServiceError>) -> Response {
    let (status, body, error) = match result {
        Ok(body) => (StatusCode::OK, body, None),
        Err(error) => {
            let status =
                StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let body = error_body(&error).to_string().into();
            (status, body, Some(error))
        }
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, content_type(request));
    if let Ok(id) = HeaderValue::from_str(&new_request_id()) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(CRC32, crc32fast::hash(&body).into());
    if let Some(error) = error {
        if let Ok(code) = HeaderValue::from_str(error.short_code()) {
            headers.insert(ERROR_TYPE, code);
        }
        // Clients of services that once spoke the Query protocol ask for its codes; others would
        // take them for their own.
        let asked = request.contains_key(QUERY_MODE);
        let query_error = error.query_error.as_deref().filter(|_| asked);
        if let Some(Ok(code)) = query_error.map(HeaderValue::from_str) {
            headers.insert(QUERY_ERROR, code);
        }
    }
    (status, headers, body).into_response()
}

/// The body of an error: its name in `__type`, its message and what else it has.
pub(crate) fn error_body(error: &ServiceError) -> Value {
    let mut body = Map::new();
    body.insert("__type".to_owned(), error.code.clone().into());
    body.insert("message".to_owned(), error.message.clone().into());
    body.extend(error.extra.clone());
    Value::Object(body)
}

/// Whether a request that names no target is of an older protocol whose clients read XML: a form,
/// as STS and SNS take, or a call of S3.
pub(super) fn wants_xml(request: &HeaderMap) -> bool {
    let text = |name| request.get(name).and_then(|value| value.to_str().ok());
    let form = text(header::CONTENT_TYPE)
        .is_some_and(|content_type| content_type.starts_with("application/x-www-form-urlencoded"));
    form || text(header::AUTHORIZATION).is_some_and(|signed| signed.contains("/s3/aws4_request"))
}

/// An error in the older protocols' words.
pub(super) fn xml_error(error: &ServiceError) -> Response {
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let request_id = new_request_id();
    let body = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{}</Code><Message>{}</Message></Error>\
         <RequestId>{request_id}</RequestId></ErrorResponse>",
        escaped(error.short_code()),
        escaped(&error.message),
    );
    let headers = [
        (header::CONTENT_TYPE, "text/xml".to_owned()),
        (REQUEST_ID, request_id),
    ];
    (status, headers, body).into_response()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused() -> ServiceError {
        ServiceError {
            query_error: Some("InvalidClientTokenId;Sender".to_owned()),
            ..ServiceError::bad_request("UnrecognizedClientException", "no such key")
        }
    }

    #[test]
    fn codes_of_the_query_protocol_are_for_clients_that_ask_for_them() {
        let mut asking = HeaderMap::new();
        asking.insert(QUERY_MODE, HeaderValue::from_static("true"));

        let told = answer(&asking, Err(refused()));
        let not_told = answer(&HeaderMap::new(), Err(refused()));

        assert_eq!(told.headers()[QUERY_ERROR], "InvalidClientTokenId;Sender");
        assert!(!not_told.headers().contains_key(QUERY_ERROR));
        assert_eq!(
            not_told.headers()[ERROR_TYPE],
            "UnrecognizedClientException"
        );
    }
}
