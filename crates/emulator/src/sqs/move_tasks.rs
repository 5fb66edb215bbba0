//! `StartMessageMoveTask`, `ListMessageMoveTasks` and `CancelMessageMoveTask`: moving what lies in a
//! dead-letter queue back, or to another queue.
//!
//! See <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html>.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use delivery::queue::MAXIMUM_MOVED_PER_SECOND;
use rusqlite::Transaction;
use serde_json::{Map, Value, json};

use super::parameters::{number, text};
use super::tasks::{self, CANCELLING, New, RUNNING, Task};
use super::{Queue, Queues, Refusal, messages};
use crate::StoreError;

/// How many tasks of all queues may run at once.
const MAXIMUM_ACTIVE: usize = 100;

impl Queues {
    pub(super) fn start_message_move_task(&self, body: &Value) -> Result<Value, Refusal> {
        let source = self.resource(text(body, "SourceArn")?, "SourceArn")?;
        self.check_dead_letter_queue(source)?;
        let destination = match &body["DestinationArn"] {
            Value::Null => None,
            _ => Some(self.resource(text(body, "DestinationArn")?, "DestinationArn")?),
        };
        if destination.is_some_and(|destination| destination.arn == source.arn) {
            return Err(Refusal::parameter(
                "Value for parameter DestinationArn is invalid. Reason: it is the source queue.",
            ));
        }
        let per_second = number(
            body,
            "MaxNumberOfMessagesPerSecond",
            1..=MAXIMUM_MOVED_PER_SECOND,
        )?;
        let task_id = self.chance().uuid().to_string();
        self.store().commit(|transaction| {
            let active = tasks::active(transaction)?;
            if let Err(refusal) = may_start(&active, source) {
                return Ok(Err(refusal));
            }
            let now = self.now();
            source.expire(transaction, now)?;
            let [visible, ..] = messages::count(transaction, &source.arn, now)?;
            let new = New {
                public_id: &task_id,
                source: &source.arn,
                destination: destination.map(|queue| queue.arn.as_str()),
                per_second,
                to_move: visible,
            };
            tasks::insert(transaction, &new, now)?;
            Ok(Ok(()))
        })??;
        self.announce_tasks();
        Ok(json!({"TaskHandle": handle(&task_id, &source.arn)}))
    }

    pub(super) fn list_message_move_tasks(&self, body: &Value) -> Result<Value, Refusal> {
        let source = self.resource(text(body, "SourceArn")?, "SourceArn")?;
        let limit = number(body, "MaxResults", 1..=tasks::KEPT)?.unwrap_or(1);
        let found = self
            .store()
            .commit(|transaction| tasks::newest(transaction, &source.arn, limit))?;
        let results: Vec<Value> = found.iter().map(listed).collect();
        Ok(json!({"Results": results}))
    }

    pub(super) fn cancel_message_move_task(&self, body: &Value) -> Result<Value, Refusal> {
        let (task_id, source) = read_handle(text(body, "TaskHandle")?)
            .ok_or_else(|| Refusal::parameter("Value for parameter TaskHandle is invalid."))?;
        self.resource(&source, "SourceArn")?;
        let moved = self
            .store()
            .commit(|transaction| cancel(transaction, &task_id))??;
        self.announce_tasks();
        Ok(json!({"ApproximateNumberOfMessagesMoved": moved}))
    }

    /// The queue that a parameter names by its ARN.
    fn resource(&self, arn: &str, parameter: &str) -> Result<&Queue, Refusal> {
        if !arn.starts_with("arn:aws:sqs:") {
            return Err(Refusal::modelled(
                "InvalidAddress",
                "InvalidAddress",
                format!("{parameter} {arn:?} is not the ARN of a queue."),
            ));
        }
        self.with_arn(arn).ok_or_else(|| {
            Refusal::not_found(format!(
                "The resource that you specified for the {parameter} parameter doesn't exist."
            ))
        })
    }

    /// Only what a queue's redrive policy dead-letters can be moved. What a function, a rule or a
    /// topic puts into a queue does not make it a dead-letter queue in this sense.
    fn check_dead_letter_queue(&self, source: &Queue) -> Result<(), Refusal> {
        let redrives = |queue: &Queue| {
            let redrive = queue.settings.redrive.as_ref();
            redrive.is_some_and(|redrive| redrive.dead_letter_target_arn == source.arn)
        };
        if self.all().any(redrives) {
            return Ok(());
        }
        Err(Refusal::parameter(
            "Source queue must be configured as a Dead Letter Queue.",
        ))
    }
}

fn may_start(active: &[Task], source: &Queue) -> Result<(), Refusal> {
    if active.iter().any(|task| task.source == source.arn) {
        return Err(Refusal::parameter(
            "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
        ));
    }
    if active.len() >= MAXIMUM_ACTIVE {
        return Err(Refusal::modelled(
            "RequestThrottled",
            "RequestThrottled",
            format!("{MAXIMUM_ACTIVE} message move tasks run, which is the most."),
        ));
    }
    Ok(())
}

/// Lets a task end; how many messages it has moved.
fn cancel(
    transaction: &Transaction<'_>,
    task_id: &str,
) -> Result<Result<u64, Refusal>, StoreError> {
    let Some(task) = tasks::find(transaction, task_id)? else {
        return Ok(Err(Refusal::not_found("Task does not exist.")));
    };
    if task.status != RUNNING {
        return Ok(Err(Refusal::modelled(
            "UnsupportedOperation",
            "AWS.SimpleQueueService.UnsupportedOperation",
            format!(
                "The task is {}; only a running one can be cancelled.",
                task.status
            ),
        )));
    }
    tasks::set_status(transaction, task.id, CANCELLING, None)?;
    Ok(Ok(task.moved))
}

/// A task as `ListMessageMoveTasks` answers it.
fn listed(task: &Task) -> Value {
    let running = task.status == RUNNING;
    let fields = [
        (
            "TaskHandle",
            running.then(|| json!(handle(&task.public_id, &task.source))),
        ),
        ("Status", Some(json!(task.status))),
        ("SourceArn", Some(json!(task.source))),
        (
            "DestinationArn",
            task.destination.as_ref().map(|arn| json!(arn)),
        ),
        (
            "MaxNumberOfMessagesPerSecond",
            task.per_second.map(|number| json!(number)),
        ),
        ("ApproximateNumberOfMessagesMoved", Some(json!(task.moved))),
        (
            "ApproximateNumberOfMessagesToMove",
            Some(json!(task.to_move)),
        ),
        (
            "FailureReason",
            task.failure_reason.as_ref().map(|reason| json!(reason)),
        ),
        ("StartedTimestamp", Some(json!(task.started_at.0))),
    ];
    let fields = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(fields.collect::<Map<_, _>>())
}

fn handle(task_id: &str, source: &str) -> String {
    STANDARD.encode(json!({"taskId": task_id, "sourceArn": source}).to_string())
}

/// The id of a task and its queue's ARN.
fn read_handle(text: &str) -> Option<(String, String)> {
    let handle: Value = serde_json::from_slice(&STANDARD.decode(text).ok()?).ok()?;
    let member = |name: &str| handle[name].as_str().map(str::to_owned);
    Some((member("taskId")?, member("sourceArn")?))
}
