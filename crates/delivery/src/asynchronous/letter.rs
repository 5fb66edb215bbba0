use serde_json::Value;

use super::record::{failure_key, record};
use super::{Condition, DestinationKind, Destinations};
use crate::{Outcome, Time};

/// How long the error message of a dead letter may be, in bytes.
const MAXIMUM_ERROR_MESSAGE: usize = 1024;

/// An event that is done with.
#[derive(Clone, Copy, Debug)]
pub struct Ended<'a> {
    /// The function's ARN, without a version.
    pub function_arn: &'a str,
    /// The function's name.
    pub function: &'a str,
    /// The same for all attempts with one event.
    pub request_id: &'a str,
    /// How it ended.
    pub condition: Condition,
    /// How often the function ran with it.
    pub runs: u32,
    /// The event itself, as JSON text.
    pub payload: &'a [u8],
    /// What the last attempt ended with.
    pub outcome: &'a Outcome,
}

/// What a destination is to get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The destination's ARN.
    pub destination: String,
    /// A record of the invocation, or for a dead-letter queue the event itself.
    pub body: String,
    /// A dead letter's attributes: name, SQS's data type, value. None in a record.
    pub attributes: Vec<(&'static str, &'static str, String)>,
    /// The key under which a bucket keeps it.
    pub key: String,
}

impl Letter {
    /// Why the destination can't ever take it; `None` if it can.
    #[must_use]
    pub fn too_large(&self) -> Option<String> {
        let attributes = self.attributes.iter();
        let attributes =
            attributes.map(|(name, kind, value)| name.len() + kind.len() + value.len());
        let bytes = self.body.len() + attributes.sum::<usize>();
        let limit = DestinationKind::of(&self.destination)?.maximum_bytes()?;
        (bytes > limit).then(|| {
            let destination = &self.destination;
            format!("it has {bytes} bytes, and {destination} takes {limit}")
        })
    }
}

/// What the function's destinations get of an event that is done with; none if nothing is declared
/// for that end. `unique` makes a key in a bucket its own.
#[must_use]
pub fn letters(
    destinations: &Destinations,
    ended: Ended<'_>,
    now: Time,
    unique: &str,
) -> Vec<Letter> {
    let key = failure_key(ended.function, now, unique);
    let letter = |destination: &String| Letter {
        destination: destination.clone(),
        body: record(&ended, now),
        attributes: Vec::new(),
        key: key.clone(),
    };
    if ended.condition == Condition::Success {
        return destinations.on_success.iter().map(letter).collect();
    }
    let dead_letter = destinations.dead_letter.iter().map(|queue| Letter {
        destination: queue.clone(),
        body: String::from_utf8_lossy(ended.payload).into_owned(),
        attributes: attributes(&ended),
        key: key.clone(),
    });
    // A loop ends here: another function could keep it alive.
    let ends_here = |destination: &&String| {
        ended.condition != Condition::Recursion
            || DestinationKind::of(destination) != Some(DestinationKind::Function)
    };
    let on_failure = destinations.on_failure.iter().filter(ends_here).map(letter);
    dead_letter.chain(on_failure).collect()
}

/// See <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>.
fn attributes(ended: &Ended<'_>) -> Vec<(&'static str, &'static str, String)> {
    let (status, message) = match ended.outcome {
        // Lambda answered: the function's own error comes with 200.
        Outcome::Answered(_) => (200, String::new()),
        Outcome::Failed { body } => {
            let error: Value = serde_json::from_slice(body).unwrap_or_default();
            let message = error["errorMessage"].as_str().unwrap_or_default();
            (200, message.to_owned())
        }
        Outcome::NotRun { reason } => (429, reason.clone()),
    };
    let mut attributes = vec![
        ("RequestID", "String", ended.request_id.to_owned()),
        ("ErrorCode", "Number", status.to_string()),
    ];
    // SQS takes no empty attribute.
    if !message.is_empty() {
        attributes.push(("ErrorMessage", "String", shortened(message)));
    }
    attributes
}

fn shortened(mut text: String) -> String {
    let end = (0..=MAXIMUM_ERROR_MESSAGE.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end));
    text.truncate(end.unwrap_or(0));
    text
}
