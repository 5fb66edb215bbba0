use std::collections::BTreeMap;
use std::sync::Arc;

use axum::RequestExt;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use serde_json::{Map, Value};

use super::answer::{answer, wants_xml, xml_error};
use super::{AccessKeys, Service, ServiceError};

/// `DynamoDB` takes the largest requests of all, 16 MB for a `BatchWriteItem`; each service checks
/// its own limits below that.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>
const LARGEST_REQUEST: usize = 17 * 1024 * 1024;

/// The services behind the port, by the part of `X-Amz-Target` before the dot.
pub type Services = BTreeMap<&'static str, Arc<dyn Service>>;

struct Front {
    services: Services,
    keys: AccessKeys,
}

/// Answers every call of the AWS JSON protocols, and tells all others what is served here.
pub fn router(services: Services, keys: AccessKeys) -> Router {
    Router::new()
        .fallback(handle)
        .layer(DefaultBodyLimit::max(LARGEST_REQUEST))
        .with_state(Arc::new(Front { services, keys }))
}

async fn handle(State(front): State<Arc<Front>>, request: Request) -> Response {
    let method = request.method().clone();
    let uri = request.uri().clone();
    let headers = request.headers().clone();
    let body = request.extract::<Bytes, _>().await;
    let result = match (target(&headers), body) {
        (None, _) if wants_xml(&headers) => return xml_error(&front.no_target(&method, &uri)),
        (None, _) => Err(front.no_target(&method, &uri)),
        (Some(_), Err(refused)) => Err(ServiceError {
            status: 413,
            code: "RequestEntityTooLargeException".to_owned(),
            message: format!("{refused}; the limit is {LARGEST_REQUEST} bytes; nothing was done"),
            extra: Map::new(),
            query_error: None,
        }),
        (Some((service, operation)), Ok(body)) => {
            front.call(service, operation, &headers, &body).await
        }
    };
    answer(&headers, result)
}

/// The service and operation of `X-Amz-Target: DynamoDB_20120810.PutItem`.
fn target(headers: &HeaderMap) -> Option<(&str, &str)> {
    headers.get("x-amz-target")?.to_str().ok()?.split_once('.')
}

impl Front {
    async fn call(
        &self,
        service: &str,
        operation: &str,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Result<Bytes, ServiceError> {
        let known = self.services.get(service);
        let Some(known) = known else {
            return Err(ServiceError::unknown_operation(
                &format!("{service}.{operation}"),
                &self.targets(),
            ));
        };
        // The caller's policies are checked here one day: this is where caller, service, operation
        // and request are all known.
        let _caller = self.keys.caller(headers)?;
        known.call_text(operation, body).await
    }

    fn no_target(&self, method: &Method, uri: &Uri) -> ServiceError {
        ServiceError::bad_request(
            "UnknownOperationException",
            format!(
                "{method} {} is not an operation served here: it has no X-Amz-Target header; served \
                 are {} and POST /2015-03-31/functions/NAME/invocations",
                uri.path(),
                self.targets().join(", "),
            ),
        )
    }

    fn targets(&self) -> Vec<&'static str> {
        self.services.keys().copied().collect()
    }
}

/// Reads a request's body; an empty one is an empty object.
pub(crate) fn parse(body: &Bytes) -> Result<Value, ServiceError> {
    if body.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    serde_json::from_slice(body).map_err(|error| {
        ServiceError::bad_request(
            "SerializationException",
            format!("the request's body is not JSON: {error}; nothing was done"),
        )
    })
}
