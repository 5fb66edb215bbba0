#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// `Pulumi.yaml`'s `config`: key to its description and default.
fn documented() -> BTreeMap<String, (String, Option<String>)> {
    let yaml: serde_json::Value =
        serde_norway::from_str(include_str!("../../Pulumi.yaml")).unwrap();
    let text = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    yaml["config"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, entry)| {
            (
                key.clone(),
                (
                    entry["description"].as_str().unwrap_or_default().to_owned(),
                    entry.get("default").map(text),
                ),
            )
        })
        .collect()
}

fn read_with(key: &str, value: &str) -> Result<Settings, Error> {
    Settings::read("outbox", |asked| (asked == key).then(|| value.to_owned()))
}

#[test]
fn pulumi_yaml_describes_exactly_the_keys_that_are_read() {
    let asked = RefCell::new(BTreeSet::new());
    Settings::read("outbox", |key| {
        asked.borrow_mut().insert(key.to_owned());
        None
    })
    .unwrap();

    let documented = documented();

    assert_eq!(
        documented.keys().cloned().collect::<BTreeSet<_>>(),
        asked.into_inner()
    );
    for (key, (description, default)) in documented {
        assert!(description.len() > 20, "{key} needs a description");
        assert!(default.is_some(), "{key} needs a default");
    }
}

#[test]
fn the_defaults_in_pulumi_yaml_are_those_of_the_program() {
    let documented = documented();
    let by_yaml = Settings::read("outbox", |key| documented[key].1.clone()).unwrap();
    let by_program = Settings::read("outbox", |_| None).unwrap();
    assert_eq!(by_yaml, by_program);
}

#[test]
fn a_bad_value_is_an_error_that_names_key_value_and_what_is_allowed() {
    let cases = [
        ("architecture", "arm", "arm64 or x86_64"),
        (
            "writerMemorySize",
            "127",
            "a whole number from 128 to 10240 (MB)",
        ),
        (
            "usersRelayMemorySize",
            "1e3",
            "a whole number from 128 to 10240 (MB)",
        ),
        (
            "userCreatedConsumerMemorySize",
            "3000000000",
            "a whole number from 128 to 10240 (MB)",
        ),
        (
            "writerTimeout",
            "901",
            "a whole number from 1 to 900 (seconds)",
        ),
        (
            "usersRelayTimeout",
            "10",
            "a whole number from 15 to 900 (seconds)",
        ),
        (
            "userCreatedConsumerTimeout",
            "",
            "a whole number from 1 to 900 (seconds)",
        ),
        ("logRetentionDays", "15", "one of 1, 3, 5, 7, 14, 30,"),
        (
            "logRetentionDays",
            "two",
            "a whole number from 1 to 3653 (days)",
        ),
        (
            "archiveRetentionDays",
            "-1",
            "a whole number from 0 to 3653 (days, 0 is for ever)",
        ),
        ("pointInTimeRecovery", "yes", "true or false"),
        ("deletionProtection", "on", "true or false"),
        ("forceDestroy", "True", "true or false"),
        (
            "alarmTopicArn",
            "arn:aws:sqs:us-east-1:123456789012:alarms",
            "the ARN of an SNS topic",
        ),
        ("alarmTopicArn", "alarms", "the ARN of an SNS topic"),
    ];
    for (key, value, allowed) in cases {
        let error = read_with(key, value).unwrap_err().to_string();
        let said = format!("config outbox:{key} is \"{value}\", allowed is {allowed}");
        assert!(error.starts_with(&said), "{error}");
    }
}

#[test]
fn a_good_value_replaces_the_default() {
    assert_eq!(
        read_with("architecture", "x86_64").unwrap().architecture,
        "x86_64"
    );
    assert_eq!(
        read_with("usersRelayTimeout", "60")
            .unwrap()
            .users_relay
            .timeout,
        60
    );
    assert_eq!(
        read_with("logRetentionDays", "365")
            .unwrap()
            .log_retention_days,
        365
    );
    assert!(
        !read_with("deletionProtection", "false")
            .unwrap()
            .deletion_protection
    );
    let topic = "arn:aws:sns:eu-west-1:123456789012:alarms";
    assert_eq!(
        read_with("alarmTopicArn", topic)
            .unwrap()
            .alarm_topic_arn
            .as_deref(),
        Some(topic)
    );
}
