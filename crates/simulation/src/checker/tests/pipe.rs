use std::time::Duration;

use serde_json::json;

use super::fixture::Run;
use super::orders::{order, orders, sequence};
use crate::checker::ViolationKind::{
    AcknowledgedUnfinished, Altered, CameAgain, GivenUpEarly, Invented, Lost, OutOfOrder,
    QuarantinedWithoutReason, Stuck, TriedTooOften, WentPast,
};
use crate::observation::Kind::Remove;
use crate::observation::{Ending, Observation};
use crate::scenario::{Flow, Scenario, Settings};

#[test]
fn an_event_must_be_what_the_item_means() {
    let mut run = orders();
    let change = run.order("a", "CREATED");
    run.call("1", &[change]);
    run.take(change, &order("a", "CREATED"));
    run.hear("1", &[""]);
    assert_eq!(run.seen(), []);
    // Its status is another.
    run.take(change, &order("a", "COOKING"));
    assert_eq!(run.seen(), [Altered]);
}

#[test]
fn a_removal_and_an_item_without_a_status_mean_no_event() {
    let mut run = orders();
    let mut without = order("b", "CREATED");
    without
        .as_object_mut()
        .and_then(|it| it.shift_remove("status"));
    let removed = run.commit_item("a", Remove, None);
    run.commit_item("b", crate::observation::Kind::Insert, Some(without));
    run.take(removed, &order("a", ""));
    assert_eq!(run.seen(), [Invented]);
    let mut run = orders();
    run.commit_item("a", Remove, None);
    assert_eq!(run.ends_with(), []);
}

#[test]
fn what_the_pipe_hears_is_taken_must_be_on_the_bus() {
    let mut run = orders();
    let change = run.order("a", "CREATED");
    run.call("1", &[change]);
    run.hear("1", &[""]);
    assert_eq!(run.seen(), [AcknowledgedUnfinished]);
}

#[test]
fn what_is_behind_the_first_refused_entry_comes_again_and_what_is_before_does_not() {
    let mut run = orders();
    let changes = ["a", "b", "c"].map(|id| run.order(id, "CREATED"));
    run.call("1", &changes);
    run.take(changes[0], &order("a", "CREATED"));
    run.take(changes[2], &order("c", "CREATED"));
    run.hear("1", &["", "ThrottlingException", ""]);
    run.call("2", &changes[1..]);
    assert_eq!(run.seen(), []);
    run.call("3", &changes[..1]);
    assert_eq!(run.seen(), [CameAgain]);
}

#[test]
fn the_bus_may_refuse_an_order_and_take_its_next_status_in_one_call_only() {
    let mut run = orders();
    let (created, accepted) = (run.order("a", "CREATED"), run.order("a", "ACCEPTED"));
    run.call("1", &[created, accepted]);
    run.take(accepted, &order("a", "ACCEPTED"));
    assert_eq!(run.seen(), []);

    let mut run = orders();
    let (_, accepted) = (run.order("a", "CREATED"), run.order("a", "ACCEPTED"));
    run.call("1", &[accepted]);
    run.take(accepted, &order("a", "ACCEPTED"));
    assert_eq!(run.seen(), [WentPast, OutOfOrder]);
}

/// The pipe may try a record twice.
fn one_retry() -> Run {
    Run::of(Scenario {
        settings: Settings {
            maximum_retry_attempts: 1,
            batch_size: 1,
            ..Settings::usual(Flow::Orders)
        },
        ..Scenario::in_flow(Flow::Orders, 0)
    })
}

#[test]
fn what_counts_is_tried_as_often_as_the_settings_say_and_what_aws_fails_on_is_not_counted() {
    let mut run = one_retry();
    let change = run.order("a", "CREATED");
    for attempt in 0..9 {
        let request = format!("failing {attempt}");
        run.call(&request, &[change]);
        run.hear(&request, &["InternalFailure"]);
        run.call(&request, &[change]);
        run.hear_ending(
            &request,
            Ending::Failed("503 ServiceUnavailable".to_owned()),
        );
        run.call(&request, &[change]);
        run.hear_ending(&request, Ending::NotRun("no answer".to_owned()));
    }
    assert_eq!(run.seen(), []);
    // One halving of a batch of one is allowed for.
    for attempt in 0..3 {
        run.call(&attempt.to_string(), &[change]);
        run.hear(&attempt.to_string(), &["MalformedDetail"]);
    }
    assert_eq!(run.seen(), []);
    run.call("last", &[change]);
    run.hear("last", &["MalformedDetail"]);
    assert_eq!(run.seen(), [TriedTooOften]);
}

#[test]
fn what_was_given_up_was_tried_often_enough_and_ends_whole_in_the_quarantine() {
    let given_up = |number: usize| {
        json!({
            "context": { "condition": "RetryAttemptsExhausted" },
            "DDBStreamBatchInfo": {
                "shardId": "shard-1",
                "batchSize": 1,
                "startSequenceNumber": sequence(number),
                "endSequenceNumber": sequence(number),
            },
        })
    };
    let mut run = one_retry();
    let change = run.order("a", "CREATED");
    for request in ["1", "2"] {
        run.call(request, &[change]);
        run.hear(request, &["MalformedDetail"]);
    }
    run.fail(given_up(change));
    // It must be read back from the stream.
    run.quarantine(change, &[]);
    assert_eq!(run.ends_with(), []);

    let mut run = one_retry();
    let change = run.order("a", "CREATED");
    for request in ["1", "2"] {
        run.call(request, &[change]);
        run.hear(request, &["MalformedDetail"]);
    }
    run.fail(given_up(change));
    assert_eq!(run.ends_with(), [Lost]);

    let mut run = one_retry();
    let change = run.order("a", "CREATED");
    run.call("1", &[change]);
    run.hear("1", &["MalformedDetail"]);
    run.fail(given_up(change));
    assert_eq!(run.seen(), [GivenUpEarly]);
}

#[test]
fn what_was_not_given_up_is_not_quarantined() {
    let mut run = orders();
    let change = run.order("a", "CREATED");
    run.quarantine(change, &[]);
    assert_eq!(run.seen(), [QuarantinedWithoutReason]);
}

#[test]
fn a_pipe_that_stopped_is_named_outside_the_envelope_and_stuck_inside() {
    let stopped = || Observation::PipeStopped {
        reason: "403".to_owned(),
    };
    let mut run = orders();
    run.order("a", "CREATED");
    run.wait(Duration::from_hours(1));
    run.tell(&stopped());
    assert_eq!(run.ends_with(), [Stuck]);
}
