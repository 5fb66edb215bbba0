//! What the consumer does that takes each key's events in their order, one line each.

use crate::observation::{KeptLane, Ordered, Turn};

pub(crate) fn ordered(ordered: &Ordered) -> String {
    let Ordered { key, step } = ordered;
    match step {
        Turn::Began { sequence, .. } => format!("History works on event {sequence} of {key}"),
        Turn::Ended { sequence, well } => {
            let how = if *well { "done" } else { "failed" };
            format!("History works on event {sequence} of {key} no more: {how}")
        }
        Turn::Kept(lane) => format!("the order table: {key} {}", kept(lane)),
        Turn::GaveUp { first, last } => {
            format!("History waits no longer for the events {first} to {last} of {key}")
        }
    }
}

fn kept(lane: &KeptLane) -> String {
    let KeptLane {
        seen,
        held,
        parked,
        given_up,
    } = lane;
    let held = if *held { ", held" } else { "" };
    let parked: Vec<_> = parked.iter().map(|(it, _)| it.to_string()).collect();
    let given_up: Vec<_> = given_up
        .iter()
        .map(|(first, last)| format!("{first} to {last}"))
        .collect();
    format!(
        "has seen {seen}{held}, parked: {}, given up: {}",
        parked.join(" "),
        given_up.join(" "),
    )
}
