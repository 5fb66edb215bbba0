use std::path::Path;
use std::sync::Arc;

use delivery::bus::Place;
use serde_json::{Value, json};
use stack::Resource;

use super::{
    FAILURES, FUNCTION, config, failures_queue, function, on_failure, on_success, payload,
};
use crate::destination::Destination;
use crate::events;
use crate::testing::{Functions, Ground, Services, failed, resource, stack};
use crate::{Background, Chance, Clock, Journal, Store};

const BUS: &str = "arn:aws:events:us-east-1:000000000000:event-bus/results";

/// A bus with a rule that sends what Lambda publishes to the queue.
fn bus() -> Vec<Resource> {
    let bus = json!({"name": "results", "arn": BUS});
    let rule = json!({
        "name": "all",
        "arn": "arn:aws:events:us-east-1:000000000000:rule/results/all",
        "eventBusName": "results",
        "eventPattern": json!({"source": ["lambda"]}).to_string(),
    });
    let target = json!({"rule": "all", "eventBusName": "results", "arn": FAILURES});
    let policy = json!({"Statement": {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "sqs:SendMessage",
        "Resource": FAILURES,
    }});
    let mut queue = failures_queue();
    let policy = json!(policy.to_string());
    queue.outputs.insert("policy".to_owned(), policy);
    vec![
        resource("aws:cloudwatch/eventBus:EventBus", "results", &bus),
        resource("aws:cloudwatch/eventRule:EventRule", "all", &rule),
        resource("aws:cloudwatch/eventTarget:EventTarget", "all", &target),
        queue,
    ]
}

/// The event that reaches the bus's target when the function has run with `payload`.
async fn published(configured: &Value, functions: Arc<Functions>) -> Value {
    let mut resources = bus();
    resources.extend([function(), config(configured)]);
    let stack = stack(resources);
    let ground = Ground {
        store: Store::in_memory().unwrap(),
        clock: Clock::system(),
        chance: Chance::seeded(1),
        journal: Journal::new(100),
    };
    let place = Place {
        region: "us-east-1".to_owned(),
        account: "000000000000".to_owned(),
    };
    let settings = events::Settings::default();
    let Services {
        queues,
        asynchronous,
        buses,
    } = Services::declared(&stack, place, &ground, settings);
    let folder = Path::new("").to_owned();
    let destination =
        Destination::new(&stack, queues.clone(), folder, ground.chance).with_buses(buses.clone());
    let _background: [Background; 2] = [
        asynchronous.start(functions, Arc::new(destination)),
        buses.start(),
    ];

    asynchronous.enqueue(FUNCTION, &payload()).unwrap();

    serde_json::from_str(&queues.next_body("failures").await).unwrap()
}

#[tokio::test(start_paused = true)]
async fn row_6_1_failure_to_a_bus_is_published_by_lambda() {
    let mut configured = on_failure(BUS);
    configured["maximumRetryAttempts"] = json!(0);
    let functions = Functions::that_end(Clock::system(), [failed("A")]);

    let event = published(&configured, functions).await;

    assert_eq!(event["source"], "lambda");
    assert_eq!(
        event["detail-type"],
        "Lambda Function Invocation Result - Failure"
    );
    assert_eq!(
        event["resources"],
        json!([BUS, format!("{FUNCTION}:$LATEST")])
    );
    let detail = &event["detail"];
    assert_eq!(detail["requestContext"]["condition"], "RetriesExhausted");
    assert_eq!(detail["requestPayload"], json!({"id": "1"}));
    assert_eq!(detail["responsePayload"]["errorType"], "A");
}

#[tokio::test(start_paused = true)]
async fn row_6_1_success_destinations_can_be_a_bus() {
    let functions = Functions::that_end(Clock::system(), []);

    let event = published(&on_success(BUS), functions).await;

    assert_eq!(
        event["detail-type"],
        "Lambda Function Invocation Result - Success"
    );
    assert_eq!(event["detail"]["requestContext"]["condition"], "Success");
}
