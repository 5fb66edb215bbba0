use delivery::queue::Settings;
use stack::{Resource, Stack};

use crate::declaration::{DeclarationError, property, refuse, required, text};

/// A declared queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// Its physical name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its URL; a request may name the queue by any URL with the same path.
    pub url: String,
    /// How it treats messages.
    pub settings: Settings,
}

/// The queues that a stack declares; FIFO queues are refused.
pub fn declared(stack: &Stack) -> Result<Vec<Queue>, DeclarationError> {
    const QUEUE: &str = "aws:sqs/queue:Queue";
    let queues: Vec<Queue> = stack.of_type(QUEUE).map(queue).collect::<Result<_, _>>()?;
    for (resource, queue) in stack.of_type(QUEUE).zip(&queues) {
        let Some(redrive) = &queue.settings.redrive else {
            continue;
        };
        let arn = &redrive.dead_letter_target_arn;
        if !queues.iter().any(|queue| queue.arn == *arn) {
            return Err(refuse(
                resource,
                format!("`redrivePolicy` names {arn}, which is no declared queue"),
            ));
        }
    }
    Ok(queues)
}

fn queue(resource: &Resource) -> Result<Queue, DeclarationError> {
    refuse_fifo(resource)?;
    let settings = Settings::read(|name| property(resource, name))
        .map_err(|error| refuse(resource, error.to_string()))?;
    Ok(Queue {
        name: required(resource, "name")?.to_owned(),
        arn: required(resource, "arn")?.to_owned(),
        url: text(resource, "url")
            .or_else(|| text(resource, "id"))
            .ok_or_else(|| refuse(resource, "the property `url` is missing"))?
            .to_owned(),
        settings,
    })
}

/// Refuses a FIFO queue, and on a standard queue what AWS takes for FIFO queues only.
fn refuse_fifo(resource: &Resource) -> Result<(), DeclarationError> {
    const ONLY_FIFO: [&str; 3] = [
        "contentBasedDeduplication",
        "deduplicationScope",
        "fifoThroughputLimit",
    ];
    let is_set = |name: &str| {
        let value = property(resource, name);
        value.is_some_and(|value| *value != false && *value != "")
    };
    if is_set("fifoQueue") {
        return Err(refuse(
            resource,
            "`fifoQueue` is true; only standard queues can be run",
        ));
    }
    let name = required(resource, "name")?;
    if name.to_ascii_lowercase().ends_with(".fifo") {
        let reason =
            format!("`name` is {name}, as of a FIFO queue; only standard queues can be run");
        return Err(refuse(resource, reason));
    }
    match ONLY_FIFO.into_iter().find(|name| is_set(name)) {
        None => Ok(()),
        Some(name) => Err(refuse(
            resource,
            format!("`{name}` is for FIFO queues only"),
        )),
    }
}
