//! Which names are made, and which are taken.

use serde_json::{Value, json};
use stack::Provider;

use crate::provider::{aws, create, declared};

#[test]
fn a_generated_name_is_the_same_in_every_run_and_differs_by_resource() {
    let token = "aws:sqs/queue:Queue";
    let name = |logical: &str| {
        let queue = declared(token, logical, json!({}));
        aws().create(&queue).unwrap()["name"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(name("orders"), name("orders"));
    assert_ne!(name("orders"), name("users"));
    let suffix = name("orders").strip_prefix("orders-").unwrap().to_owned();
    assert!(
        suffix.len() == 7 && suffix.chars().all(|c| c.is_ascii_hexdigit()),
        "{suffix}"
    );
    let fifo = create(token, json!({ "fifoQueue": true }));
    let suffix = fifo["name"].as_str().unwrap().rsplit('.').next();
    assert_eq!(suffix, Some("fifo"));
    let prefixed = create(token, json!({ "namePrefix": "jobs_" }));
    assert!(prefixed["name"].as_str().unwrap().starts_with("jobs_"));
}

#[test]
fn two_of_one_name_claim_the_same_and_two_of_one_name_in_two_places_do_not() {
    let claim = |token: &str, inputs: Value| {
        let request = declared(token, "thing", inputs);
        let outputs = aws().create(&request).unwrap();
        aws().claim(&request, &outputs).unwrap()
    };
    let queue = "aws:sqs/queue:Queue";
    assert_eq!(claim(queue, json!({ "name": "a" })), "the queue `a`");
    assert_ne!(
        claim(queue, json!({ "name": "a" })),
        claim(queue, json!({ "name": "b" }))
    );
    let rule = "aws:cloudwatch/eventRule:EventRule";
    assert_ne!(
        claim(rule, json!({ "name": "made", "eventBusName": "one" })),
        claim(rule, json!({ "name": "made", "eventBusName": "two" })),
    );
    let policy = "aws:sqs/queuePolicy:QueuePolicy";
    assert_eq!(
        claim(policy, json!({ "queueUrl": "u", "policy": "{}" })),
        "the queue policy of u"
    );
}
