//! Where events go.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    BUS, FUNCTION, RULE, Run, bus, entry, none, pending, placed, queue, queue_arn, rule, run,
    target,
};
use crate::front::Service;
use crate::testing::{resource, stack};
use crate::{Occurrence, Store};

#[tokio::test(start_paused = true)]
async fn an_event_reaches_every_target_of_every_rule_that_matches_and_no_other() {
    let store = Store::in_memory().unwrap();
    let mut cheap = rule(&json!({"detail": {"price": [{"numeric": ["<", 1]}]}}));
    cheap.outputs.insert("name".to_owned(), json!("cheap"));
    let mut for_cheap = target("cheap", &queue_arn("cheap"), &json!({}));
    for_cheap.outputs.insert("rule".to_owned(), json!("cheap"));
    let resources = vec![
        bus(),
        placed(),
        cheap,
        target("one", &queue_arn("one"), &json!({})),
        target("two", &queue_arn("two"), &json!({})),
        for_cheap,
        queue("one"),
        queue("two"),
        queue("cheap"),
    ];
    let run = run(&store, &stack(resources), none());

    let answer = run.put(&[entry(7)]).await;

    for name in ["one", "two"] {
        let event: Value = serde_json::from_str(&run.queues.next_body(name).await).unwrap();
        assert_eq!(event["id"], answer["Entries"][0]["EventId"]);
    }
    assert_eq!(run.count("cheap").await, "0");
    assert_eq!(pending(&store), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn row_3_3_an_event_for_a_missing_target_goes_to_the_dead_letter_queue_at_once() {
    let store = Store::in_memory().unwrap();
    let with_queue = json!({"deadLetterConfig": {"arn": queue_arn("dead")}});
    let resources = vec![
        bus(),
        placed(),
        target("f", FUNCTION, &with_queue),
        queue("dead"),
    ];
    let mut run = run(&store, &stack(resources), none());

    let answer = run.put(&[entry(1)]).await;

    let body = json!({
        "QueueUrl": "http://localhost/000000000000/dead",
        "MessageAttributeNames": ["All"],
        "WaitTimeSeconds": 20,
    });
    let received = run.queues.call("ReceiveMessage", body).await.unwrap();
    let message = &received["Messages"][0];
    let event: Value = serde_json::from_str(message["Body"].as_str().unwrap()).unwrap();
    assert_eq!(event["id"], answer["Entries"][0]["EventId"]);
    let attribute = |name: &str| message["MessageAttributes"][name]["StringValue"].clone();
    assert_eq!(attribute("RULE_ARN"), RULE);
    assert_eq!(attribute("TARGET_ARN"), FUNCTION);
    assert_eq!(attribute("ERROR_CODE"), "NO_RESOURCE");
    assert_eq!(attribute("RETRY_ATTEMPTS"), "0");
    assert_eq!(attribute("EXHAUSTED_RETRY_CONDITION"), Value::Null);
    assert_eq!(pending(&store), (0, 0));
    let discarded = std::iter::from_fn(|| run.journal.try_recv().ok())
        .find(|occurrence| matches!(occurrence, Occurrence::Discarded { .. }));
    assert!(matches!(
        discarded,
        Some(Occurrence::Discarded { destination: Some(arn), condition, .. })
            if arn == queue_arn("dead") && condition == "NO_RESOURCE"
    ));
}

#[tokio::test(start_paused = true)]
async fn row_3_3_without_a_dead_letter_queue_that_takes_it_an_event_is_lost_and_that_is_told() {
    let store = Store::in_memory().unwrap();
    let with_queue = json!({"deadLetterConfig": {"arn": queue_arn("gone")}});
    let resources = vec![bus(), placed(), target("f", FUNCTION, &with_queue)];
    let mut run = run(&store, &stack(resources), none());
    run.put(&[entry(1)]).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(pending(&store), (0, 0));
    let warnings = run.warnings();
    assert!(
        warnings[0].contains("is lost: its dead-letter queue"),
        "{warnings:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn row_3_6_an_archive_keeps_what_matches_for_its_days_and_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.db");
    let archive = json!({
        "name": "orders",
        "arn": "arn:archive",
        "eventSourceArn": BUS,
        "eventPattern": r#"{"detail":{"order":[1]}}"#,
        "retentionDays": 2,
    });
    let archive = resource(
        "aws:cloudwatch/eventArchive:EventArchive",
        "orders",
        &archive,
    );
    let stack = stack(vec![bus(), archive]);
    let count = async |run: &Run| {
        let body = json!({"ArchiveName": "orders"});
        let answer = run.buses.call("DescribeArchive", body).await.unwrap();
        answer["EventCount"].as_u64().unwrap()
    };
    {
        let store = Store::open(&file).unwrap();
        let run = run(&store, &stack, none());
        run.put(&[entry(1), entry(2)]).await;
        assert_eq!(count(&run).await, 1);
    }
    let store = Store::open(&file).unwrap();
    let run = run(&store, &stack, none());
    assert_eq!(count(&run).await, 1);
    tokio::time::sleep(Duration::from_hours(47)).await;
    assert_eq!(count(&run).await, 1);
    tokio::time::sleep(Duration::from_hours(2)).await;
    assert_eq!(count(&run).await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_disabled_rule_matches_nothing_and_the_default_bus_needs_no_declaration() {
    let store = Store::in_memory().unwrap();
    let mut disabled = placed();
    disabled
        .outputs
        .insert("state".to_owned(), json!("DISABLED"));
    let mut matching = rule(&json!({"source": ["shop.orders"]}));
    matching.outputs.shift_remove("eventBusName");
    matching.outputs.insert("name".to_owned(), json!("any"));
    let mut to_queue = target("default", &queue_arn("default"), &json!({}));
    to_queue.outputs.insert("rule".to_owned(), json!("any"));
    to_queue.outputs.shift_remove("eventBusName");
    let resources = vec![
        bus(),
        disabled,
        matching,
        target("off", &queue_arn("off"), &json!({})),
        to_queue,
        queue("off"),
        queue("default"),
    ];
    let run = run(&store, &stack(resources), none());
    let mut to_default = entry(2);
    to_default
        .as_object_mut()
        .unwrap()
        .shift_remove("EventBusName");
    run.put(&[entry(1), to_default]).await;
    let event: Value = serde_json::from_str(&run.queues.next_body("default").await).unwrap();
    assert_eq!(event["detail"]["order"], 2);
    assert_eq!(run.count("off").await, "0");
}

#[tokio::test(start_paused = true)]
async fn an_event_that_a_queue_can_t_hold_goes_to_no_queue_and_that_is_told() {
    let store = Store::in_memory().unwrap();
    let with_queue = json!({"deadLetterConfig": {"arn": queue_arn("dead")}});
    let to_queue = target("q", &queue_arn("q"), &with_queue);
    let resources = vec![bus(), placed(), to_queue, queue("q"), queue("dead")];
    let mut run = run(&store, &stack(resources), none());

    // GIVEN an entry that the bus takes, but with the envelope more than a message may hold
    let mut large = entry(1);
    large["Detail"] = json!(format!(r#"{{"a":"{}"}}"#, "x".repeat(1_048_500)));
    let answer = run.put(&[large]).await;
    assert_eq!(answer["FailedEntryCount"], 0);
    tokio::time::sleep(Duration::from_secs(1)).await;

    // THEN not even the dead-letter queue takes it
    let warnings = run.warnings();
    assert!(
        warnings[0].contains("Message must be shorter than 1048576 bytes"),
        "{warnings:?}"
    );
    assert_eq!(
        (run.count("q").await, run.count("dead").await),
        ("0".into(), "0".into())
    );
}
