use std::time::Duration;

use super::fixture::Run;
use crate::checker::ViolationKind::{
    CameAgain, GivenUpEarly, QueueGrew, Stuck, TriedTooOften, WentPast,
};
use crate::observation::Ending;
use crate::observation::Kind::{Insert, Modify};
use crate::observation::Observation::{Killed, Waits};
use crate::observation::Waiting;
use crate::scenario::{Scenario, Settings};

/// Batches of one record, which can be halved once in the count of the checker.
fn with_retries(maximum_retry_attempts: u32) -> Run {
    let settings = Settings {
        batch_size: 1,
        maximum_retry_attempts,
        ..Settings::default()
    };
    Run::of(Scenario {
        settings,
        ..Scenario::of(0)
    })
}

fn fail_times(run: &mut Run, times: usize) -> usize {
    let change = run.commit("user-1", Insert);
    for _ in 0..times {
        let request = run.invoke(&[change]);
        run.end(request, Ending::Failed("crash".to_owned()));
    }
    change
}

#[test]
fn a_record_is_tried_once_and_as_often_again_as_the_settings_say() {
    let mut run = with_retries(3);
    fail_times(&mut run, 5);
    assert_eq!(run.seen(), []);

    let mut run = with_retries(3);
    fail_times(&mut run, 6);
    assert_eq!(run.seen(), [TriedTooOften]);
}

#[test]
fn a_kill_allows_one_attempt_more() {
    let mut run = with_retries(3);
    let change = fail_times(&mut run, 4);
    run.tell(&Killed);
    run.invoke(&[change]);
    run.invoke(&[change]);
    assert_eq!(run.seen(), []);
    run.invoke(&[change]);
    assert_eq!(run.seen(), [TriedTooOften]);
}

#[test]
fn a_record_may_be_given_up_when_its_retries_are_used_up() {
    let mut run = with_retries(3);
    let change = fail_times(&mut run, 4);
    run.give_up(&[change], "RetryAttemptsExhausted");
    assert_eq!(run.ends_with(), []);

    let mut run = with_retries(3);
    let change = fail_times(&mut run, 3);
    run.give_up(&[change], "RetryAttemptsExhausted");
    assert_eq!(run.seen(), [GivenUpEarly]);
}

#[test]
fn the_mapping_may_go_past_a_record_whose_retries_are_used_up_before_its_failure_record() {
    for (times, kinds) in [(4, vec![]), (3, vec![WentPast])] {
        let mut run = with_retries(3);
        fail_times(&mut run, times);
        let next = run.commit("user-1", Modify);
        run.invoke(&[next]);
        assert_eq!(run.seen(), kinds, "{times} times");
    }
}

#[test]
fn what_was_done_behind_a_record_that_is_being_given_up_may_come_again_after_a_kill() {
    for (recorded, kinds) in [(false, vec![]), (true, vec![CameAgain])] {
        let mut run = with_retries(3);
        let change = fail_times(&mut run, 4);
        let next = run.commit("user-2", Insert);
        let request = run.invoke(&[next]);
        run.accept(next);
        run.answer(request, "");
        if recorded {
            run.give_up(&[change], "RetryAttemptsExhausted");
        }
        run.wait(Duration::from_secs(1));
        run.tell(&Killed);
        run.invoke(&[next]);
        assert_eq!(run.seen(), kinds, "recorded: {recorded}");
    }
}

#[test]
fn a_record_may_be_given_up_when_it_is_too_old() {
    for (hours, wrong) in [(19, true), (20, false)] {
        let mut run = Run::new();
        let change = run.commit("user-1", Insert);
        run.wait(Duration::from_hours(hours));
        run.give_up(&[change], "RecordAgeExceeded");
        assert_eq!(run.seen() == [GivenUpEarly], wrong, "{hours} h");
    }
}

/// One event on the bus, then so much that waits.
fn waiting(waiting: Waiting, at_end: bool) -> Run {
    let mut run = Run::new();
    let change = run.commit("user-1", Insert);
    run.accept(change);
    run.tell(&Waits { waiting, at_end });
    run
}

#[test]
fn no_more_may_wait_than_was_put_in() {
    let most = Waiting {
        deliveries: 2,
        asynchronous: 2,
        messages: 4,
    };
    assert_eq!(waiting(most, false).seen(), []);
    let more = Waiting {
        deliveries: 3,
        asynchronous: 3,
        messages: 5,
    };
    assert_eq!(waiting(more, false).seen(), [QueueGrew; 3]);
}

#[test]
fn nothing_may_wait_at_the_end() {
    let one = Waiting {
        messages: 1,
        ..Waiting::default()
    };
    assert_eq!(waiting(one, true).seen(), [Stuck]);
    assert_eq!(waiting(Waiting::default(), true).seen(), []);
}
