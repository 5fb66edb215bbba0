#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use std::time::Duration;

use serde_json::{Value, json};

use super::permission::{Policy, Request};
use super::{
    Backoff, Delivery, Exhausted, Next, Refusal, RetryPolicy, after_refusal, dead_letter_attributes,
};
use crate::Time;

fn throttled() -> Refusal {
    Refusal {
        code: "THROTTLING",
        message: "no".to_owned(),
        retryable: true,
    }
}

fn next(policy: &RetryPolicy, attempts: u32, now: Time, refusal: &Refusal) -> Next {
    let delivery = Delivery {
        accepted_at: Time(0),
        attempts,
    };
    after_refusal(policy, &Backoff::default(), delivery, refusal, now, 1.0)
}

const ALL_ATTEMPTS: Next = Next::GiveUp {
    exhausted: Some(Exhausted::Attempts),
};

#[test]
fn row_3_3_retry_policy_of_186_attempts_or_24_hours_unless_told_otherwise() {
    let policy = RetryPolicy::default();
    let next = |attempts, now| next(&policy, attempts, Time(now), &throttled());
    assert!(matches!(next(185, 1), Next::Retry { .. }));
    assert_eq!(next(186, 1), ALL_ATTEMPTS);
    let too_old = Next::GiveUp {
        exhausted: Some(Exhausted::Age),
    };
    assert_eq!(next(3, 86_400_000), too_old);
}

#[test]
fn row_3_3_retry_policy_allows_a_last_attempt_at_the_maximum_age() {
    let policy = RetryPolicy {
        maximum_event_age_in_seconds: 60,
        ..RetryPolicy::default()
    };
    let next = next(&policy, 10, Time(59_000), &throttled());
    assert_eq!(next, Next::Retry { at: Time(60_000) });
}

#[test]
fn row_3_3_retry_policy_without_retries_means_one_attempt() {
    let policy = RetryPolicy {
        maximum_retry_attempts: 0,
        ..RetryPolicy::default()
    };
    assert_eq!(next(&policy, 1, Time(1), &throttled()), ALL_ATTEMPTS);
}

#[test]
fn row_3_3_retry_policy_pauses_double_up_to_the_longest_and_have_jitter() {
    let backoff = Backoff {
        first: Duration::from_secs(1),
        longest: Duration::from_secs(5),
    };
    let pauses: Vec<u128> = (1..=5).map(|n| backoff.pause(n, 1.0).as_millis()).collect();
    assert_eq!(pauses, [1000, 2000, 4000, 5000, 5000]);
    assert_eq!(backoff.pause(1, 0.0), Duration::from_millis(500));
    assert_eq!(backoff.pause(u32::MAX, 1.0), Duration::from_secs(5));
}

#[test]
fn row_3_3_no_retry_for_a_missing_resource_or_right() {
    for refusal in [
        Refusal::no_resource("x"),
        Refusal::no_permissions("x"),
        Refusal::failed_to_assume_role("x"),
        Refusal::invalid_json("x"),
        Refusal::invalid_parameter("x"),
    ] {
        let next = next(&RetryPolicy::default(), 1, Time(1), &refusal);
        assert_eq!(next, Next::GiveUp { exhausted: None }, "{}", refusal.code);
    }
}

#[test]
fn row_3_3_dead_letter_says_what_was_tried() {
    let attributes =
        dead_letter_attributes("rule", "target", &throttled(), Some(Exhausted::Attempts), 4);
    let attributes: Vec<_> = attributes
        .iter()
        .map(|(name, _, value)| (*name, value.as_str()))
        .collect();
    assert_eq!(
        attributes,
        [
            ("RULE_ARN", "rule"),
            ("TARGET_ARN", "target"),
            ("ERROR_CODE", "THROTTLING"),
            ("ERROR_MESSAGE", "no"),
            ("RETRY_ATTEMPTS", "3"),
            ("EXHAUSTED_RETRY_CONDITION", "MaximumRetryAttempts"),
        ]
    );
    let gone = Refusal::no_resource("gone");
    let unretried = dead_letter_attributes("rule", "target", &gone, None, 1);
    assert!(
        unretried
            .iter()
            .all(|(name, _, _)| *name != "EXHAUSTED_RETRY_CONDITION")
    );
}

const QUEUE: &str = "arn:aws:sqs:us-east-1:000000000000:dead";
const RULE: &str = "arn:aws:events:us-east-1:000000000000:rule/shop/placed";

/// Whether a queue with this statement takes an event of the rule.
fn allows(statement: &Value) -> bool {
    let policy = json!({"Version": "2012-10-17", "Statement": statement});
    let request = Request {
        action: "sqs:SendMessage",
        resource: QUEUE,
        rule_arn: RULE,
    };
    Policy::parse(&policy.to_string()).unwrap().allows(&request)
}

/// The statement that AWS documents, with other values in these places.
fn statement(changed: &Value) -> Value {
    let mut statement = json!({
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": QUEUE,
        "Condition": {"ArnEquals": {"aws:SourceArn": RULE}},
    });
    for (name, value) in changed.as_object().unwrap().clone() {
        statement[name] = value;
    }
    statement
}

#[test]
fn row_3_3_queue_policy_as_documented_lets_the_rule_in() {
    assert!(allows(&statement(&json!({}))));
    for changed in [
        json!({"Principal": "*"}),
        json!({"Principal": {"AWS": "*"}}),
        json!({"Principal": {"Service": ["sns.amazonaws.com", "events.amazonaws.com"]}}),
        json!({"Action": ["sqs:ReceiveMessage", "SQS:sendmessage"]}),
        json!({"Action": "sqs:*", "Resource": "*"}),
        json!({"Resource": "arn:aws:sqs:*:*:d?ad"}),
        json!({"Condition": {}}),
        json!({"Condition": {"ArnLike": {"AWS:SourceArn": ["arn:x", "arn:aws:events:*:*:rule/shop/*"]}}}),
        json!({"Condition": {"StringEquals": {"aws:SourceArn": RULE}}}),
        json!({"Condition": {"ArnNotEquals": {"aws:SourceArn": "arn:aws:events:us-east-1:000000000000:rule/other"}}}),
        json!({"Condition": {"Bool": {"aws:SecureTransport": true}}}),
        json!({"Condition": {"Null": {"aws:PrincipalOrgID": "true"}}}),
        json!({"Condition": {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}}),
    ] {
        assert!(allows(&statement(&changed)), "{changed}");
    }
}

#[test]
fn row_3_3_queue_policy_that_is_about_something_else_lets_no_rule_in() {
    for changed in [
        json!({"Effect": "Deny"}),
        json!({"Principal": {"Service": "sns.amazonaws.com"}}),
        json!({"Principal": {"AWS": "000000000000"}}),
        json!({"Action": "sqs:ReceiveMessage"}),
        json!({"Resource": "arn:aws:sqs:us-east-1:000000000000:other"}),
        // A rule on a custom bus has the bus's name in its ARN.
        json!({"Condition": {"ArnEquals": {"aws:SourceArn": "arn:aws:events:us-east-1:000000000000:rule/placed"}}}),
        json!({"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:events:*:rule/shop/placed"}}}),
        json!({"Condition": {"StringEquals": {"aws:SourceArn": "arn:aws:events:*"}}}),
        json!({"Condition": {"StringEquals": {"aws:SourceAccount": "000000000000"}}}),
        json!({"Condition": {"ArnEquals": {"aws:SourceArn": RULE}, "Bool": {"aws:SecureTransport": "false"}}}),
        json!({"Condition": {"DateGreaterThan": {"aws:SourceArn": RULE}}}),
    ] {
        assert!(!allows(&statement(&changed)), "{changed}");
    }
    let denied = statement(&json!({"Effect": "Deny", "Action": "sqs:*"}));
    assert!(!allows(&json!([statement(&json!({})), denied])));
    let insecure = json!({"Effect": "Deny", "Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}});
    assert!(allows(&json!([
        statement(&json!({})),
        statement(&insecure)
    ])));
    for text in ["", "[]", "{}", r#"{"Statement": [1]}"#] {
        assert!(Policy::parse(text).is_err(), "{text}");
    }
}

#[test]
fn row_3_3_role_or_a_permission_of_the_function_lets_the_rule_in() {
    let request = Request {
        action: "lambda:InvokeFunction",
        resource: "arn:aws:lambda:us-east-1:000000000000:function:consumer",
        rule_arn: RULE,
    };
    let permission = |action, principal, source| {
        Policy::of_permission(action, principal, source).allows(&request)
    };
    let events = "events.amazonaws.com";
    assert!(permission("lambda:InvokeFunction", events, Some(RULE)));
    assert!(permission("lambda:*", "*", None));
    assert!(!permission(
        "lambda:InvokeFunction",
        "sns.amazonaws.com",
        None
    ));
    assert!(!permission("lambda:GetFunction", events, None));
    let other = "arn:aws:events:us-east-1:000000000000:rule/placed";
    assert!(!permission("lambda:InvokeFunction", events, Some(other)));
}
