//! What could not be delivered.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    FUNCTION, RULE, Run, bus, entry, function, none, pending, permission, placed, queue, queue_arn,
    queue_url, run, target,
};
use crate::front::Service;
use crate::testing::{Functions, failed, resource, stack};
use crate::{Clock, Occurrence, Store};

/// The message in a queue with all that is known about it.
pub(super) async fn received(run: &Run, queue: &str) -> Value {
    let body = json!({
        "QueueUrl": queue_url(queue),
        "MessageAttributeNames": ["All"],
        "WaitTimeSeconds": 20,
    });
    let received = run.queues.call("ReceiveMessage", body).await.unwrap();
    received["Messages"][0].clone()
}

pub(super) fn attribute(message: &Value, name: &str) -> Value {
    message["MessageAttributes"][name]["StringValue"].clone()
}

#[tokio::test(start_paused = true)]
async fn row_3_3_dead_letter_holds_the_event_and_says_why() {
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

    let message = received(&run, "dead").await;
    let event: Value = serde_json::from_str(message["Body"].as_str().unwrap()).unwrap();
    assert_eq!(event["id"], answer["Entries"][0]["EventId"]);
    let attribute = |name: &str| attribute(&message, name);
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
async fn row_3_3_no_retry_for_a_target_that_is_gone_and_without_a_dead_letter_queue_it_is_lost() {
    for (more, told) in [
        (json!({}), "NO_RESOURCE: Function not found"),
        (json!({}), "the target has no dead-letter queue"),
        (
            json!({"deadLetterConfig": {"arn": queue_arn("gone")}}),
            "is lost (NO_RESOURCE",
        ),
        (
            json!({"deadLetterConfig": {"arn": queue_arn("gone")}}),
            "InvocationsFailedToBeSentToDlq",
        ),
    ] {
        let store = Store::in_memory().unwrap();
        let resources = vec![bus(), placed(), target("f", FUNCTION, &more)];
        let mut run = run(&store, &stack(resources), none());
        run.put(&[entry(1)]).await;
        tokio::time::sleep(Duration::from_millis(10)).await;
        assert_eq!(pending(&store), (0, 0));
        let warnings = run.warnings();
        assert!(warnings[0].contains(told), "{warnings:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn row_3_3_error_code_of_an_event_that_its_target_can_t_hold_is_invalid_parameter() {
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
    for told in [
        "is lost (INVALID_PARAMETER: ",
        "Message must be shorter than 1048576 bytes",
        "did not take it: INVALID_PARAMETER: ",
    ] {
        assert!(warnings[0].contains(told), "{warnings:?}");
    }
    assert_eq!(
        (run.count("q").await, run.count("dead").await),
        ("0".into(), "0".into())
    );
}

#[tokio::test(start_paused = true)]
async fn row_3_3_dead_letter_queue_belongs_to_one_target() {
    let store = Store::in_memory().unwrap();
    let gone = |name: &str| format!("{FUNCTION}-{name}");
    let dead = |name: &str| json!({"deadLetterConfig": {"arn": queue_arn(name)}});
    let resources = vec![
        bus(),
        placed(),
        target("one", &gone("one"), &dead("dead-one")),
        target("two", &gone("two"), &dead("dead-two")),
        queue("dead-one"),
        queue("dead-two"),
    ];
    let run = run(&store, &stack(resources), none());
    run.put(&[entry(1)]).await;
    for (queue, function) in [("dead-one", "one"), ("dead-two", "two")] {
        let message = received(&run, queue).await;
        assert_eq!(attribute(&message, "TARGET_ARN"), gone(function));
        assert_eq!(run.count(queue).await, "0");
    }
}

#[tokio::test(start_paused = true)]
async fn row_3_3_delivered_means_accepted_and_a_failing_function_is_not_the_rules_concern() {
    let store = Store::in_memory().unwrap();
    let dead = json!({"deadLetterConfig": {"arn": queue_arn("dead")}});
    let resources = vec![
        bus(),
        placed(),
        target("f", FUNCTION, &dead),
        function(),
        permission(),
        queue("dead"),
    ];
    let functions = Functions::that_end(Clock::system(), (0..3).map(|_| failed("E")));
    let run = run(&store, &stack(resources), functions.clone());
    run.put(&[entry(1)]).await;
    functions.seen(3).await;
    tokio::time::sleep(Duration::from_hours(1)).await;
    assert_eq!(pending(&store), (0, 0));
    assert_eq!(run.count("dead").await, "0");
}

#[tokio::test(start_paused = true)]
async fn row_3_3_bus_dead_letter_config_gets_nothing_that_a_target_refused() {
    let store = Store::in_memory().unwrap();
    let mut with_config = bus();
    let config = json!({"arn": queue_arn("of-the-bus")});
    with_config
        .outputs
        .insert("deadLetterConfig".to_owned(), config);
    let resources = vec![
        with_config,
        placed(),
        target("f", FUNCTION, &json!({})),
        queue("of-the-bus"),
    ];
    let mut run = run(&store, &stack(resources), none());
    run.put(&[entry(1)]).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(run.warnings()[0].contains("the target has no dead-letter queue"));
    assert_eq!(run.count("of-the-bus").await, "0");
}

#[test]
fn row_3_3_bus_dead_letter_config_aside_a_key_of_ones_own_is_refused() {
    let outputs = json!({"name": "shop", "arn": "arn", "kmsKeyIdentifier": "alias/shop"});
    let bus = resource("aws:cloudwatch/eventBus:EventBus", "shop", &outputs);
    let refused = super::declared(&stack(vec![bus])).unwrap_err();
    assert!(
        refused.to_string().contains("`kmsKeyIdentifier`"),
        "{refused}"
    );
}
