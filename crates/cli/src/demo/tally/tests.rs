#![allow(clippy::unwrap_used, reason = "a test may fail so")]

use bytes::Bytes;
use serde_json::json;

use super::*;

fn tally() -> Tally {
    Tally::new(Names {
        writer: "shop-dev-register".to_owned(),
        consumer: "shop-dev-greet".to_owned(),
        key: "id".to_owned(),
    })
}

fn item(id: &str) -> Map<String, Value> {
    let item = json!({"id": id, "name": "Ada"});
    item.as_object().unwrap().clone()
}

fn invoked(
    function: &str,
    payload: &Value,
    outcome: Outcome,
    started: u64,
    ended: u64,
) -> Occurrence {
    Occurrence::Invoked {
        function: function.to_owned(),
        request_id: "request".to_owned(),
        payload: Bytes::from(payload.to_string()),
        outcome,
        started_at: Time(started),
        ended_at: Time(ended),
    }
}

fn acknowledged(data: &Map<String, Value>, at: u64) -> Occurrence {
    let mut detail = data.clone();
    detail.insert("metadata".to_owned(), json!({"eventId": "1:Created"}));
    let event = json!({"id": "bus id", "detail-type": "Created", "detail": detail});
    invoked(
        "shop-dev-greet",
        &event,
        Outcome::Answered(Bytes::from("null")),
        at - 1,
        at,
    )
}

/// One item that the writer took at `at`.
fn written(tally: &mut Tally, id: &str, at: u64) -> (String, Map<String, Value>) {
    let answer = Value::Object(item(id)).to_string();
    let outcome = Outcome::Answered(Bytes::from(answer.clone()));
    tally.hear(&invoked(
        "shop-dev-register",
        &json!({}),
        outcome,
        at,
        at + 5,
    ));
    (tally.wrote(&answer).unwrap(), item(id))
}

#[test]
fn what_arrived_as_stored_is_delivered_and_took_from_the_writers_start_to_the_acknowledgement() {
    let mut tally = tally();
    let stored = HashMap::from([written(&mut tally, "a", 100), written(&mut tally, "b", 200)]);
    assert!(!tally.settled());

    tally.hear(&acknowledged(&item("a"), 130));
    tally.hear(&acknowledged(&item("b"), 210));

    let report = tally.report(&stored);
    assert!(tally.settled() && report.complete());
    assert_eq!(
        (report.written, report.delivered, report.duplicates),
        (2, 2, 0)
    );
    let latency = report.latency.unwrap();
    assert_eq!((latency.p50.as_millis(), latency.max.as_millis()), (10, 30));
}

#[test]
fn an_event_that_never_arrived_is_missing() {
    let mut tally = tally();
    let stored = HashMap::from([written(&mut tally, "a", 0), written(&mut tally, "b", 0)]);

    tally.hear(&acknowledged(&item("b"), 10));

    let report = tally.report(&stored);
    assert!(!tally.settled() && !report.complete());
    assert_eq!(report.missing, ["a"]);
}

#[test]
fn an_event_that_the_consumer_failed_on_has_not_arrived() {
    let mut tally = tally();
    let stored = HashMap::from([written(&mut tally, "a", 0)]);

    let failed = Outcome::Failed {
        body: Bytes::from("{}"),
    };
    let event = json!({"detail": item("a")});
    tally.hear(&invoked("shop-dev-greet", &event, failed, 1, 2));

    assert_eq!(tally.report(&stored).missing, ["a"]);
}

#[test]
fn an_event_of_an_item_that_is_not_stored_is_missing_too() {
    let mut tally = tally();
    written(&mut tally, "a", 0);
    tally.hear(&acknowledged(&item("a"), 10));

    let report = tally.report(&HashMap::new());

    assert_eq!(report.delivered, 0);
    assert_eq!(report.missing, ["a"]);
}

#[test]
fn a_changed_a_lost_and_an_added_field_are_each_named() {
    for (changed, field) in [
        (json!({"id": "a", "name": "Eve"}), "name"),
        (json!({"id": "a"}), "name"),
        (json!({"id": "a", "name": "Ada", "age": 3}), "age"),
    ] {
        let mut tally = tally();
        let stored = HashMap::from([written(&mut tally, "a", 0)]);
        tally.hear(&acknowledged(changed.as_object().unwrap(), 10));

        let report = tally.report(&stored);

        assert!(!report.complete(), "{changed}");
        assert_eq!(report.altered.first().unwrap().field, field, "{changed}");
        assert_eq!(report.missing, Vec::<String>::new());
    }
}

#[test]
fn every_arrival_after_the_first_is_a_duplicate_and_compared_as_well() {
    let mut tally = tally();
    let stored = HashMap::from([written(&mut tally, "a", 0)]);
    tally.hear(&acknowledged(&item("a"), 10));
    tally.hear(&acknowledged(&item("a"), 20));
    assert_eq!(tally.report(&stored).duplicates, 1);
    assert!(tally.report(&stored).complete());

    let changed = json!({"id": "a", "name": "Eve"});
    tally.hear(&acknowledged(changed.as_object().unwrap(), 30));

    assert!(!tally.report(&stored).complete());
}

#[test]
fn what_was_given_up_is_not_waited_for_but_missing() {
    let mut tally = tally();
    let stored = HashMap::from([written(&mut tally, "a", 0)]);

    tally.hear(&Occurrence::Discarded {
        source: "shop-dev-greet".to_owned(),
        destination: Some("arn:aws:sqs:us-east-1:000000000000:failures".to_owned()),
        condition: "RetriesExhausted".to_owned(),
        count: 1,
    });

    assert!(tally.settled());
    let report = tally.report(&stored);
    assert_eq!(report.missing, ["a"]);
    assert_eq!(report.given_up.values().sum::<usize>(), 1);
}

#[test]
fn other_functions_and_calls_do_not_count_as_arrivals() {
    let mut tally = tally();
    let stored = HashMap::from([written(&mut tally, "a", 0)]);

    let event = json!({"detail": item("a")});
    let answered = Outcome::Answered(Bytes::from("null"));
    tally.hear(&invoked("shop-dev-relay", &event, answered, 1, 2));
    tally.hear(&Occurrence::PutEventsCall {
        entries: 3,
        failed: 0,
    });

    let report = tally.report(&stored);
    assert_eq!((report.delivered, report.put_events_calls), (0, 1));
}

#[test]
fn an_answer_without_the_key_is_no_write() {
    assert_eq!(tally().wrote(r#"{"name": "Ada"}"#), None);
    assert_eq!(tally().wrote("no JSON"), None);
}
