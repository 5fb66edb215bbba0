use delivery::pipe::CallError;
use futures::future::BoxFuture;
use serde_json::Value;

use crate::events::Buses;
use crate::front::Service as _;

/// Where pipes publish. The narrow side of [`Buses`] that they see.
pub trait PutEvents: Send + Sync {
    /// Does one `PutEvents` call: the request's body in, the answer's body out.
    fn put_events(&self, request: Value) -> BoxFuture<'_, Result<Value, CallError>>;
}

impl PutEvents for Buses {
    fn put_events(&self, request: Value) -> BoxFuture<'_, Result<Value, CallError>> {
        Box::pin(async move {
            let answer = self.call("PutEvents", request).await;
            answer.map_err(|error| CallError::Refused {
                status: error.status,
                code: error.short_code().to_owned(),
                message: error.message,
            })
        })
    }
}
