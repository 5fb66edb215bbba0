use std::sync::Arc;

use delivery::target::Refusal;
use emulator::StoreError;
use emulator::events::{StackTargets, Targets};
use emulator::sqs::Outgoing;
use rusqlite::Transaction;
use serde_json::Value;

use super::ground::Ground;
use super::names::{dead_letters_of, queue_arn, target_arn};
use crate::observation::{Observation, Target};
use crate::scenario::{FaultKind, Flow};

/// The rules' targets, which may refuse, be gone, or get an event twice or late.
pub(crate) struct FaultyTargets {
    pub(crate) ground: Arc<Ground>,
    pub(crate) targets: StackTargets,
}

impl Targets for FaultyTargets {
    fn take(
        &self,
        transaction: &Transaction<'_>,
        target_arn: &str,
        event: &str,
    ) -> Result<Result<(), Refusal>, StoreError> {
        self.ground.recorder.touch();
        let Some(target) = named(self.ground.flow, target_arn) else {
            return self.targets.take(transaction, target_arn, event);
        };
        if let Some(refusal) = self.refusal(target) {
            self.ground.observe(Observation::TargetRefused {
                target,
                event_id: event_id(event),
                code: refusal.code,
            });
            return Ok(Err(refusal));
        }
        if self.ground.strikes(&FaultKind::TargetTwice(target)) {
            // Its answer does not count: the bus believes to have delivered once.
            let _ = self.targets.take(transaction, target_arn, event)?;
        }
        self.targets.take(transaction, target_arn, event)
    }

    fn dead_letter(
        &self,
        transaction: &Transaction<'_>,
        queue_arn_: &str,
        message: &Outgoing,
    ) -> Result<Result<(), Refusal>, StoreError> {
        self.ground.recorder.touch();
        let refuses = |target: &Target| {
            queue_arn(dead_letters_of(*target)) == queue_arn_
                && self
                    .ground
                    .strikes(&FaultKind::DeadLetterQueueRefuses(*target))
        };
        if Target::of(self.ground.flow).iter().any(refuses) {
            return Ok(Err(Refusal {
                code: "NO_PERMISSIONS",
                message: "the queue's policy does not let the rule send".to_owned(),
                retryable: false,
            }));
        }
        self.targets.dead_letter(transaction, queue_arn_, message)
    }

    fn committed(&self) {
        self.targets.committed();
    }
}

impl FaultyTargets {
    fn refusal(&self, target: Target) -> Option<Refusal> {
        self.ground.strike(|kind| match kind {
            FaultKind::TargetRefuses {
                target: refusing,
                code,
            } if *refusing == target => Some(Refusal {
                code,
                message: "not now".to_owned(),
                retryable: true,
            }),
            // What is tried again later comes behind what is taken meanwhile.
            FaultKind::TargetLate(late) if *late == target => Some(Refusal {
                code: "INTERNAL_ERROR",
                message: "later".to_owned(),
                retryable: true,
            }),
            FaultKind::TargetGone(gone) if *gone == target => Some(Refusal {
                code: "NO_RESOURCE",
                message: "it does not exist".to_owned(),
                retryable: false,
            }),
            _ => None,
        })
    }
}

/// The producer's id of an event.
fn event_id(event: &str) -> Arc<str> {
    let event: Value = serde_json::from_str(event).unwrap_or_default();
    let id = event["detail"]["metadata"]["eventId"].as_str();
    id.unwrap_or_default().into()
}

/// The target with this ARN.
fn named(flow: Flow, arn: &str) -> Option<Target> {
    Target::of(flow)
        .iter()
        .copied()
        .find(|target| target_arn(*target) == arn)
}
