//! A consumer that takes the events of each key in their order, each completed once.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::fixture::Run;
use super::shop::{arrives, done, order, outbox_has, publish, row, shop};
use crate::checker::ViolationKind::{
    self, AcknowledgedUnfinished, GivenUpEarly, LeftBehind, Lost, OutOfOrder, RanAgain,
    RanTogether, Stuck,
};
use crate::observation::{Ending, Function, KeptLane, Observation, Ordered, Target, Turn};

const NONE: [ViolationKind; 0] = [];

/// The usual patience.
const PATIENCE: Duration = Duration::from_mins(15);

fn tell(run: &mut Run, step: Turn) {
    let key = "order#order-7".into();
    run.tell(&Observation::Ordered(Ordered { key, step }));
}

/// The handler begins, with a lease of ten seconds.
fn begins(run: &mut Run, sequence: u64) {
    let until = run.now().plus(Duration::from_secs(10));
    tell(run, Turn::Began { sequence, until });
}

fn ends(run: &mut Run, sequence: u64, well: bool) {
    tell(run, Turn::Ended { sequence, well });
}

/// The order table has seen so many, keeps these, and gave up one of them.
fn kept(run: &mut Run, seen: u64, parked: &[u64], given_up: Option<u64>) {
    keeps(run, false, seen, parked, given_up);
}

fn keeps(run: &mut Run, held: bool, seen: u64, parked: &[u64], given_up: Option<u64>) {
    let lane = KeptLane {
        seen,
        held,
        parked: parked.iter().map(|sequence| (*sequence, 500)).collect(),
        given_up: given_up.map(|it| (it, it)).into_iter().collect(),
    };
    tell(run, Turn::Kept(lane));
}

/// An order with three events, which the bus has: the rows `a`, `b` and `c`.
fn published() -> (Run, [Value; 3]) {
    let mut run = shop();
    order(&mut run);
    outbox_has(&mut run, "c", 3);
    let rows = [("a", 1), ("b", 2), ("c", 3)].map(|(id, sequence)| row(&run, id, sequence));
    for row in &rows {
        publish(&mut run, row);
    }
    // One row more than the order has lines is none of these promises.
    let seen = run.seen().len();
    assert_eq!(seen, 1);
    (run, rows)
}

/// The violations of the consumer's own promises.
fn seen(run: &Run) -> Vec<ViolationKind> {
    run.seen()[1..].to_vec()
}

#[test]
fn events_that_are_done_in_their_order_and_recorded_break_nothing() {
    let (mut run, rows) = published();
    for (sequence, row) in (1..).zip(&rows) {
        keeps(&mut run, true, sequence - 1, &[sequence], None);
        begins(&mut run, sequence);
        done(&mut run, Target::History, row);
        ends(&mut run, sequence, true);
        kept(&mut run, sequence, &[], None);
    }
    assert_eq!(seen(&run), NONE);
}

#[test]
fn an_event_is_not_done_before_those_in_front_of_it() {
    let (mut run, rows) = published();
    done(&mut run, Target::History, &rows[0]);
    done(&mut run, Target::History, &rows[2]);
    assert_eq!(seen(&run), [OutOfOrder]);
    done(&mut run, Target::History, &rows[1]);
    assert_eq!(seen(&run), [OutOfOrder; 2]);
}

#[test]
fn behind_a_gap_that_was_reported_events_are_done_and_those_of_the_gap_late() {
    let (mut run, rows) = published();
    done(&mut run, Target::History, &rows[0]);
    kept(&mut run, 1, &[3], None);
    run.wait(PATIENCE);
    tell(&mut run, Turn::GaveUp { first: 2, last: 2 });
    done(&mut run, Target::History, &rows[2]);
    kept(&mut run, 3, &[], Some(2));
    done(&mut run, Target::History, &rows[1]);
    kept(&mut run, 3, &[], None);
    assert_eq!(seen(&run), NONE);
}

#[test]
fn a_gap_is_given_up_only_when_the_bounds_are_reached() {
    for (waited, parked, expected) in [
        (PATIENCE, &[3][..], &NONE[..]),
        (Duration::from_secs(15 * 60 - 5), &[3], &[GivenUpEarly]),
        // More than 100 events, and more than 256 KiB.
        (Duration::ZERO, &(3..104).collect::<Vec<_>>(), &[]),
        (
            Duration::ZERO,
            &(3..103).collect::<Vec<_>>(),
            &[GivenUpEarly],
        ),
    ] {
        let (mut run, rows) = published();
        done(&mut run, Target::History, &rows[0]);
        kept(&mut run, 1, parked, None);
        run.wait(waited);
        tell(&mut run, Turn::GaveUp { first: 2, last: 2 });
        assert_eq!(seen(&run), expected, "{waited:?}, {}", parked.len());
    }
}

#[test]
fn an_effect_may_come_again_until_its_completion_is_recorded_and_never_after() {
    let (mut run, rows) = published();
    keeps(&mut run, true, 0, &[1], None);
    for _ in 0..2 {
        begins(&mut run, 1);
        done(&mut run, Target::History, &rows[0]);
        run.wait(Duration::from_secs(10));
    }
    assert_eq!(seen(&run), NONE);
    kept(&mut run, 1, &[], None);
    begins(&mut run, 1);
    assert_eq!(seen(&run), [RanAgain]);
    done(&mut run, Target::History, &rows[0]);
    assert_eq!(seen(&run), [RanAgain; 2]);
}

#[test]
fn no_two_deliveries_work_on_a_key_at_a_time() {
    for (waits, expected) in [(9, &[RanTogether][..]), (10, &[])] {
        let (mut run, _) = published();
        begins(&mut run, 1);
        run.wait(Duration::from_secs(waits));
        begins(&mut run, 1);
        assert_eq!(seen(&run), expected, "{waits}");
    }
    let (mut run, _) = published();
    begins(&mut run, 1);
    ends(&mut run, 1, false);
    begins(&mut run, 1);
    assert_eq!(seen(&run), NONE);
}

#[test]
fn what_is_recorded_as_done_was_done_and_what_is_parked_stays_so_until_then() {
    let (mut run, _) = published();
    kept(&mut run, 1, &[], None);
    assert_eq!(seen(&run), [AcknowledgedUnfinished]);
    let (mut run, _) = published();
    kept(&mut run, 0, &[2, 3], None);
    kept(&mut run, 0, &[2], None);
    assert_eq!(seen(&run), [Lost]);
}

#[test]
fn a_key_is_not_let_go_of_while_an_event_is_ready_unless_the_handler_failed() {
    for (held, well, expected) in [
        (false, true, &[LeftBehind][..]),
        (true, true, &[]),
        (false, false, &[]),
    ] {
        let (mut run, rows) = published();
        begins(&mut run, 1);
        done(&mut run, Target::History, &rows[0]);
        ends(&mut run, 1, well);
        let seen_by_table = u64::from(well);
        let parked: &[u64] = if well { &[2] } else { &[1] };
        keeps(&mut run, held, seen_by_table, parked, None);
        assert_eq!(seen(&run), expected, "{held} {well}");
    }
}

#[test]
fn nothing_is_parked_for_ever() {
    let mut run = shop();
    order(&mut run);
    arrives(&mut run);
    kept(&mut run, 2, &[5], None);
    assert_eq!(run.ends_with(), [Stuck]);
}

#[test]
fn a_message_is_answered_for_when_its_event_is_done_or_parked() {
    for (parked, expected) in [(&[2][..], &NONE[..]), (&[], &[AcknowledgedUnfinished])] {
        let (mut run, _) = published();
        let function = Function::OfQueue(Target::History);
        run.tell(&Observation::Invoked {
            function,
            environment: 1,
            request_id: "1".to_owned(),
            events: vec!["b".into()],
            messages: vec![Arc::from("message")],
        });
        kept(&mut run, 0, parked, None);
        run.tell(&Observation::Answered {
            function,
            environment: 1,
            request_id: "1".to_owned(),
            ending: Ending::Answered(r#"{"batchItemFailures":[]}"#.to_owned()),
        });
        assert_eq!(seen(&run), expected, "{parked:?}");
    }
}
