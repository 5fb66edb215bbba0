//! The parts of a declared stack reach each other.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::time::Duration;

use delivery::Outcome;
use delivery::asynchronous::Delays;
use emulator::{Options, asynchronous};
use serde_json::{Value, json};
use stack::Stack;
use support::{Invocations, answer, call, declare, signed, stack, start, start_with};

const BUS: &str = "aws:cloudwatch/eventBus:EventBus";
const RULE: &str = "aws:cloudwatch/eventRule:EventRule";
const TARGET: &str = "aws:cloudwatch/eventTarget:EventTarget";

/// A bus with one rule for `OrderPlaced` whose target is the function `f`.
fn bus_to_function() -> Stack {
    let mut stack = stack(&[("f", json!({}))]);
    declare(
        &mut stack,
        BUS,
        "orders",
        json!({ "name": "shop-dev-orders" }),
    );
    let pattern = json!({ "detail-type": ["OrderPlaced"] }).to_string();
    let rule = json!({
        "name": "shop-dev-placed",
        "eventBusName": "shop-dev-orders",
        "eventPattern": pattern,
    });
    declare(&mut stack, RULE, "placed", rule);
    let target = json!({
        "rule": "shop-dev-placed",
        "eventBusName": "shop-dev-orders",
        "arn": support::arn("f"),
    });
    declare(&mut stack, TARGET, "placed", target);
    stack
}

fn order(detail_type: &str, detail: &Value) -> Value {
    json!({ "Entries": [{
        "EventBusName": "shop-dev-orders",
        "Source": "shop",
        "DetailType": detail_type,
        "Detail": detail.to_string(),
    }] })
}

#[tokio::test]
async fn a_published_event_reaches_the_function_that_its_rule_targets() {
    let emulating = start(&bus_to_function()).await;
    let mut invocations = Invocations::of(&emulating, "f");

    call(
        &emulating,
        "AWSEvents.PutEvents",
        &order("OrderLost", &json!({})),
    )
    .await;
    let detail = json!({ "do": "echo", "order": 42 });
    let answer = call(
        &emulating,
        "AWSEvents.PutEvents",
        &order("OrderPlaced", &detail),
    )
    .await;

    let (event, _) = invocations.next().await;
    assert_eq!(event["id"], answer["Entries"][0]["EventId"]);
    assert_eq!(
        (&event["detail-type"], &event["detail"]),
        (&json!("OrderPlaced"), &detail)
    );
    emulating.stop().await;
}

#[tokio::test]
async fn an_asynchronous_invocation_runs_later_and_is_retried() {
    let options = Options {
        asynchronous: asynchronous::Settings {
            delays: Delays {
                after_failure: [Duration::from_millis(1); 2],
                ..Delays::default()
            },
            ..asynchronous::Settings::default()
        },
        ..Options::default()
    };
    let emulating = start_with(&stack(&[("f", json!({}))]), options).await;
    let mut invocations = Invocations::of(&emulating, "f");

    let request = signed(&emulating, "f", &json!({ "do": "fail" }));
    let accepted = answer(request.header("x-amz-invocation-type", "Event")).await;

    assert_eq!(accepted.status, 202);
    for _ in 0..3 {
        let (event, outcome) = invocations.next().await;
        assert_eq!(event, json!({ "do": "fail" }));
        assert!(matches!(outcome, Outcome::Failed { .. }), "{outcome:?}");
    }
    emulating.stop().await;
}

#[tokio::test]
async fn an_asynchronous_event_over_one_megabyte_is_refused() {
    let emulating = start(&stack(&[("f", json!({}))])).await;

    let request = signed(&emulating, "f", &json!("x".repeat(1024 * 1024)));
    let refused = answer(request.header("x-amz-invocation-type", "Event")).await;

    assert_eq!(refused.status, 413);
    assert_eq!(
        refused.header("x-amzn-errortype"),
        Some("RequestTooLargeException")
    );
    emulating.stop().await;
}

#[tokio::test]
async fn an_accepted_event_is_not_lost_when_the_emulator_stops_before_it_ran() {
    let place = tempfile::tempdir().unwrap();
    let options = || Options {
        state: Some(place.path().to_owned()),
        ..Options::default()
    };
    let slow_start = json!({ "environment": { "variables": { "INIT": "5000" } } });
    let emulating = start_with(&stack(&[("f", slow_start)]), options()).await;
    let request = signed(&emulating, "f", &json!({ "do": "echo" }));
    let accepted = answer(request.header("x-amz-invocation-type", "Event")).await;
    assert_eq!(accepted.status, 202);
    emulating.stop().await;

    let emulating = start_with(&stack(&[("f", json!({}))]), options()).await;
    let mut invocations = Invocations::of(&emulating, "f");
    let (event, outcome) = invocations.next().await;

    assert_eq!(event, json!({ "do": "echo" }));
    assert!(matches!(outcome, Outcome::Answered(_)), "{outcome:?}");
    emulating.stop().await;
}
