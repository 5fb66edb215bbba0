//! Marks of published rows, and what the sweeper of the outbox says of them.

use std::time::Duration;

use serde_json::json;

use super::fixture::Run;
use super::shop::{arrives, order, row, shop};
use crate::checker::ViolationKind::{self, MarkedUnpublished, Unverified};
use crate::observation::{Kind, Observation, Verified};

const NONE: [ViolationKind; 0] = [];

fn mark(run: &mut Run, id: &str, sequence: u64) {
    let mut row = row(run, id, sequence);
    row["publishedAt"] = json!(run.now().in_milliseconds());
    run.commit_now(id, Kind::Modify, Some(row));
}

fn sweep(run: &mut Run, found: Verified, last: bool) {
    run.tell(&Observation::Verified { found, last });
}

fn nowhere(ids: &[&str]) -> Verified {
    Verified {
        nowhere: ids.iter().map(ToString::to_string).collect(),
        ..Verified::default()
    }
}

#[test]
fn a_row_is_marked_when_the_bus_has_it_and_not_before() {
    let mut run = shop();
    order(&mut run);
    mark(&mut run, "a", 1);
    assert_eq!(run.seen(), [MarkedUnpublished]);

    let mut run = shop();
    order(&mut run);
    arrives(&mut run);
    mark(&mut run, "a", 1);
    assert_eq!(run.seen(), NONE);
}

#[test]
fn a_marked_row_goes_when_its_time_is_over() {
    let mut run = shop();
    order(&mut run);
    arrives(&mut run);
    mark(&mut run, "a", 1);
    run.wait(Duration::from_hours(16 * 24));
    run.commit_now("a", Kind::Expire, None);
    assert_eq!(run.seen(), NONE);
}

#[test]
fn the_sweeper_names_each_row_that_is_not_marked() {
    let mut run = shop();
    order(&mut run);
    sweep(&mut run, nowhere(&["a", "b"]), false);
    assert_eq!(run.seen(), NONE);
    sweep(&mut run, nowhere(&["a"]), false);
    assert_eq!(run.seen(), [Unverified], "b");
}

#[test]
fn the_sweeper_does_not_say_what_is_not_so() {
    let mut run = shop();
    order(&mut run);
    arrives(&mut run);
    mark(&mut run, "a", 1);
    mark(&mut run, "b", 2);
    let published = |published| Verified {
        published,
        ..Verified::default()
    };
    sweep(&mut run, published(2), true);
    assert_eq!(run.seen(), NONE);
    sweep(&mut run, published(1), true);
    assert_eq!(run.seen(), [Unverified]);
    let in_quarantine = Verified {
        in_quarantine: vec!["a".to_owned()],
        ..published(2)
    };
    sweep(&mut run, in_quarantine, true);
    assert_eq!(run.seen(), [Unverified; 2], "it is marked");
}

#[test]
fn nothing_lies_nowhere_at_the_end() {
    let mut run = shop();
    order(&mut run);
    sweep(&mut run, nowhere(&["a", "b"]), true);
    assert_eq!(run.seen(), [Unverified; 2]);
}
