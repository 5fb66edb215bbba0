use lambda_runtime::{LambdaEvent, service_fn};

use super::run::this_function;
use super::{DynamoDbStreams, QuarantineQueue};
use crate::consume::QueueBatch;
use crate::environment::required;
use crate::function::deadline;
use crate::recovery::{ReadShard, Recovery};
use crate::sdk::sdk_config;
use crate::{Error, Quarantine, panics};

impl Recovery<DynamoDbStreams, QuarantineQueue> {
    /// The recovery that the function's environment variables describe: `QUARANTINE_QUEUE_URL`, and those that Lambda
    /// sets itself.
    ///
    /// # Errors
    /// [`Error::MissingVariable`] names the variable.
    pub fn from_env() -> Result<Self, Error> {
        let queue = required("QUARANTINE_QUEUE_URL", "the URL of the quarantine queue")?;
        let settings = sdk_config()?;
        Ok(Self::new(
            DynamoDbStreams::new(&settings),
            QuarantineQueue::new(&settings, queue),
        )
        .with_function(this_function()))
    }
}

impl<S: ReadShard, Q: Quarantine> Recovery<S, Q> {
    /// Takes batches of the dead-letter queue from Lambda until the environment ends. The event source mapping must
    /// have `ReportBatchItemFailures`.
    ///
    /// # Errors
    /// [`Error::Runtime`] when the Runtime API can't be used.
    pub async fn run(self) -> Result<(), Error> {
        panics::log_places_only();
        let recovery = &self;
        let invoke = |event: LambdaEvent<QueueBatch>| async move {
            let deadline = deadline(&event.context);
            Ok::<_, lambda_runtime::Error>(recovery.handle(event.payload, deadline).await)
        };
        Ok(lambda_runtime::run(service_fn(invoke)).await?)
    }
}
