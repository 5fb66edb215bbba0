use std::time::Duration;

use serde_json::{Value, json};

use super::fixture::{Run, user};
use crate::checker::ViolationKind::{
    Altered, GivenUpEarly, Invented, Lost, QuarantinedWithoutReason, Stuck,
};
use crate::observation::Kind::{Expire, Insert, Modify};
use crate::observation::Observation::Held;

fn poison() -> Value {
    let mut item = user("user-1");
    item.as_object_mut().map(|fields| fields.remove("username"));
    item
}

#[test]
fn poison_may_be_quarantined() {
    let mut run = Run::new();
    let change = run.commit_item("user-1", Insert, Some(poison()));
    run.quarantine(change, &[]);
    assert_eq!(run.ends_with(), []);
}

#[test]
fn the_quarantine_must_keep_what_it_took() {
    for (messages, kinds) in [(2, vec![]), (1, vec![Lost])] {
        let mut run = Run::new();
        let change = run.commit_item("user-1", Insert, Some(poison()));
        run.quarantine(change, &[]);
        run.quarantine(change, &[]);
        run.tell(&Held {
            queue: "quarantine".to_owned(),
            messages,
        });
        assert_eq!(run.ends_with(), kinds, "{messages} messages");
    }
}

#[test]
fn an_event_that_is_too_large_to_publish_may_be_quarantined() {
    let mut item = user("user-1");
    item["avatar"] = json!("\u{1}".repeat(160_000));
    let mut run = Run::new();
    let change = run.commit_item("user-1", Insert, Some(item));
    run.quarantine(change, &[]);
    assert_eq!(run.ends_with(), []);
}

#[test]
fn what_can_be_published_must_not_be_quarantined() {
    let mut run = Run::new();
    let change = run.commit("user-1", Insert);
    run.refuse(change, "ThrottlingException");
    run.quarantine(change, &["change-0:UserCreated"]);
    assert_eq!(run.seen(), [QuarantinedWithoutReason]);
}

#[test]
fn what_the_bus_refused_for_good_may_be_quarantined_with_its_event_named() {
    let mut run = Run::new();
    let change = run.commit("user-1", Insert);
    run.refuse(change, "MalformedDetail");
    run.quarantine(change, &["change-0:UserCreated"]);
    assert_eq!(run.ends_with(), []);

    let mut run = Run::new();
    let change = run.commit("user-1", Insert);
    run.refuse(change, "MalformedDetail");
    run.quarantine(change, &[]);
    assert_eq!(run.seen(), [Altered]);
}

#[test]
fn a_quarantined_record_must_be_whole() {
    let places = [
        "/eventName",
        "/dynamodb/SequenceNumber",
        "/dynamodb/NewImage/email/S",
        "/dynamodb/Keys/id/S",
    ];
    for place in places {
        let mut run = Run::new();
        let change = run.commit_item("user-1", Insert, Some(poison()));
        let mut record = run.record(change);
        if let Some(value) = record.pointer_mut(place) {
            *value = json!("other");
        }
        run.quarantine_record(&record, &[]);
        assert_eq!(run.seen(), [Altered], "{place}");
        assert_eq!(run.ends_with(), [Altered, Stuck], "{place}");
    }
}

#[test]
fn a_quarantined_record_that_was_not_committed_is_invented() {
    let mut run = Run::new();
    let change = run.commit_item("user-1", Insert, Some(poison()));
    let mut record = run.record(change);
    record["eventID"] = json!("change-9");
    run.quarantine_record(&record, &[]);
    assert_eq!(run.seen(), [Invented]);
}

#[test]
fn a_failure_record_ends_every_record_that_it_holds() {
    let mut run = Run::new();
    let changes = [
        run.commit("a", Insert),
        run.commit("b", Expire),
        run.commit("a", Modify),
    ];
    run.wait(Duration::from_hours(21));
    run.give_up(&changes, "RecordAgeExceeded");
    assert_eq!(run.ends_with(), []);
}

#[test]
fn a_failure_record_without_payload_ends_nothing() {
    let mut run = Run::new();
    let change = run.commit("user-1", Insert);
    run.wait(Duration::from_hours(21));
    let number = run.record(change)["dynamodb"]["SequenceNumber"].clone();
    run.fail(json!({
        "requestContext": { "condition": "RecordAgeExceeded" },
        "DDBStreamBatchInfo": {
            "shardId": "shard-1", "batchSize": 1, "startSequenceNumber": number, "endSequenceNumber": number,
        },
    }));
    assert_eq!(run.ends_with(), [Lost]);
}

#[test]
fn a_failure_record_that_miscounts_is_altered() {
    let mut run = Run::new();
    let change = run.commit("user-1", Insert);
    let payload = json!({ "Records": [run.record(change)] }).to_string();
    run.wait(Duration::from_hours(21));
    run.fail(json!({
        "requestContext": { "condition": "RecordAgeExceeded" },
        "DDBStreamBatchInfo": { "batchSize": 2 },
        "payload": payload,
    }));
    assert_eq!(run.seen(), [Altered]);
}

#[test]
fn a_record_is_given_up_only_at_its_age_or_after_its_retries() {
    for condition in ["RecordAgeExceeded", "RetryAttemptsExhausted", "Whim"] {
        let mut run = Run::new();
        let change = run.commit("user-1", Insert);
        run.give_up(&[change], condition);
        assert_eq!(run.seen(), [GivenUpEarly], "{condition}");
    }
}
