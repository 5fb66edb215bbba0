use std::time::Duration;

use super::fixture::Run;
use crate::checker::ViolationKind::{
    AcknowledgedUnfinished, CameAgain, Invented, Lost, Stuck, WentPast,
};
use crate::observation::Ending;
use crate::observation::Function;
use crate::observation::Kind::{Insert, Modify};
use crate::observation::Observation::{Invoked, Killed, Trimmed};

const SUCCESS: &str = r#"{"batchItemFailures":[]}"#;

#[test]
fn a_record_that_is_acknowledged_must_be_on_the_bus_or_quarantined() {
    let mut run = Run::new();
    let change = run.commit("user-1", Insert);
    let request = run.invoke(&[change]);
    run.answer(request, SUCCESS);
    assert_eq!(run.seen(), [AcknowledgedUnfinished]);
    assert_eq!(run.ends_with(), [AcknowledgedUnfinished, Lost]);
}

#[test]
fn what_comes_before_the_lowest_reported_record_is_acknowledged() {
    let mut run = Run::new();
    let changes = [
        run.commit("a", Insert),
        run.commit("b", Insert),
        run.commit("c", Insert),
    ];
    let request = run.invoke(&changes);
    run.accept(changes[0]);
    let body = run.failed_from(changes[1]);
    run.answer(request, &body);
    assert_eq!(run.seen(), []);

    let request = run.invoke(&changes[1..]);
    let body = run.failed_from(changes[2]);
    run.answer(request, &body);
    assert_eq!(run.seen(), [AcknowledgedUnfinished]);
}

#[test]
fn a_misspelt_key_acknowledges_everything() {
    let mut run = Run::new();
    let change = run.commit("user-1", Insert);
    let request = run.invoke(&[change]);
    let body = run.failed_from(change).replace("batchItem", "BatchItem");
    run.answer(request, &body);
    assert_eq!(run.seen(), [AcknowledgedUnfinished]);
}

#[test]
fn an_answer_that_can_not_be_read_or_names_no_record_acknowledges_nothing() {
    for body in [
        "-",
        "7",
        r#"{"batchItemFailures":"all"}"#,
        r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#,
        r#"{"batchItemFailures":[{"id":"1"}]}"#,
    ] {
        let mut run = Run::new();
        let change = run.commit("user-1", Insert);
        let request = run.invoke(&[change]);
        run.answer(request, body);
        assert_eq!(run.seen(), [], "{body}");
    }
}

#[test]
fn a_failed_run_acknowledges_nothing() {
    let mut run = Run::new();
    let change = run.commit("user-1", Insert);
    for ending in [
        Ending::Failed("panic".to_owned()),
        Ending::NotRun("throttled".to_owned()),
    ] {
        let request = run.invoke(&[change]);
        run.end(request, ending);
    }
    assert_eq!(run.seen(), []);
}

#[test]
fn a_record_that_is_done_must_not_come_again() {
    let mut run = Run::new();
    let change = run.commit("user-1", Insert);
    let request = run.invoke(&[change]);
    run.accept(change);
    run.answer(request, SUCCESS);
    run.wait(Duration::from_millis(1));
    run.tell(&Killed);
    run.invoke(&[change]);
    assert_eq!(run.seen(), [CameAgain]);
}

#[test]
fn a_record_whose_answer_came_in_the_moment_of_a_kill_may_come_again() {
    let mut run = Run::new();
    let change = run.commit("user-1", Insert);
    let request = run.invoke(&[change]);
    run.accept(change);
    run.answer(request, SUCCESS);
    run.tell(&Killed);
    run.invoke(&[change]);
    assert_eq!(run.seen(), []);
}

#[test]
fn what_the_mapping_went_past_after_a_kill_was_durable_and_must_not_come_again() {
    let mut run = Run::new();
    let (first, second) = (run.commit("user-1", Insert), run.commit("user-1", Modify));
    let request = run.invoke(&[first]);
    run.accept(first);
    run.answer(request, SUCCESS);
    run.tell(&Killed);
    run.invoke(&[second]);
    assert_eq!(run.seen(), []);
    run.invoke(&[first]);
    assert_eq!(run.seen(), [CameAgain]);
}

#[test]
fn a_record_that_was_under_way_at_a_kill_may_come_again_and_its_late_answer_counts_for_nothing() {
    let mut run = Run::new();
    let change = run.commit("user-1", Insert);
    let request = run.invoke(&[change]);
    run.tell(&Killed);
    run.answer(request, SUCCESS);
    run.wait(Duration::from_secs(1));
    run.invoke(&[change]);
    assert_eq!(run.seen(), []);
}

#[test]
fn the_mapping_must_not_go_past_a_record_of_a_key_that_is_not_done() {
    let mut run = Run::new();
    let (first, second) = (run.commit("user-1", Insert), run.commit("user-1", Modify));
    let request = run.invoke(&[first]);
    let body = run.failed_from(first);
    run.answer(request, &body);
    run.invoke(&[second]);
    assert_eq!(run.seen(), [WentPast]);
}

#[test]
fn records_of_one_batch_and_of_other_keys_may_be_under_way_together() {
    let mut run = Run::new();
    let changes = [
        run.commit("a", Insert),
        run.commit("a", Modify),
        run.commit("b", Insert),
    ];
    run.invoke(&changes[..2]);
    run.invoke(&changes[2..]);
    assert_eq!(run.seen(), []);
}

#[test]
fn a_record_that_the_table_did_not_commit_is_invented() {
    let mut run = Run::new();
    run.tell(&Invoked {
        function: Function::Relay,
        environment: 1,
        request_id: "1".to_owned(),
        events: vec!["unknown".into()],
        messages: Vec::new(),
    });
    assert_eq!(run.seen(), [Invented]);
}

#[test]
fn a_change_of_which_nothing_became_is_stuck() {
    let mut run = Run::new();
    run.commit("user-1", Insert);
    assert_eq!(run.ends_with(), [Stuck]);
}

#[test]
fn a_run_that_does_not_come_to_rest_is_stuck_although_every_change_has_ended() {
    let mut run = Run::new();
    let change = run.commit("user-1", Insert);
    run.accept(change);
    run.arrive(change);
    let kinds: Vec<_> = run
        .verdict(false)
        .violations
        .iter()
        .map(|it| it.kind)
        .collect();
    assert_eq!(kinds, [Stuck]);
}

#[test]
fn a_change_that_the_stream_forgot_inside_the_envelope_is_lost() {
    let mut run = Run::new();
    run.commit("user-1", Insert);
    run.tell(&Trimmed {
        event_id: "change-0".into(),
    });
    assert_eq!(run.ends_with(), [Lost]);
}

#[test]
fn a_change_that_the_stream_forgot_after_it_was_published_is_not_lost() {
    let mut run = Run::new();
    let change = run.commit("user-1", Insert);
    run.accept(change);
    run.arrive(change);
    run.tell(&Trimmed {
        event_id: "change-0".into(),
    });
    assert_eq!(run.ends_with(), []);
}
