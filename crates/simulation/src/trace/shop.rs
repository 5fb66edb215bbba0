//! What happened around the shop, one line each.

use super::{abridged, names};
use crate::observation::{Answer, Once, Shopping, Step, Verified};
use crate::scenario::{Line, Scenario, Write};

pub(crate) fn shopping(scenario: &Scenario, shopping: &Shopping) -> String {
    match shopping {
        Shopping::Asked { call, operation } => {
            format!("caller {call} {}", wish(scenario, *operation))
        }
        Shopping::Sent {
            call,
            token,
            request,
            rows,
        } => format!(
            "caller {call} sent a transaction ({request:016x}, token {token}) with {}",
            names(rows)
        ),
        Shopping::Stored { call, key, item } => {
            format!(
                "the shop: {key} by caller {call}: {}",
                abridged(&item.to_string())
            )
        }
        Shopping::Heard { call, answer } => format!("caller {call} heard: {}", heard(answer)),
        Shopping::Left { call } => format!("caller {call} ended before it heard"),
    }
}

/// What an operation asks for.
fn wish(scenario: &Scenario, operation: usize) -> String {
    let Some(operation) = scenario.operations.get(operation) else {
        return "asked".to_owned();
    };
    let of = |line: &Line| format!("{} of {}", line.quantity, line.sku());
    match &operation.write {
        Write::Place { lines, .. } => {
            let lines: Vec<_> = lines.iter().map(of).collect();
            format!("wants order-{}: {}", operation.key, lines.join(", "))
        }
        Write::Restock { line, .. } => {
            format!("brings delivery-{}: {}", operation.key, of(line))
        }
        _ => "asked".to_owned(),
    }
}

fn heard(answer: &Answer) -> String {
    match answer {
        Answer::Written => "it is written".to_owned(),
        Answer::AlreadyThere => "it was there already".to_owned(),
        Answer::NotWritten(reason) => abridged(reason),
        Answer::Unknown { event_ids, reason } => format!(
            "it is unknown ({}): {}",
            event_ids.as_deref().unwrap_or_default().join(" "),
            abridged(reason)
        ),
    }
}

pub(crate) fn once(once: &Once) -> String {
    let Once {
        target,
        event_id,
        step,
    } = once;
    match step {
        Step::Claimed { owner } => {
            format!("{target:?} may work on {event_id}: {owner} has the lease")
        }
        Step::Began { .. } => format!("{target:?} works on {event_id}"),
        Step::Ended => format!("{target:?} works on {event_id} no more"),
        Step::Completed { owner } => format!("{target:?} is done with {event_id}: so says {owner}"),
    }
}

pub(crate) fn verified(found: &Verified, last: bool) -> String {
    let Verified {
        published,
        young,
        in_quarantine,
        in_failure_records,
        nowhere,
        damaged,
    } = found;
    format!(
        "the sweeper{}: {published} published, {young} young, {} in the quarantine, {} in failure records, {} damaged, \
         nowhere: {}",
        if last { " at the end" } else { "" },
        in_quarantine.len(),
        in_failure_records.len(),
        damaged.len(),
        nowhere.join(" "),
    )
}
