//! What AWS allows a Region, a bus and a rule.

use std::time::Duration;

use delivery::bus::Quotas;
use serde_json::{Value, json};
use stack::Resource;

use super::{
    Settings, bus, declared, entry, none, pending, placed, queue_arn, rule, run, run_with, target,
    to_a_queue,
};
use crate::testing::{resource, stack};
use crate::{Occurrence, Store};

fn limited(put_events: u32, invocations: u32) -> Settings {
    Settings {
        quotas: Some(Quotas {
            put_events_per_second: put_events,
            invocations_per_second: invocations,
        }),
        ..Settings::default()
    }
}

#[tokio::test(start_paused = true)]
async fn row_3_2_put_events_per_second_beyond_the_quota_are_throttled_entry_by_entry() {
    let stack = stack(vec![bus()]);
    let mut run = run_with(&Store::in_memory().unwrap(), &stack, limited(4, 100));
    let codes = |answer: &Value| -> Vec<Value> {
        let entries = answer["Entries"].as_array().unwrap();
        entries
            .iter()
            .map(|entry| entry["ErrorCode"].clone())
            .collect()
    };

    let answer = run
        .put(&[entry(1), entry(2), entry(3), entry(4), entry(5), entry(6)])
        .await;
    let throttled = json!("ThrottlingException");
    assert_eq!(answer["FailedEntryCount"], 2);
    assert_eq!(
        codes(&answer)[3..],
        [Value::Null, throttled.clone(), throttled.clone()]
    );
    assert_eq!(answer["Entries"][4].get("EventId"), None);
    assert_eq!(codes(&run.put(&[entry(5)]).await), [throttled]);

    // A quarter of a second later there is room for one.
    tokio::time::sleep(Duration::from_millis(250)).await;
    assert_eq!(run.put(&[entry(5), entry(6)]).await["FailedEntryCount"], 1);
    let refused = std::iter::from_fn(|| run.journal.try_recv().ok()).any(|occurrence| {
        matches!(occurrence, Occurrence::Published { error_code: Some(code), .. } if code == "ThrottlingException")
    });
    assert!(refused);
}

#[tokio::test(start_paused = true)]
async fn row_3_2_put_events_per_second_of_us_east_1_are_10_000() {
    let run = run(&Store::in_memory().unwrap(), &stack(vec![bus()]), none());
    let ten = [(); 10].map(|()| entry(1));
    for _ in 0..1_000 {
        assert_eq!(run.put(&ten).await["FailedEntryCount"], 0);
    }
    assert_eq!(run.put(&ten).await["FailedEntryCount"], 10);
}

#[tokio::test(start_paused = true)]
async fn row_3_2_invocations_per_second_beyond_the_quota_come_later_and_none_is_lost() {
    let store = Store::in_memory().unwrap();
    let run = run_with(&store, &to_a_queue(), limited(1_000, 5));
    for order in 0..12 {
        run.put(&[entry(order)]).await;
    }
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(run.count("q").await, "5");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(run.count("q").await, "10");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(run.count("q").await, "12");
    assert_eq!(pending(&store), (0, 0));
}

fn rule_number(number: usize, region: &str, pattern: &Value) -> Resource {
    let mut rule = rule(pattern);
    rule.name = format!("rule-{number}");
    let arn = format!("arn:aws:events:{region}:000000000000:rule/shop/rule-{number}");
    rule.outputs.insert("name".to_owned(), json!(rule.name));
    rule.outputs.insert("arn".to_owned(), json!(arn));
    rule
}

/// Refused is the first resource beyond the quota, with the quota.
fn check(quota: usize, what: &str, one: impl Fn(usize) -> Resource) {
    let resources = |count: usize| stack((0..count).map(&one).collect());
    declared(&resources(quota)).unwrap();
    let refused = declared(&resources(quota + 2)).unwrap_err();
    assert_eq!(refused.name, one(quota).name);
    let reason = format!("AWS's quota is {quota} {what}, and this is one more");
    assert_eq!(refused.reason, reason);
}

#[test]
fn row_3_2_buses_of_an_account_are_at_most_100() {
    check(100, "event buses an account", |number| {
        let name = format!("bus-{number}");
        let outputs = json!({"name": name, "arn": format!("arn:{name}")});
        resource("aws:cloudwatch/eventBus:EventBus", &name, &outputs)
    });
}

#[test]
fn row_3_2_rules_per_bus_are_at_most_300_or_100() {
    let any = json!({"source": ["shop"]});
    check(300, "rules a bus", |number| {
        rule_number(number, "us-east-1", &any)
    });
    check(100, "rules a bus", |number| {
        rule_number(number, "eu-south-1", &any)
    });
    // Another bus has its own.
    let on_two_buses = (0..600).map(|number| {
        let mut rule = rule_number(number, "us-east-1", &any);
        let bus = format!("bus-{}", number % 2);
        rule.outputs.insert("eventBusName".to_owned(), json!(bus));
        rule
    });
    declared(&stack(on_two_buses.collect())).unwrap();
}

#[test]
fn row_3_2_wildcard_rules_of_a_bus_are_at_most_30() {
    let wildcard = json!({"detail": {"path": [{"wildcard": "*/bin/*"}]}});
    check(30, "rules with wildcards a bus", |number| {
        rule_number(number, "us-east-1", &wildcard)
    });
}

#[test]
fn row_3_2_targets_per_rule_are_at_most_5() {
    let targets = |count: usize| {
        let one = |_| target("t", &queue_arn("q"), &json!({}));
        let targets: Vec<Resource> = (0..count).map(one).collect();
        stack([vec![placed()], targets].concat())
    };
    declared(&targets(5)).unwrap();
    let refused = declared(&targets(6)).unwrap_err();
    assert!(refused.reason.contains("more than 5 targets"), "{refused}");
}

#[test]
fn row_3_2_pattern_length_is_at_most_2_048_characters() {
    let pattern = |length: usize| {
        let empty = json!({"source": [""]}).to_string().len();
        stack(vec![rule(&json!({"source": ["é".repeat(length - empty)]}))])
    };
    declared(&pattern(2_048)).unwrap();
    let refused = declared(&pattern(2_049)).unwrap_err();
    assert_eq!(
        refused.reason,
        "`eventPattern` has 2049 characters, AWS's quota is 2048"
    );
}

#[test]
fn row_3_2_bus_policy_can_t_be_declared() {
    let policy = resource(
        "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
        "open",
        &json!({}),
    );
    let refused = crate::check(&stack(vec![policy])).unwrap_err();
    assert!(
        refused.to_string().contains("can't run \"open\""),
        "{refused}"
    );
}
