//! Consumers that work on each event once.

use std::time::Duration;

use super::fixture::Run;
use super::shop::{arrives, order, shop};
use crate::checker::ViolationKind::{self, AcknowledgedUnfinished, RanAgain, RanTogether};
use crate::observation::{Observation, Once, Step, Target};

const NONE: [ViolationKind; 0] = [];
const LEASE: Duration = Duration::from_secs(10);

fn step(run: &mut Run, step: Step) {
    run.tell(&Observation::Once(Once {
        target: Target::Notify,
        event_id: "a".into(),
        step,
    }));
}

fn claim(run: &mut Run, owner: &str) {
    let owner = owner.to_owned();
    step(run, Step::Claimed { owner });
}

fn begin(run: &mut Run) {
    let until = run.now().plus(LEASE);
    step(run, Step::Began { until });
}

fn complete(run: &mut Run, owner: &str) {
    let owner = owner.to_owned();
    step(run, Step::Completed { owner });
}

fn run() -> Run {
    let mut run = shop();
    order(&mut run);
    run
}

#[test]
fn work_that_failed_or_died_may_begin_again() {
    let mut run = run();
    claim(&mut run, "one");
    begin(&mut run);
    step(&mut run, Step::Ended);
    claim(&mut run, "two");
    begin(&mut run);
    // It died.
    run.wait(LEASE);
    claim(&mut run, "three");
    begin(&mut run);
    assert_eq!(run.seen(), NONE);
}

#[test]
fn nobody_begins_while_another_has_the_lease() {
    let mut run = run();
    claim(&mut run, "one");
    begin(&mut run);
    run.wait(LEASE.saturating_sub(Duration::from_millis(3)));
    claim(&mut run, "two");
    begin(&mut run);
    assert_eq!(run.seen(), [RanTogether]);
}

#[test]
fn what_is_completed_is_never_worked_on_again() {
    let mut run = run();
    claim(&mut run, "one");
    begin(&mut run);
    arrives(&mut run);
    step(&mut run, Step::Ended);
    complete(&mut run, "one");
    assert_eq!(run.seen(), NONE);
    run.wait(Duration::from_hours(24));
    begin(&mut run);
    assert_eq!(run.seen(), [RanAgain]);
}

#[test]
fn who_lost_the_lease_can_not_complete() {
    let mut run = run();
    claim(&mut run, "one");
    begin(&mut run);
    arrives(&mut run);
    run.wait(LEASE);
    claim(&mut run, "two");
    complete(&mut run, "one");
    assert_eq!(run.seen(), [RanTogether]);
}

#[test]
fn nothing_is_completed_before_it_is_done() {
    let mut run = run();
    claim(&mut run, "one");
    begin(&mut run);
    complete(&mut run, "one");
    assert_eq!(run.seen(), [AcknowledgedUnfinished]);
}
