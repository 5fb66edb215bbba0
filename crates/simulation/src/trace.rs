//! What happened, one line each.

pub(crate) mod order;
pub(crate) mod shop;

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use delivery::Time;

use crate::observation::{Change, Ending, Kind, Observation, Observed};
use crate::scenario::Scenario;

/// When every run starts.
pub(crate) const START: Time = Time(1_795_238_220_000);

/// How much of a text a line shows. What is longer ends in its length and a hash, so that two traces are equal only
/// if the texts are.
const SHOWN: usize = 400;

/// All that happened, one line each, the same for the same seed in every process.
#[must_use]
pub fn trace(scenario: &Scenario, observations: &[Observed]) -> String {
    let mut text = String::new();
    for observed in observations {
        // Writing to a String can't fail.
        let _ = writeln!(
            text,
            "{}  {}",
            moment(observed.at),
            line(scenario, &observed.what)
        );
    }
    text
}

/// A time of the run: hours, minutes, seconds and milliseconds since its start.
pub(crate) fn moment(at: Time) -> String {
    let since = at.since(START).as_millis();
    let (hours, minutes) = (since / 3_600_000, since / 60_000 % 60);
    format!(
        "{hours:02}:{minutes:02}:{:02}.{:03}",
        since / 1000 % 60,
        since % 1000
    )
}

/// What happened, on one line.
pub(crate) fn line(scenario: &Scenario, what: &Observation) -> String {
    match what {
        Observation::Committed(change) => committed(change),
        Observation::Trimmed { event_id } => format!("the stream forgot {event_id}"),
        Observation::Invoked {
            function,
            environment,
            request_id,
            events,
            messages: _,
        } => {
            let (count, names) = (events.len(), names(events));
            format!(
                "{function:?} (environment {environment}, request {request_id}) was given {count}: {names}"
            )
        }
        Observation::Answered {
            function,
            environment,
            request_id,
            ending,
        } => {
            let ending = match ending {
                Ending::Answered(body) => format!("answered {}", abridged(body)),
                Ending::Failed(error) => format!("failed: {}", abridged(error)),
                Ending::NotRun(reason) => format!("was not run: {reason}"),
            };
            format!("{function:?} (environment {environment}, request {request_id}) {ending}")
        }
        Observation::Accepted {
            source,
            detail_type,
            detail,
            event_id,
        } => format!(
            "the bus took {event_id} ({source}, {detail_type}): {}",
            abridged(detail)
        ),
        Observation::Refused { event_ids, code } => {
            format!("the bus, or the way to it: {code} for {}", names(event_ids))
        }
        Observation::Held { queue, messages } => format!("{queue} holds {messages} at the end"),
        Observation::Quarantined { body } => format!("the quarantine holds {}", abridged(body)),
        Observation::FailureRecord {
            destination,
            key,
            record,
        } => format!(
            "{destination} holds {key}: {}",
            abridged(&record.to_string())
        ),
        Observation::TargetRefused {
            target,
            event_id,
            code,
        } => format!("{target:?} refused {event_id}: {code}"),
        Observation::Delivered { target, event } => {
            format!("{target:?} completed {}", abridged(event))
        }
        Observation::DeadLettered {
            target,
            queue,
            event,
            attributes,
        } => format!(
            "{queue} has what {target:?} did not take: {} {}",
            abridged(&attributes.to_string()),
            abridged(event)
        ),
        Observation::FaultBegan { fault } => format!("from now on: {}", named(scenario, *fault)),
        Observation::FaultEnded { fault } => format!("over: {}", named(scenario, *fault)),
        Observation::Split { parent, children } => {
            format!(
                "the shard {parent} was split into {} and {}",
                children[0], children[1]
            )
        }
        Observation::Tracked {
            order,
            status,
            sequence,
        } => format!("the tracking table: {order} is {status} (sequence {sequence})"),
        Observation::Shopping(shopping) => shop::shopping(scenario, shopping),
        Observation::Once(once) => shop::once(once),
        Observation::Ordered(ordered) => order::ordered(ordered),
        Observation::Verified { found, last } => shop::verified(found, *last),
        Observation::SweeperDied => "the sweeper ended before its work did".to_owned(),
        Observation::PipeStopped { reason } => format!("the pipe stopped by itself: {reason}"),
        Observation::Killed => "the emulator was killed".to_owned(),
        Observation::Restarted => "the emulator is there again".to_owned(),
        Observation::Waits { waiting, at_end } => format!(
            "{} deliveries, {} asynchronous events and {} messages wait{}",
            waiting.deliveries,
            waiting.asynchronous,
            waiting.messages,
            if *at_end { " at the end" } else { "" },
        ),
        Observation::Warned(text) => format!("the emulator warned: {text}"),
    }
}

fn committed(change: &Change) -> String {
    let Change {
        event_id,
        sequence_number,
        shard,
        key,
        kind,
        item,
        meaning,
    } = change;
    let item = item
        .as_ref()
        .map_or_else(String::new, |item| abridged(&item.to_string()));
    format!(
        "the table: {} {key}: change {event_id}, number {sequence_number} of {shard}, {meaning:?} {item}",
        verb(*kind)
    )
}

/// What was done to an item, as the stream calls it.
pub(crate) fn verb(kind: Kind) -> &'static str {
    match kind {
        Kind::Insert => "INSERT",
        Kind::Modify => "MODIFY",
        Kind::Remove => "REMOVE",
        Kind::Expire => "REMOVE (expired)",
    }
}

/// A fault in words.
pub(crate) fn named(scenario: &Scenario, fault: usize) -> String {
    scenario.faults.get(fault).map_or_else(
        || format!("fault {fault}"),
        |it| {
            let often = match (it.per_mille, it.at_most) {
                (1000, None) => "always".to_owned(),
                (1000, Some(1)) => "once".to_owned(),
                (per_mille, None) => format!("{per_mille} of 1000 times"),
                (per_mille, Some(most)) => format!("{per_mille} of 1000 times, at most {most}"),
            };
            let name = it.kind.name();
            // What the kind holds, without its own name: `("ThrottlingException")`.
            let kind = format!("{:?}", it.kind);
            let holds = kind
                .find(['(', ' '])
                .map_or("", |start| kind[start..].trim());
            let space = if holds.is_empty() { "" } else { " " };
            format!("{name}{space}{holds}, {often}")
        },
    )
}

fn names(ids: &[Arc<str>]) -> String {
    ids.join(" ")
}

/// A text, or its beginning with what tells it from others.
fn abridged(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(SHOWN) else {
        return text.to_owned();
    };
    // The keys of this hasher are fixed.
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!(
        "{}… ({} bytes, {:016x})",
        &text[..end],
        text.len(),
        hasher.finish()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_keeps_what_tells_it_from_another() {
        let (one, other) = ("x".repeat(10_000), format!("{}y", "x".repeat(9_999)));
        assert_eq!(abridged("short"), "short");
        assert!(abridged(&one).len() < 500);
        assert_ne!(abridged(&one), abridged(&other));
    }

    #[test]
    fn a_moment_counts_from_the_start_of_the_run() {
        assert_eq!(moment(Time(START.0 + 90_061_007)), "25:01:01.007");
    }
}
