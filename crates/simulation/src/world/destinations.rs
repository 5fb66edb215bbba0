use std::sync::{Arc, PoisonError};

use emulator::FailureDestination;
use emulator::destination::Destination;
use emulator::sqs::Outgoing;
use futures::future::BoxFuture;

use super::ground::Ground;
use crate::observation::Observation;
use crate::scenario::FaultKind;

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
            self.0.takes(5, 50).await;
            self.0.recorder.touch();
            if self.0.strikes(&FaultKind::FailureDestinationUnreachable) {
                return Err("the bucket can't be reached".to_owned());
            }
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
            self.ground.takes(5, 50).await;
            self.ground.recorder.touch();
            let unreachable = FaultKind::FailureDestinationUnreachable;
            if self.ground.strikes(&unreachable) {
                return Err("the queue can't be reached".to_owned());
            }
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
            self.ground.takes(1, 20).await;
            self.ground.recorder.touch();
            let unreachable = FaultKind::ConsumerDestinationUnreachable;
            if self.ground.strikes(&unreachable) {
                return Err("the queue can't be reached".to_owned());
            }
            FailureDestination::put(&self.destination, arn, key, message).await
        })
    }
}
