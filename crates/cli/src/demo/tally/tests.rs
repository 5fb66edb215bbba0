#![allow(clippy::unwrap_used, reason = "a test may fail so")]

use bytes::Bytes;
use serde_json::json;

use super::*;

fn tally() -> Tally {
    Tally::new(Names {
        writer: Some("shop-dev-register".to_owned()),
        consumers: vec![consumer("shop-dev-greet", None)],
        identity: Identity {
            key: "id".to_owned(),
            state: None,
        },
        untold: &[],
    })
}

fn consumer(function: &str, only: Option<&'static str>) -> Consumer {
    Consumer {
        function: function.to_owned(),
        row: function.to_owned(),
        only,
    }
}

type Stored = HashMap<String, Map<String, Value>>;

fn report(tally: &Tally, stored: &Stored) -> Report {
    tally.report(|change, _| stored.get(&change.key))
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
    assert!(tally.wrote(item(id), None));
    (id.to_owned(), item(id))
}

#[test]
fn what_arrived_as_stored_is_delivered_and_took_from_the_writers_start_to_the_acknowledgement() {
    let mut tally = tally();
    let stored = HashMap::from([written(&mut tally, "a", 100), written(&mut tally, "b", 200)]);
    assert!(!tally.settled());

    tally.hear(&acknowledged(&item("a"), 130));
    tally.hear(&acknowledged(&item("b"), 210));

    let report = report(&tally, &stored);
    assert!(tally.settled() && report.complete());
    assert_eq!((report.written, report.duplicates), (2, 0));
    assert_eq!(report.delivered, [("shop-dev-greet".to_owned(), 2)]);
    assert_eq!(tally.delivered(), 2);
    let latency = report.latency.unwrap();
    assert_eq!((latency.p50.as_millis(), latency.max.as_millis()), (10, 30));
}

#[test]
fn an_event_that_never_arrived_is_missing() {
    let mut tally = tally();
    let stored = HashMap::from([written(&mut tally, "a", 0), written(&mut tally, "b", 0)]);

    tally.hear(&acknowledged(&item("b"), 10));

    let report = report(&tally, &stored);
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

    assert_eq!(report(&tally, &stored).missing, ["a"]);
}

#[test]
fn an_event_of_an_item_that_is_not_stored_is_missing_too() {
    let mut tally = tally();
    written(&mut tally, "a", 0);
    tally.hear(&acknowledged(&item("a"), 10));

    let report = report(&tally, &HashMap::new());

    assert_eq!(report.delivered[0].1, 0);
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

        let report = report(&tally, &stored);

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
    assert_eq!(report(&tally, &stored).duplicates, 1);
    assert!(report(&tally, &stored).complete());

    let changed = json!({"id": "a", "name": "Eve"});
    tally.hear(&acknowledged(changed.as_object().unwrap(), 30));

    assert!(!report(&tally, &stored).complete());
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
    let report = report(&tally, &stored);
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

    let report = report(&tally, &stored);
    assert_eq!((report.delivered[0].1, report.put_events_calls), (0, 1));
}

#[test]
fn an_answer_without_the_key_is_no_write() {
    let answer = json!({"name": "Ada"});
    let answer = answer.as_object().unwrap();
    assert!(!tally().wrote(answer.clone(), None));
}

/// Two consumers of items with a state: one hears of new ones only, both through queues.
fn two() -> Tally {
    Tally::new(Names {
        writer: None,
        consumers: vec![consumer("greet", Some("NEW")), consumer("follow", None)],
        identity: Identity {
            key: "id".to_owned(),
            state: Some("state"),
        },
        untold: &["at"],
    })
}

fn in_state(id: &str, state: &str) -> Map<String, Value> {
    let item = json!({"id": id, "state": state, "at": "noon"});
    item.as_object().unwrap().clone()
}

/// A batch with an event for each of these changes, of which those with these positions failed.
fn batch(function: &str, changes: &[(&str, &str)], failed: &[usize], at: u64) -> Occurrence {
    let records: Vec<Value> = changes
        .iter()
        .enumerate()
        .map(|(position, (id, state))| {
            let detail = json!({"id": id, "state": state, "metadata": {"version": 1}});
            let body = json!({"detail": detail}).to_string();
            json!({"messageId": position.to_string(), "body": body})
        })
        .collect();
    let failures: Vec<Value> = failed
        .iter()
        .map(|position| json!({"itemIdentifier": position.to_string()}))
        .collect();
    let answer = json!({"batchItemFailures": failures}).to_string();
    let answered = Outcome::Answered(Bytes::from(answer));
    invoked(function, &json!({"Records": records}), answered, at - 1, at)
}

fn answered(tally: &Tally) -> Report {
    tally.report(|_, item| Some(item))
}

#[test]
fn a_change_is_delivered_when_the_last_of_its_consumers_has_acknowledged_it() {
    let mut tally = two();
    tally.wrote(in_state("a", "NEW"), Some(Time(100)));
    tally.wrote(in_state("a", "OLD"), Some(Time(110)));

    tally.hear(&batch("follow", &[("a", "NEW"), ("a", "OLD")], &[], 120));
    assert!(!tally.settled());
    assert_eq!(tally.delivered(), 1);
    tally.hear(&batch("greet", &[("a", "NEW")], &[], 150));

    assert!(tally.settled());
    let report = answered(&tally);
    assert!(report.complete(), "{report:?}");
    let delivered = [("greet".to_owned(), 1), ("follow".to_owned(), 2)];
    assert_eq!(report.delivered, delivered);
    let latency = report.latency.unwrap();
    assert_eq!((latency.p50.as_millis(), latency.max.as_millis()), (10, 50));
}

#[test]
fn a_message_that_its_consumer_reported_as_failed_has_not_arrived() {
    let mut tally = two();
    tally.wrote(in_state("a", "OLD"), None);
    tally.wrote(in_state("b", "OLD"), None);

    tally.hear(&batch("follow", &[("a", "OLD"), ("b", "OLD")], &[1], 10));

    assert!(!tally.settled());
    assert_eq!(answered(&tally).missing, ["b OLD"]);
    tally.hear(&batch("follow", &[("b", "OLD")], &[], 20));
    assert!(tally.settled() && answered(&tally).complete());
}

#[test]
fn an_event_that_is_faster_than_the_answer_to_its_request_counts() {
    let mut tally = two();

    tally.hear(&batch("follow", &[("a", "OLD")], &[], 10));
    assert_eq!(tally.delivered(), 0);
    tally.wrote(in_state("a", "OLD"), Some(Time(5)));

    assert!(tally.settled() && answered(&tally).complete());
    assert_eq!(tally.delivered(), 1);
}

#[test]
fn what_a_consumer_should_not_hear_of_neither_helps_nor_harms() {
    let mut tally = two();
    tally.wrote(in_state("a", "OLD"), None);

    tally.hear(&batch("greet", &[("a", "OLD")], &[], 10));

    assert!(!tally.settled());
    assert_eq!(answered(&tally).missing, ["a OLD"]);
}

#[test]
fn a_field_that_events_do_not_have_is_not_compared() {
    let mut tally = two();
    let mut more = in_state("a", "OLD");
    more.insert("price".to_owned(), json!("1"));
    tally.wrote(in_state("b", "OLD"), None);
    tally.wrote(more, None);

    tally.hear(&batch("follow", &[("a", "OLD"), ("b", "OLD")], &[], 10));

    let altered = answered(&tally).altered;
    let fields: Vec<&str> = altered.iter().map(|it| it.field.as_str()).collect();
    assert_eq!(fields, ["price"]);
}
