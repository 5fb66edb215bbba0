use std::sync::{Arc, PoisonError};

use emulator::FailureDestination;
use emulator::destination::Destination;
use emulator::sqs::Outgoing;
use futures::future::BoxFuture;

use super::ground::Ground;
use crate::observation::Observation;
use crate::scenario::FaultKind;

/// The way to a destination: it takes its time, between so many milliseconds, and may end before it is there.
async fn reach(
    ground: &Ground,
    destination: &str,
    (least, most): (u64, u64),
    fault: &FaultKind,
) -> Result<(), String> {
    ground.takes(least, most).await;
    ground.recorder.touch();
    if ground.strikes(fault) {
        return Err(format!("{destination} can't be reached"));
    }
    Ok(())
}

/// The bucket for what the mapping gives up. It is no part of the emulator's state.
pub(crate) struct Bucket(pub(crate) Arc<Ground>);

impl FailureDestination for Bucket {
    fn put<'a>(
        &'a self,
        arn: &'a str,
        key: &'a str,
        message: &'a Outgoing,
    ) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            let fault = FaultKind::FailureDestinationUnreachable;
            reach(&self.0, "the bucket", (5, 50), &fault).await?;
            self.0.observe(failure_record(arn, key, message));
            let mut held = self
                .0
                .failures
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            held.push(message.body.clone());
            Ok(())
        })
    }
}

/// The queue for the positions of what the pipe gives up.
pub(crate) struct PipeFailures {
    pub(crate) ground: Arc<Ground>,
    pub(crate) destination: Destination,
}

impl FailureDestination for PipeFailures {
    fn put<'a>(
        &'a self,
        arn: &'a str,
        key: &'a str,
        message: &'a Outgoing,
    ) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            let fault = FaultKind::FailureDestinationUnreachable;
            reach(&self.ground, "the queue", (5, 50), &fault).await?;
            FailureDestination::put(&self.destination, arn, key, message).await?;
            self.ground.observe(failure_record(arn, key, message));
            Ok(())
        })
    }
}

fn failure_record(arn: &str, key: &str, message: &Outgoing) -> Observation {
    Observation::FailureRecord {
        destination: arn.to_owned(),
        key: key.to_owned(),
        record: Arc::new(serde_json::from_str(&message.body).unwrap_or_default()),
    }
}

/// The queue for what the consumer fails on.
pub(crate) struct ConsumerFailures {
    pub(crate) ground: Arc<Ground>,
    pub(crate) destination: Destination,
}

impl FailureDestination for ConsumerFailures {
    fn put<'a>(
        &'a self,
        arn: &'a str,
        key: &'a str,
        message: &'a Outgoing,
    ) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            let fault = FaultKind::ConsumerDestinationUnreachable;
            reach(&self.ground, "the queue", (1, 20), &fault).await?;
            FailureDestination::put(&self.destination, arn, key, message).await
        })
    }
}
