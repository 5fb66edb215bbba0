use std::sync::Arc;

use serde_json::json;

use super::fixture::{Run, message};
use crate::checker::ViolationKind::{
    AcknowledgedUnfinished, GivenUpEarly, Invented, TriedTooOften, WrongTarget,
};
use crate::observation::Kind::{Insert, Remove};
use crate::observation::{Function, Observation, Target};
use crate::scenario::{Scenario, Settings};

/// Two events on the bus, of which the consumer of the audit queue completed the first.
fn half_done() -> (Run, usize) {
    let mut run = Run::new();
    let (one, two) = (run.commit("a", Insert), run.commit("b", Insert));
    run.accept(one);
    run.accept(two);
    let request = run.read(&[one, two]);
    run.deliver(Target::Audit, one);
    (run, request)
}

fn failed(names: &[String]) -> String {
    let items: Vec<_> = names
        .iter()
        .map(|it| json!({ "itemIdentifier": it }))
        .collect();
    json!({ "batchItemFailures": items }).to_string()
}

#[test]
fn a_message_that_was_not_completed_must_be_reported() {
    let (mut run, request) = half_done();
    run.say(request, &failed(&[message(1)]));
    assert_eq!(run.seen(), []);

    let (mut run, request) = half_done();
    run.say(request, &failed(&[message(0)]));
    assert_eq!(run.seen(), [AcknowledgedUnfinished]);
}

#[test]
fn an_answer_that_names_nothing_calls_all_done_and_one_that_can_not_be_read_nothing() {
    for all_done in [
        "",
        "null",
        "{}",
        r#"{"BatchItemFailures":[1]}"#,
        &failed(&[]),
    ] {
        let (mut run, request) = half_done();
        run.say(request, all_done);
        assert_eq!(run.seen(), [AcknowledgedUnfinished], "{all_done}");
    }
    let unknown = failed(&["somebody else".to_owned()]);
    for nothing_done in ["nonsense", "[]", r#"{"batchItemFailures":7}"#, &unknown] {
        let (mut run, request) = half_done();
        run.say(request, nothing_done);
        assert_eq!(run.seen(), [], "{nothing_done}");
    }
}

#[test]
fn what_was_completed_in_an_earlier_run_may_be_acknowledged() {
    let (mut run, request) = half_done();
    run.say(request, &failed(&[message(0), message(1)]));
    let again = run.read(&[0]);
    run.say(again, "");
    assert_eq!(run.seen(), []);
}

#[test]
fn a_message_is_handed_out_as_often_as_its_queue_says() {
    let mut run = Run::of(Scenario {
        settings: Settings {
            maximum_receive_count: 2,
            ..Settings::default()
        },
        ..Scenario::of(0)
    });
    let change = run.commit("a", Insert);
    run.accept(change);
    for _ in 0..2 {
        run.read(&[change]);
    }
    assert_eq!(run.seen(), []);
    run.read(&[change]);
    assert_eq!(run.seen(), [TriedTooOften]);
}

#[test]
fn a_message_must_hold_the_event_of_a_change() {
    let mut run = Run::new();
    run.tell(&Observation::Invoked {
        function: Function::OfQueue(Target::Queue),
        environment: 1,
        request_id: "1".to_owned(),
        events: vec!["unknown:UserCreated".into()],
        messages: vec![Arc::from("1")],
    });
    assert_eq!(run.seen(), [Invented]);
}

#[test]
fn a_message_must_not_be_redriven_before_it_was_received_often_enough() {
    let seen = |receives: &str| {
        let mut run = Run::of(Scenario {
            settings: Settings {
                maximum_receive_count: 5,
                ..Settings::default()
            },
            ..Scenario::of(0)
        });
        let change = run.commit("a", Insert);
        run.accept(change);
        let attributes = json!({ "ApproximateReceiveCount": receives });
        run.dead_letter(Target::Audit, change, attributes);
        run.seen().to_vec()
    };
    // Telling so was the last receive.
    assert_eq!(seen("6"), []);
    assert_eq!(seen("5"), [GivenUpEarly]);
}

#[test]
fn what_the_filter_of_a_queue_leaves_out_is_done_and_must_not_be_given_to_its_consumer() {
    let filtering = || {
        Run::of(Scenario {
            settings: Settings {
                audit_filters: true,
                ..Settings::default()
            },
            ..Scenario::of(0)
        })
    };
    let mut run = filtering();
    let deleted = run.commit("a", Remove);
    run.accept(deleted);
    run.deliver(Target::Queue, deleted);
    assert_eq!(run.ends_with(), []);

    let mut run = filtering();
    let deleted = run.commit("a", Remove);
    run.accept(deleted);
    run.deliver(Target::Audit, deleted);
    assert_eq!(run.seen(), [WrongTarget]);
}
