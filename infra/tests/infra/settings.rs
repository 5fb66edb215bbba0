//! The configuration: described in `Pulumi.yaml`, refused when it is wrong.

use std::collections::BTreeMap;

use stack::{Error, Program, Project, Stack};

use crate::declared::{aws, dev_program, dev_with, root, run};

/// The lines with which the program itself gave up.
fn refusal(result: Result<Stack, Error>) -> Vec<String> {
    match result {
        Err(Error::Failed { status, lines }) => {
            assert!(status.contains("exit status: 1"), "{status}: {lines:#?}");
            lines
        }
        other => panic!("the program should have failed: {other:?}"),
    }
}

#[tokio::test]
async fn given_a_bad_value_then_one_line_names_key_value_and_what_is_allowed() {
    let number = |range: &str| format!("a whole number from {range}");
    let cases = [
        ("architecture", "arm", "arm64 or x86_64".to_owned()),
        ("writerMemorySize", "127", number("128 to 10240 (MB)")),
        ("usersRelayMemorySize", "1e3", number("128 to 10240 (MB)")),
        (
            "userCreatedConsumerMemorySize",
            "3000000000",
            number("128 to 10240 (MB)"),
        ),
        ("writerTimeout", "901", number("1 to 900 (seconds)")),
        ("usersRelayTimeout", "10", number("15 to 900 (seconds)")),
        (
            "userCreatedConsumerTimeout",
            "",
            number("1 to 54 (seconds)"),
        ),
        (
            "logRetentionDays",
            "15",
            "one of [1, 3, 5, 7, 14, 30, 60,".to_owned(),
        ),
        (
            "archiveRetentionDays",
            "-1",
            number("0 to 3653 (days, 0 is for ever)"),
        ),
        ("pointInTimeRecovery", "yes", "true or false".to_owned()),
        ("deletionProtection", "on", "true or false".to_owned()),
        ("forceDestroy", "True", "true or false".to_owned()),
        ("apiGatewayLogRole", "1", "true or false".to_owned()),
        ("ordersRelay", "lambda", "pipe or function".to_owned()),
        ("ordersRecoveryTimeout", "14", number("15 to 900 (seconds)")),
        ("ordersRelayTimeout", "14", number("15 to 900 (seconds)")),
        (
            "notifyRestaurantMemorySize",
            "0",
            number("128 to 10240 (MB)"),
        ),
        ("orderTrackingTimeout", "1", number("2 to 900 (seconds)")),
        (
            "ordersApiAuthorization",
            "none",
            "AWS_IAM or NONE".to_owned(),
        ),
        (
            "ordersApiRateLimit",
            "10001",
            number("1 to 10000 (requests a second)"),
        ),
        (
            "ordersApiBurstLimit",
            "0",
            number("1 to 5000 (requests at once)"),
        ),
        (
            "alarmTopicArn",
            "alarms",
            "the ARN of an SNS topic".to_owned(),
        ),
        (
            "alarmTopicArn",
            "arn:aws:sqs:us-east-1:123456789012:a",
            "the ARN of an SNS topic".to_owned(),
        ),
        (
            "alarmTopicArn",
            "arn:aws:sns:us-east-1::a",
            "the ARN of an SNS topic".to_owned(),
        ),
    ];
    for (key, value, allowed) in cases {
        let lines = refusal(dev_with(&[(key, value)]).await);
        assert_eq!(lines.len(), 1, "{lines:#?}");
        for part in [
            format!("`outbox:{key}` is `{value}`"),
            allowed,
            "nothing was declared".to_owned(),
        ] {
            assert!(
                lines[0].contains(&part),
                "{part} is missing in: {}",
                lines[0]
            );
        }
    }
}

#[tokio::test]
async fn given_a_stack_whose_names_aws_would_refuse_then_one_line_says_so() {
    let program = Program {
        stack: "Production_1".to_owned(),
        ..dev_program()
    };
    let lines = refusal(run(&program, aws()).await);
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(lines[0].contains("\"outbox-Production_1\""), "{}", lines[0]);
}

#[tokio::test]
async fn given_the_longest_stack_name_then_every_physical_name_is_one_that_aws_takes() {
    let longest = "s".repeat(20);
    let program = Program {
        stack: longest.clone(),
        ..dev_program()
    };
    // The engine refuses names that are longer than AWS's longest.
    run(&program, aws()).await.unwrap();
    let mut with_relay = program.clone();
    let relay = ("outbox:ordersRelay".to_owned(), "function".to_owned());
    with_relay.config.extend([relay]);
    let declared = run(&with_relay, aws()).await.unwrap();
    let bucket = declared.outputs["ordersStreamFailuresBucket"]
        .as_str()
        .unwrap();
    assert_eq!(bucket.len(), 63, "{bucket}");

    let program = Program {
        stack: longest + "s",
        ..dev_program()
    };
    let lines = refusal(run(&program, aws()).await);
    assert!(lines[0].contains("at most 27 characters"), "{lines:#?}");
}

#[test]
fn given_pulumi_yaml_then_the_stock_cli_starts_what_cargo_builds_for_release() {
    let project = Project::read(root(), "dev").unwrap();
    assert_eq!(project.binary, root().join("target/release/infra"));
    let text = std::fs::read_to_string(root().join("Pulumi.yaml")).unwrap();
    let yaml: serde_norway::Value = serde_norway::from_str(&text).unwrap();
    assert_eq!(yaml["runtime"]["name"], serde_norway::Value::from("go"));
}

#[tokio::test]
async fn given_pulumi_yaml_then_it_describes_keys_that_the_program_reads() {
    let project = Project::read(root(), "dev").unwrap();
    assert!(project.settings.len() > 10);
    for (key, setting) in &project.settings {
        assert!(
            setting
                .description
                .as_ref()
                .is_some_and(|text| text.len() > 30),
            "{key} is not described"
        );
        assert!(setting.default.is_some(), "{key} has no default");
        let name = key.strip_prefix("outbox:").expect("a key of this project");
        // No key takes this, so one that goes through is not read.
        let lines = refusal(dev_with(&[(name, "?")]).await);
        assert!(lines[0].contains(&format!("`{key}`")), "{lines:#?}");
    }
}

#[tokio::test]
async fn given_pulumi_yaml_then_its_defaults_are_those_of_the_program() {
    let project = Project::read(root(), "dev").unwrap();
    let text = |default: &serde_norway::Value| match default {
        serde_norway::Value::String(text) => text.clone(),
        other => serde_norway::to_string(other).unwrap().trim().to_owned(),
    };
    let documented: BTreeMap<_, _> = project
        .settings
        .iter()
        .map(|(key, setting)| (key.clone(), text(setting.default.as_ref().unwrap())))
        .collect();
    let with = |config| async {
        run(
            &Program {
                config,
                ..dev_program()
            },
            aws(),
        )
        .await
        .unwrap()
    };

    assert_eq!(
        with(documented).await.resources,
        with(BTreeMap::new()).await.resources
    );
}
