use bytes::Bytes;
use delivery::Outcome;
use futures::future::BoxFuture;

/// One event for one function.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// The function's ARN.
    pub function_arn: String,
    /// Stable over the asynchronous retries of one event, as on AWS.
    pub request_id: String,
    /// The event, as JSON text.
    pub payload: Bytes,
}

/// Runs functions. The narrow side of [`crate::lambda`] that mappings and queues see.
pub trait Invoke: Send + Sync {
    /// Runs one invocation to its end.
    fn invoke(&self, invocation: Invocation) -> BoxFuture<'_, Outcome>;
}
