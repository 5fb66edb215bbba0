use std::sync::{Arc, PoisonError};

use emulator::front::Service;
use emulator::sqs::Queues;
use outbox::Quarantine;
use outbox::publish::CallError;
use outbox::quarantine::{Poison, QuarantineError};
use serde_json::json;

use crate::observation::Observation;
use crate::scenario::FaultKind;
use crate::world::{Ground, QUARANTINE, queue_url};

/// The quarantine as the relay reaches it.
pub(super) struct QuarantineQueue {
    pub(super) ground: Arc<Ground>,
    pub(super) queues: Queues,
}

impl Quarantine for QuarantineQueue {
    async fn store(&self, poison: &Poison<'_>) -> Result<(), QuarantineError> {
        let ground = &self.ground;
        if !ground.variant.keeps_poison() {
            return Ok(());
        }
        let message = poison.message()?;
        ground.takes(1, 15).await;
        ground.recorder.touch();
        if ground.strikes(&FaultKind::QuarantineUnreachable) {
            return Err(CallError::NoAnswer("connection refused".to_owned()).into());
        }
        let body = message.text()?.into();
        let text = |value: &str| json!({"DataType": "String", "StringValue": value});
        let request = json!({
            "QueueUrl": queue_url(QUARANTINE),
            "MessageBody": message.body,
            "MessageAttributes": {
                "reason": text(poison.reason.kind.as_str()),
                "encoding": text(message.encoding.as_str()),
            },
        });
        let sent = self.queues.call("SendMessage", request).await;
        if sent.is_ok() {
            ground.observe(Observation::Quarantined { body });
            let mut held = ground
                .quarantined
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            held.push(message);
        }
        if ground.strikes(&FaultKind::QuarantineAnswerLost) {
            return Err(CallError::NoAnswer("connection reset".to_owned()).into());
        }
        ground.takes(1, 15).await;
        match sent {
            Ok(_) => Ok(()),
            Err(error) => Err(CallError::Refused {
                status: error.status,
                code: error.short_code().to_owned(),
                message: error.message,
            }
            .into()),
        }
    }
}
