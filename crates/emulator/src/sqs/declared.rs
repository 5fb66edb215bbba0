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
    stack.of_type("aws:sqs/queue:Queue").map(queue).collect()
}

fn queue(resource: &Resource) -> Result<Queue, DeclarationError> {
    let fifo = property(resource, "fifoQueue").and_then(serde_json::Value::as_bool);
    if fifo == Some(true) {
        return Err(refuse(
            resource,
            "`fifoQueue` is true; only standard queues can be run",
        ));
    }
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
