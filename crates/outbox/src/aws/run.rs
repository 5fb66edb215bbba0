use std::hash::{BuildHasher as _, RandomState};
use std::mem;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use lambda_runtime::layers::TracingLayer;
use lambda_runtime::tower::util::MapRequestLayer;
use lambda_runtime::{LambdaEvent, LambdaInvocation, Runtime, service_fn};
use serde::de::{DeserializeOwned, IgnoredAny};
use tokio::task::JoinError;
use tracing::Instrument as _;

use super::{EventBus, QuarantineQueue};
use crate::environment::{optional, required};
use crate::events::IntoEvents;
use crate::function::deadline;
use crate::quarantine::Function;
use crate::relay::{Observe, Relay, lock};
use crate::sdk::sdk_config;
use crate::{Batch, Change, Error, Publish, Quarantine, panics};

impl Relay<EventBus, QuarantineQueue> {
    /// The relay that the function's environment variables describe: `EVENT_BUS_NAME` (name or ARN of the bus),
    /// `QUARANTINE_QUEUE_URL`, and those that Lambda sets itself.
    ///
    /// # Errors
    /// [`Error::MissingVariable`] names the variable.
    pub fn from_env() -> Result<Self, Error> {
        let bus = required("EVENT_BUS_NAME", "the name or the ARN of the event bus")?;
        let queue = required("QUARANTINE_QUEUE_URL", "the URL of the quarantine queue")?;
        let settings = sdk_config()?;
        let function = this_function();
        // The standard library's hasher is seeded by the operating system, differently in each process.
        let seed = RandomState::new().hash_one(&function.name);
        Ok(Self::new(
            EventBus::new(&settings, bus),
            QuarantineQueue::new(&settings, queue),
        )
        .with_function(function)
        .with_seed(seed))
    }
}

impl<P, Q, O> Relay<P, Q, O>
where
    P: Publish + Send + Sync + 'static,
    Q: Quarantine + Send + Sync + 'static,
    O: Observe + Send + Sync + 'static,
{
    /// Takes batches from Lambda until the environment ends.
    ///
    /// # Errors
    /// [`Error::Runtime`] when the Runtime API can't be used.
    pub async fn run<T, K, R>(
        self,
        mapping: impl Fn(Change<T, K>) -> R + Send + Sync + 'static,
    ) -> Result<(), Error>
    where
        T: DeserializeOwned + 'static,
        K: DeserializeOwned + 'static,
        R: IntoEvents + 'static,
    {
        panics::log_places_only();
        let (relay, mapping) = (Arc::new(self), Arc::new(mapping));
        let body = Arc::new(Mutex::<Bytes>::default());
        let taken = Arc::clone(&body);
        let invoke = service_fn(move |event: LambdaEvent<IgnoredAny>| {
            let body = mem::take(&mut *lock(&taken));
            let deadline = deadline(&event.context);
            let (relay, mapping) = (Arc::clone(&relay), Arc::clone(&mapping));
            async move {
                let batch = Batch::new(body.into())?;
                let answer = as_task(async move {
                    let mapping = |change| mapping(change);
                    relay.try_handle(&batch, deadline, mapping).await
                });
                Ok::<_, lambda_runtime::Error>(answer.await??)
            }
        });
        let take_body = MapRequestLayer::new(move |mut invocation: LambdaInvocation| {
            *lock(&body) = mem::replace(&mut invocation.body, Bytes::from_static(b"null"));
            invocation
        });
        let runtime = Runtime::new(invoke)
            .layer(take_body)
            .layer(TracingLayer::new());
        Ok(runtime.run().await?)
    }
}

/// The function that runs here, as Lambda names it.
pub(super) fn this_function() -> Function {
    Function {
        name: optional("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default(),
        version: optional("AWS_LAMBDA_FUNCTION_VERSION").unwrap_or_default(),
    }
}

/// Runs `work` as a task of its own. Waking a task is a place in the scheduler's queue; waking what the runtime blocks
/// on is a system call and another one to notice it, for every answer of the bus.
async fn as_task<A: Send + 'static>(
    work: impl Future<Output = A> + Send + 'static,
) -> Result<A, JoinError> {
    let ended = tokio::spawn(work.in_current_span()).await;
    ended.map_err(|error| match error.try_into_panic() {
        Ok(panic) => resume_unwind(panic),
        Err(error) => error,
    })
}
