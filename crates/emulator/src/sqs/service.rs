use futures::future::BoxFuture;
use serde_json::Value;

use super::{Queues, Refusal};
use crate::front::{Service, ServiceError};

const OPERATIONS: [&str; 14] = [
    "SendMessage",
    "SendMessageBatch",
    "ReceiveMessage",
    "DeleteMessage",
    "DeleteMessageBatch",
    "ChangeMessageVisibility",
    "ChangeMessageVisibilityBatch",
    "GetQueueAttributes",
    "GetQueueUrl",
    "ListQueues",
    "PurgeQueue",
    "StartMessageMoveTask",
    "ListMessageMoveTasks",
    "CancelMessageMoveTask",
];

impl Service for Queues {
    fn call<'a>(
        &'a self,
        operation: &'a str,
        body: Value,
    ) -> BoxFuture<'a, Result<Value, ServiceError>> {
        Box::pin(async move {
            if !OPERATIONS.contains(&operation) {
                return Err(ServiceError::unknown_operation(operation, &OPERATIONS));
            }
            self.operate(operation, &body).await.map_err(Into::into)
        })
    }
}

impl Queues {
    async fn operate(&self, operation: &str, body: &Value) -> Result<Value, Refusal> {
        match operation {
            "SendMessage" => self.send_message(body),
            "SendMessageBatch" => self.send_message_batch(body),
            "ReceiveMessage" => self.receive_message(body).await,
            "DeleteMessage" => self.delete_message(body),
            "DeleteMessageBatch" => self.delete_message_batch(body),
            "ChangeMessageVisibility" => self.change_message_visibility(body),
            "ChangeMessageVisibilityBatch" => self.change_message_visibility_batch(body),
            "GetQueueAttributes" => self.get_queue_attributes(body),
            "GetQueueUrl" => self.get_queue_url(body),
            "PurgeQueue" => self.purge_queue(body),
            "StartMessageMoveTask" => self.start_message_move_task(body),
            "ListMessageMoveTasks" => self.list_message_move_tasks(body),
            "CancelMessageMoveTask" => self.cancel_message_move_task(body),
            _ => Ok(self.list_queues(body)),
        }
    }
}
