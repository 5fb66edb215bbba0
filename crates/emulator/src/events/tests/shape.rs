//! What targets get in place of the whole event.

use std::time::Duration;

use serde_json::{Value, json};

use super::dead_letters::{attribute, received};
use super::{Run, bus, declared, entry, none, placed, queue, queue_arn, run, target};
use crate::Store;
use crate::front::Service;
use crate::testing::stack;

/// A run whose queue `q` is a target with this shaping, and that was given order 7.
async fn shaped(more: &Value) -> (Run, Value) {
    let mut more = more.clone();
    more["deadLetterConfig"] = json!({"arn": queue_arn("dead")});
    let to_queue = target("q", &queue_arn("q"), &more);
    let resources = vec![bus(), placed(), to_queue, queue("q"), queue("dead")];
    let run = run(&Store::in_memory().unwrap(), &stack(resources), none());
    let mut order = entry(7);
    order["Detail"] = json!(r#"{"order": 7, "price": 1.50, "note": "say \"hi\""}"#);
    let answer = run.put(&[order]).await;
    tokio::time::sleep(Duration::from_millis(10)).await;
    (run, answer)
}

#[tokio::test(start_paused = true)]
async fn row_3_4_choice_of_one_shaping_reaches_the_target() {
    for (shaping, expected) in [
        (json!({"input": r#"{"fixed": 1.0}"#}), r#"{"fixed": 1.0}"#),
        (json!({"inputPath": "$.detail.price"}), "1.50"),
        (
            json!({"inputTransformer": {
                "inputPaths": {"order": "$.detail.order", "kind": "$.detail-type"},
                "inputTemplate": r#"{"no": <order>, "text": "<kind> by <aws.events.rule-name>"}"#,
            }}),
            r#"{"no": 7, "text": "OrderPlaced by placed"}"#,
        ),
        (
            json!({"inputTransformer": {"inputTemplate": r#""plain""#}}),
            r#""plain""#,
        ),
    ] {
        let (run, _) = shaped(&shaping).await;
        assert_eq!(run.queues.next_body("q").await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn row_3_4_missing_path_or_bad_json_goes_to_the_dead_letter_queue_with_the_whole_event() {
    for shaping in [
        json!({"inputPath": "$.detail.nothing"}),
        json!({"inputTransformer": {
            "inputPaths": {"note": "$.detail.note"},
            "inputTemplate": r#"{"note": "<note>"}"#,
        }}),
    ] {
        let (run, answer) = shaped(&shaping).await;
        let message = received(&run, "dead").await;
        assert_eq!(attribute(&message, "ERROR_CODE"), "INVALID_JSON");
        assert_eq!(attribute(&message, "RETRY_ATTEMPTS"), "0");
        let event: Value = serde_json::from_str(message["Body"].as_str().unwrap()).unwrap();
        assert_eq!(event["id"], answer["Entries"][0]["EventId"]);
        assert_eq!(run.count("q").await, "0");
    }
}

#[test]
fn row_3_4_choice_of_two_shapings_or_one_beyond_a_limit_is_refused_by_name() {
    for (shaping, error) in [
        (
            json!({"input": "1", "inputPath": "$"}),
            "at most one may be declared",
        ),
        (json!({"input": "no json"}), "Input is no JSON"),
        (json!({"inputPath": "$.a[*]"}), "InputPath is \"$.a[*]\""),
        (
            json!({"inputTransformer": {"inputPaths": {"AWSx": "$"}, "inputTemplate": "1"}}),
            "InputPathsMap has the name \"AWSx\"",
        ),
        (
            json!({"inputTransformer": {"inputTemplate": "<x>"}}),
            "InputTemplate has <x>",
        ),
    ] {
        let resources = vec![placed(), target("t", &queue_arn("q"), &shaping)];
        let refused = declared(&stack(resources)).unwrap_err();
        assert_eq!(refused.name, "t");
        assert!(refused.to_string().contains(error), "{refused}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_target_gets_can_be_asked_about() {
    let transformer = json!({"inputPaths": {"x": "$.id"}, "inputTemplate": "\"<x>\""});
    let (run, _) = shaped(&json!({ "inputTransformer": transformer })).await;
    let body = json!({"EventBusName": "shop", "Rule": "placed"});
    let answer = run.buses.call("ListTargetsByRule", body).await.unwrap();
    assert_eq!(
        answer["Targets"][0]["InputTransformer"],
        json!({"InputPathsMap": {"x": "$.id"}, "InputTemplate": "\"<x>\""})
    );
}
