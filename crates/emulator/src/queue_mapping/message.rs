use std::sync::Arc;

use delivery::queue_mapping::{Message, Parts, Settings, record};

use crate::sqs::{Delivered, Queue};

/// What is needed of a received message: its record for the function, and what deletes it.
#[derive(Clone, Debug)]
pub(super) struct Payload {
    /// The record as JSON text.
    pub(super) record: Arc<str>,
    pub(super) delivered: Arc<Delivered>,
}

/// A received message as the mapping's machine sees it.
pub(super) fn received(
    delivered: Delivered,
    queue: &Queue,
    settings: &Settings,
) -> Message<Payload> {
    let message = &delivered.message;
    let record = record(&Parts {
        message_id: &message.public_id,
        receipt_handle: &delivered.handle(),
        body: &message.body,
        attributes: &delivered.system_attributes(queue),
        message_attributes: &message.attributes,
        queue_arn: &queue.arn,
    })
    .to_string();
    Message {
        id: message.public_id.clone(),
        bytes: record.len(),
        wanted: settings.wants(&message.body),
        visible_at: delivered.visible_at,
        payload: Payload {
            record: record.into(),
            delivered: Arc::new(delivered),
        },
    }
}
