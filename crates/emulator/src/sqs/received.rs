//! What can be done with a received message: `DeleteMessage` and `ChangeMessageVisibility`, one by
//! one or in batches.

use delivery::queue::{Visibility, change_visibility};
use rusqlite::Transaction;
use serde_json::{Map, Value, json};

use super::parameters::{Handle, entries, number};
use super::send::batch_answer;
use super::{Delivered, Queue, Queues, Refusal, messages};
use crate::StoreError;

/// Something to be done with one message of a queue.
type Action =
    fn(&Queues, &Transaction<'_>, &Queue, &Value) -> Result<Result<(), Refusal>, StoreError>;

impl Queues {
    pub(super) fn delete_message(&self, body: &Value) -> Result<Value, Refusal> {
        self.one(body, Self::delete)
    }

    pub(super) fn delete_message_batch(&self, body: &Value) -> Result<Value, Refusal> {
        self.many(body, Self::delete)
    }

    pub(super) fn change_message_visibility(&self, body: &Value) -> Result<Value, Refusal> {
        self.one(body, Self::change)
    }

    pub(super) fn change_message_visibility_batch(&self, body: &Value) -> Result<Value, Refusal> {
        self.many(body, Self::change)
    }

    fn one(&self, body: &Value, action: Action) -> Result<Value, Refusal> {
        let queue = self.addressed(body)?;
        self.store()
            .commit(|transaction| action(self, transaction, queue, body))??;
        self.announce_at(queue);
        Ok(json!({}))
    }

    fn many(&self, body: &Value, action: Action) -> Result<Value, Refusal> {
        let queue = self.addressed(body)?;
        let entries = entries(body)?;
        let outcomes = self.store().commit(|transaction| {
            let mut outcomes = Vec::with_capacity(entries.len());
            for (id, entry) in entries {
                let outcome = action(self, transaction, queue, entry)?;
                outcomes.push((id, outcome.map(|()| Map::new())));
            }
            Ok(outcomes)
        })?;
        self.announce_at(queue);
        Ok(batch_answer(outcomes))
    }

    /// Deletes messages by the receipts with which they were received, in one commit.
    pub(crate) fn delete_received<'a>(
        &self,
        queue: &Queue,
        received: impl IntoIterator<Item = &'a Delivered>,
    ) -> Result<(), StoreError> {
        self.store().commit(|transaction| {
            queue.expire(transaction, self.now())?;
            for delivered in received {
                let (id, receipt) = (delivered.message.id, &delivered.receipt);
                messages::delete(transaction, &queue.arn, id, receipt)?;
            }
            Ok(())
        })?;
        self.announce_at(queue);
        Ok(())
    }

    /// Deletes by the receipt of the last receive. An older receipt is answered with success and
    /// deletes nothing: AWS promises no more, and a consumer that relies on it is too slow.
    fn delete(
        &self,
        transaction: &Transaction<'_>,
        queue: &Queue,
        body: &Value,
    ) -> Result<Result<(), Refusal>, StoreError> {
        let handle = match Handle::read(body) {
            Ok(handle) => handle,
            Err(refusal) => return Ok(Err(refusal)),
        };
        queue.expire(transaction, self.now())?;
        messages::delete(transaction, &queue.arn, handle.id, &handle.receipt)?;
        Ok(Ok(()))
    }

    fn change(
        &self,
        transaction: &Transaction<'_>,
        queue: &Queue,
        body: &Value,
    ) -> Result<Result<(), Refusal>, StoreError> {
        let (handle, seconds) = match change_request(body) {
            Ok(request) => request,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let message = messages::in_flight(transaction, &queue.arn, handle.id, &handle.receipt)?;
        let Some(message) = message else {
            return Ok(Err(Refusal::parameter(
                "The receipt handle is not valid any more. Reason: Message does not exist or is not available for visibility timeout change.",
            )));
        };
        Ok(match change_visibility(message, seconds, self.now()) {
            Visibility::Until(visible_at) => {
                messages::show_at(transaction, handle.id, message, visible_at)?;
                Ok(())
            }
            Visibility::NotInFlight => Err(Refusal::modelled(
                "MessageNotInflight",
                "AWS.SimpleQueueService.MessageNotInflight",
                "The specified message isn't in flight.",
            )),
            Visibility::TooLong => Err(Refusal::parameter(format!(
                "Value {seconds} for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds].",
            ))),
        })
    }
}

fn change_request(body: &Value) -> Result<(Handle, u64), Refusal> {
    let handle = Handle::read(body)?;
    let seconds = number(body, "VisibilityTimeout", 0..=43_200)?.ok_or_else(|| {
        Refusal::modelled(
            "MissingRequiredParameterException",
            "MissingParameter",
            "The request must contain the parameter VisibilityTimeout.",
        )
    })?;
    Ok((handle, seconds))
}
