use std::hash::{BuildHasher as _, RandomState};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lambda_runtime::{Context, LambdaEvent, service_fn};
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use super::{EventBus, QuarantineQueue};
use crate::environment::{optional, required};
use crate::events::IntoEvents;
use crate::quarantine::Function;
use crate::relay::{Failures, Relay};
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
        let function = Function {
            name: optional("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default(),
            version: optional("AWS_LAMBDA_FUNCTION_VERSION").unwrap_or_default(),
        };
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

impl<P: Publish, Q: Quarantine> Relay<P, Q> {
    /// Takes batches from Lambda until the environment ends.
    ///
    /// # Errors
    /// [`Error::Runtime`] when the Runtime API can't be used.
    pub async fn run<T, K, R>(self, mapping: impl Fn(Change<T, K>) -> R) -> Result<(), Error>
    where
        T: DeserializeOwned,
        K: DeserializeOwned,
        R: IntoEvents,
    {
        panics::log_places_only();
        let (relay, mapping) = (&self, &mapping);
        let invoke = service_fn(|event: LambdaEvent<Batch>| async move {
            Ok::<Failures, lambda_runtime::Error>(
                relay
                    .handle(&event.payload, deadline(&event.context), mapping)
                    .await,
            )
        });
        Ok(lambda_runtime::run(invoke).await?)
    }
}

/// Lambda names the deadline as a time of day; what is left of it counts from here.
fn deadline(context: &Context) -> Instant {
    let at = UNIX_EPOCH + Duration::from_millis(context.deadline);
    Instant::now() + at.duration_since(SystemTime::now()).unwrap_or_default()
}
