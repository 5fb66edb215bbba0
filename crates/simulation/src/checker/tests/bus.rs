use std::time::Duration;

use serde_json::json;

use super::fixture::Run;
use crate::checker::ViolationKind::{Altered, Invented, OutOfOrder};
use crate::observation::Kind::{Expire, Insert, Modify, Remove};

#[test]
fn events_as_their_changes_mean_them_are_fine_however_often_they_come() {
    let mut run = Run::new();
    for kind in [Insert, Modify, Remove, Expire] {
        let change = run.commit("user-1", kind);
        run.accept(change);
        run.accept(change);
    }
    assert_eq!(run.seen(), []);
}

#[test]
fn an_event_of_no_change_is_invented() {
    let mut run = Run::new();
    let change = run.commit("user-1", Insert);
    let mut detail = run.detail(change);
    detail["metadata"]["eventId"] = json!("change-7:UserCreated");
    run.accept_as("UserCreated", &detail);
    assert_eq!(run.seen(), [Invented]);
}

#[test]
fn an_event_of_poison_is_invented() {
    let mut run = Run::new();
    let change = run.commit_item("user-1", Insert, Some(json!({ "id": "user-1" })));
    run.accept(change);
    assert_eq!(run.seen(), [Invented]);
}

#[test]
fn an_event_with_another_value_in_any_field_is_altered() {
    for field in [
        "/username",
        "/metadata/key",
        "/metadata/sequence",
        "/metadata/occurredAt",
    ] {
        let mut run = Run::new();
        let change = run.commit("user-1", Insert);
        let mut detail = run.detail(change);
        if let Some(value) = detail.pointer_mut(field) {
            *value = json!("7");
        }
        run.accept_as("UserCreated", &detail);
        assert_eq!(run.seen(), [Altered], "{field}");
    }
}

#[test]
fn an_event_with_a_field_more_or_less_is_altered() {
    let mut run = Run::new();
    let change = run.commit("user-1", Insert);
    let mut more = run.detail(change);
    more["nickname"] = json!("a");
    run.accept_as("UserCreated", &more);
    let mut less = run.detail(change);
    less.as_object_mut().map(|fields| fields.remove("email"));
    run.accept_as("UserCreated", &less);
    assert_eq!(run.seen(), [Altered, Altered]);
}

#[test]
fn a_modification_that_is_called_created_is_altered() {
    let mut run = Run::new();
    let change = run.commit("user-1", Modify);
    let mut detail = run.detail(change);
    detail["metadata"]["eventId"] = json!("change-0:UserCreated");
    run.accept_as("UserCreated", &detail);
    assert_eq!(run.seen(), [Altered]);
}

#[test]
fn a_later_event_of_a_key_before_an_earlier_one_is_out_of_order() {
    let mut run = Run::new();
    let (_, second) = (run.commit("user-1", Insert), run.commit("user-1", Modify));
    run.accept(second);
    assert_eq!(run.seen(), [OutOfOrder]);
}

#[test]
fn two_keys_have_no_order() {
    let mut run = Run::new();
    let (first, second) = (run.commit("user-1", Insert), run.commit("user-2", Insert));
    run.accept(second);
    run.accept(first);
    assert_eq!(run.seen(), []);
}

#[test]
fn a_repeat_of_an_earlier_event_is_not_out_of_order() {
    let mut run = Run::new();
    let (first, second) = (run.commit("user-1", Insert), run.commit("user-1", Modify));
    for change in [first, second, first, second] {
        run.accept(change);
    }
    assert_eq!(run.seen(), []);
}

#[test]
fn a_key_may_have_a_gap_where_a_record_was_quarantined_or_given_up() {
    let mut run = Run::new();
    let poison = run.commit_item("user-1", Insert, Some(json!({ "id": "user-1" })));
    let _old = run.commit("user-1", Modify);
    let last = run.commit("user-1", Modify);
    run.quarantine_record(
        &json!({
            "eventID": "change-0",
            "eventName": "INSERT",
            "dynamodb": {
                "ApproximateCreationDateTime": 1_795_238_221,
                "Keys": { "id": { "S": "user-1" } },
                "SequenceNumber": "100000000000000000000",
                "NewImage": { "id": { "S": "user-1" } },
            },
        }),
        &[],
    );
    run.wait(Duration::from_hours(21));
    run.give_up(&[1], "RecordAgeExceeded");
    run.accept(last);
    assert_eq!(run.seen(), []);
    let _ = poison;
}
