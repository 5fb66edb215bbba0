use bytes::Bytes;

use super::super::{Condition, Delays, Next, Policy, Queued, after, too_old};
use super::{NEW, failed, not_run};
use crate::{Outcome, Time};

fn next(queued: Queued, outcome: &Outcome, now: Time) -> Next {
    after(&Policy::default(), &Delays::default(), queued, outcome, now)
}

fn retried(next: Next) -> (Time, Queued) {
    match next {
        Next::Retry { at, queued } => (at, queued),
        other => panic!("it is not retried: {other:?}"),
    }
}

#[test]
fn an_answer_ends_an_event() {
    let answered = Outcome::Answered(Bytes::new());
    assert_eq!(next(NEW, &answered, Time(1)), Next::Done);
}

#[test]
fn row_6_1_function_errors_are_retried_twice_after_one_and_after_two_minutes_then_given_up() {
    let (at, queued) = retried(next(NEW, &failed(), Time(0)));
    assert_eq!((at, queued.runs), (Time(60_000), 1));
    let (at, queued) = retried(next(queued, &failed(), at));
    assert_eq!((at, queued.runs), (Time(180_000), 2));
    let given_up = Next::GiveUp {
        condition: Condition::RetriesExhausted,
        runs: 3,
    };
    assert_eq!(next(queued, &failed(), at), given_up);
}

#[test]
fn row_6_1_declared_limits_of_retries_hold() {
    for retries in 0..=2 {
        let policy = Policy {
            maximum_retry_attempts: retries,
            ..Policy::default()
        };
        let mut queued = NEW;
        for _ in 0..retries {
            let next = after(&policy, &Delays::default(), queued, &failed(), Time(1));
            queued = retried(next).1;
        }
        let last = after(&policy, &Delays::default(), queued, &failed(), Time(1));
        let condition = Condition::RetriesExhausted;
        let runs = retries + 1;
        assert_eq!(last, Next::GiveUp { condition, runs });
    }
}

#[test]
fn row_6_1_throttles_and_server_errors_are_not_counted_and_back_off_from_1_s_to_5_min() {
    let mut queued = NEW;
    let mut pauses = Vec::new();
    for _ in 0..11 {
        let (at, later) = retried(next(queued, &not_run(), Time(0)));
        assert_eq!(later.runs, 0);
        pauses.push(at.0 / 1000);
        queued = later;
    }
    assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
}

#[test]
fn row_6_1_throttles_and_server_errors_are_tried_for_six_hours() {
    let (mut queued, mut now, mut attempts) = (NEW, Time(0), 0);
    let given_up = loop {
        attempts += 1;
        match next(queued, &not_run(), now) {
            Next::Retry { at, queued: later } => (now, queued) = (at, later),
            given_up => break given_up,
        }
    };
    let condition = Condition::EventAgeExceeded;
    assert_eq!(given_up, Next::GiveUp { condition, runs: 0 });
    // The pauses up to 256 s make 511 s, 70 of 300 s follow.
    assert_eq!((attempts, now), (80, Time((511 + 70 * 300) * 1000)));
}

#[test]
fn row_6_1_declared_limits_of_age_end_an_event_whose_next_attempt_would_come_too_late() {
    let policy = Policy {
        maximum_event_age_in_seconds: 60,
        ..Policy::default()
    };
    let delays = Delays::default();
    let on_time = after(&policy, &delays, NEW, &failed(), Time(0));
    assert_eq!(retried(on_time).0, Time(60_000));
    let condition = Condition::EventAgeExceeded;
    let late = after(&policy, &delays, NEW, &failed(), Time(1));
    assert_eq!(late, Next::GiveUp { condition, runs: 1 });
    let throttled = after(&policy, &delays, NEW, &not_run(), Time(59_001));
    assert_eq!(throttled, Next::GiveUp { condition, runs: 0 });
}

#[test]
fn row_6_1_declared_limits_of_age_hold_for_an_event_that_waits_for_its_turn() {
    let policy = Policy {
        maximum_event_age_in_seconds: 60,
        ..Policy::default()
    };
    assert!(!too_old(&policy, NEW, Time(60_999)));
    assert!(too_old(&policy, NEW, Time(61_000)));
}
