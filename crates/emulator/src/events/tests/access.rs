//! Which rules are let in by queues and functions.

use std::time::Duration;

use serde_json::{Value, json};
use stack::Resource;

use super::dead_letters::{attribute, received};
use super::{
    FUNCTION, RULE, Run, Settings, bus, closed_queue, entry, function, none, permission, placed,
    queue, queue_arn, queue_url, rule, run, run_with, target,
};
use crate::Store;
use crate::testing::{resource, stack};

fn policy(queue: &str, source_arn: &str) -> Resource {
    let policy = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn(queue),
        "Condition": {"ArnEquals": {"aws:SourceArn": source_arn}},
    }]});
    let outputs = json!({"queueUrl": queue_url(queue), "policy": policy.to_string()});
    resource("aws:sqs/queuePolicy:QueuePolicy", queue, &outputs)
}

fn dead_lettered_target(arn: &str) -> Resource {
    let more = json!({"deadLetterConfig": {"arn": queue_arn("dead")}});
    target("t", arn, &more)
}

/// A run with these resources that was given one event.
async fn given_an_event(resources: Vec<Resource>) -> Run {
    let resources = [vec![bus(), placed()], resources].concat();
    let run = run(&Store::in_memory().unwrap(), &stack(resources), none());
    run.put(&[entry(1)]).await;
    tokio::time::sleep(Duration::from_millis(10)).await;
    run
}

/// What the dead-letter queue says about an event that was refused at once.
async fn refused(resources: Vec<Resource>) -> (Value, String) {
    let run = given_an_event([resources, vec![queue("dead")]].concat()).await;
    let message = received(&run, "dead").await;
    assert_eq!(attribute(&message, "RETRY_ATTEMPTS"), "0");
    let why = attribute(&message, "ERROR_MESSAGE");
    (
        attribute(&message, "ERROR_CODE"),
        why.as_str().unwrap().to_owned(),
    )
}

#[tokio::test(start_paused = true)]
async fn row_3_3_queue_policy_that_names_the_rule_lets_its_events_in() {
    for queue in [vec![closed_queue("q"), policy("q", RULE)], vec![queue("q")]] {
        let resources = [queue, vec![target("t", &queue_arn("q"), &json!({}))]].concat();
        let run = given_an_event(resources).await;
        assert_eq!(run.count("q").await, "1");
    }
}

#[tokio::test(start_paused = true)]
async fn row_3_3_no_retry_without_a_queue_policy_for_the_rule() {
    let to_queue = || dead_lettered_target(&queue_arn("q"));
    let (code, why) = refused(vec![closed_queue("q"), to_queue()]).await;
    assert_eq!(code, "NO_PERMISSIONS");
    assert!(why.contains("has no policy"), "{why}");
    let other = RULE.replace("placed", "other");
    let (code, why) = refused(vec![closed_queue("q"), policy("q", &other), to_queue()]).await;
    assert_eq!(code, "NO_PERMISSIONS");
    assert!(why.contains(RULE), "{why}");
}

#[tokio::test(start_paused = true)]
async fn row_3_3_queue_policy_that_a_dead_letter_queue_lacks_loses_the_event_and_that_is_told() {
    let mut run = given_an_event(vec![dead_lettered_target(FUNCTION), closed_queue("dead")]).await;
    let warnings = run.warnings();
    assert!(warnings[0].contains("is lost (NO_RESOURCE"), "{warnings:?}");
    assert!(warnings[0].contains("NO_PERMISSIONS"), "{warnings:?}");
    assert!(
        warnings[0].contains("InvocationsFailedToBeSentToDlq"),
        "{warnings:?}"
    );
    assert_eq!(run.count("dead").await, "0");

    let resources = vec![
        dead_lettered_target(FUNCTION),
        closed_queue("dead"),
        policy("dead", RULE),
    ];
    assert_eq!(given_an_event(resources).await.count("dead").await, "1");
}

#[tokio::test(start_paused = true)]
async fn row_3_3_no_retry_without_a_permission_of_the_function() {
    let to_function = || dead_lettered_target(FUNCTION);
    let (code, why) = refused(vec![function(), to_function()]).await;
    assert_eq!(code, "NO_PERMISSIONS");
    assert!(why.contains("no permission of the function"), "{why}");
}

#[tokio::test(start_paused = true)]
async fn row_3_3_role_or_permission_is_needed_and_a_source_account_breaks_the_permission() {
    let to_function = || dead_lettered_target(FUNCTION);
    let mut with_account = permission();
    let account = json!("000000000000");
    with_account
        .outputs
        .insert("sourceAccount".to_owned(), account);
    let (code, _) = refused(vec![function(), with_account, to_function()]).await;
    assert_eq!(code, "NO_PERMISSIONS");

    let with_role = || {
        let mut target = to_function();
        target
            .outputs
            .insert("roleArn".to_owned(), json!("arn:aws:iam::1:role/bus"));
        target
    };
    let (code, why) = refused(vec![function(), with_role()]).await;
    assert_eq!(code, "FAILED_TO_ASSUME_ROLE");
    assert!(why.contains("arn:aws:iam::1:role/bus"), "{why}");

    let role = resource(
        "aws:iam/role:Role",
        "bus",
        &json!({"arn": "arn:aws:iam::1:role/bus"}),
    );
    let run = given_an_event(vec![function(), with_role(), role, queue("dead")]).await;
    assert_eq!(run.count("dead").await, "0");
}

#[tokio::test(start_paused = true)]
async fn row_3_3_rule_arn_has_the_name_of_a_custom_bus_in_it() {
    // A policy for the rule as if it were on the default bus.
    let without_bus = RULE.replace("shop/", "");
    let resources = vec![
        closed_queue("q"),
        policy("q", &without_bus),
        dead_lettered_target(&queue_arn("q")),
    ];
    let (code, why) = refused(resources).await;
    assert_eq!(code, "NO_PERMISSIONS");
    assert!(why.contains("rule/shop/placed"), "{why}");

    // A rule of the default bus has no bus in its ARN.
    let mut of_default = rule(&json!({"source": ["shop.orders"]}));
    of_default
        .outputs
        .insert("eventBusName".to_owned(), json!("default"));
    of_default
        .outputs
        .insert("arn".to_owned(), json!(without_bus));
    let mut to_queue = target("t", &queue_arn("q"), &json!({}));
    to_queue
        .outputs
        .insert("eventBusName".to_owned(), json!("default"));
    let resources = vec![
        of_default,
        to_queue,
        closed_queue("q"),
        policy("q", &without_bus),
    ];
    let run = run(&Store::in_memory().unwrap(), &stack(resources), none());
    let mut event = entry(1);
    event["EventBusName"] = json!("default");
    run.put(&[event]).await;
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(run.count("q").await, "1");
}

#[tokio::test(start_paused = true)]
async fn row_3_3_queue_with_a_key_takes_nothing() {
    let mut encrypted = queue("q");
    encrypted
        .outputs
        .insert("kmsMasterKeyId".to_owned(), json!("alias/aws/sqs"));
    let (code, why) = refused(vec![encrypted, dead_lettered_target(&queue_arn("q"))]).await;
    assert_eq!(code, "NO_PERMISSIONS");
    assert!(why.contains("alias/aws/sqs"), "{why}");

    let mut by_sqs = queue("q");
    by_sqs
        .outputs
        .insert("sqsManagedSseEnabled".to_owned(), json!(true));
    let run = given_an_event(vec![by_sqs, target("t", &queue_arn("q"), &json!({}))]).await;
    assert_eq!(run.count("q").await, "1");
}

#[tokio::test(start_paused = true)]
async fn permissions_need_not_be_looked_at() {
    let settings = Settings {
        permissions: false,
        ..Settings::default()
    };
    let to_queue = target("t", &queue_arn("q"), &json!({}));
    let stack = stack(vec![bus(), placed(), to_queue, closed_queue("q")]);
    let run = run_with(&Store::in_memory().unwrap(), &stack, settings);
    run.put(&[entry(1)]).await;
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(run.count("q").await, "1");
}

#[test]
fn a_policy_that_can_t_be_read_or_has_no_queue_is_refused_by_name() {
    let mut unreadable = policy("q", RULE);
    unreadable.outputs.insert("policy".to_owned(), json!("{"));
    let refused = super::declared(&stack(vec![closed_queue("q"), unreadable])).unwrap_err();
    assert!(
        refused.to_string().contains("the policy can't be read"),
        "{refused}"
    );
    let refused = super::declared(&stack(vec![policy("q", RULE)])).unwrap_err();
    assert!(
        refused.to_string().contains("which is no declared queue"),
        "{refused}"
    );
}
