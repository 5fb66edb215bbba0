//! What a program sends, and what it makes of a refusal, seen from an engine that only records.

use crate::recorder::Recorder;
use prost_types::value::Kind;
use pulumi_gestalt_proto::pulumi::pulumirpc::LogSeverity;
use tonic::Status;

#[tokio::test]
async fn options_reach_the_engine_and_what_is_not_said_stays_open() {
    let engine = Recorder::new();

    let output = engine.run("options").await;

    assert!(output.status.success(), "{output:?}");
    let kept = engine.registered("kept");
    assert_eq!(
        kept.parent,
        "urn:pulumi:dev::shop::shop:flow:Returns::inner"
    );
    assert_eq!(
        kept.provider,
        "urn:pulumi:dev::shop::pulumi:providers:aws::europe::europe-id"
    );
    assert_eq!(
        kept.dependencies,
        [
            "urn:pulumi:dev::shop::aws:sqs/queue:Queue::first",
            "urn:pulumi:dev::shop::shop:flow:Orders::outer",
        ]
    );
    assert!(kept.property_dependencies["name"].urns.is_empty());
    assert_eq!(
        (kept.protect, kept.retain_on_delete),
        (Some(false), Some(true))
    );
    assert_eq!(kept.version, "7.48.0");
    assert!(kept.custom && kept.accept_secrets && kept.supports_partial_values);

    let first = engine.registered("first");
    assert_eq!(
        first.parent,
        "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"
    );
    assert_eq!((first.protect, first.retain_on_delete), (None, None));
    assert_eq!(first.provider, "");
    let inner = engine.registered("inner");
    assert!(!inner.custom);
    assert_eq!(
        inner.parent,
        "urn:pulumi:dev::shop::shop:flow:Orders::outer"
    );
}

#[tokio::test]
async fn a_secret_travels_wrapped_and_comes_back_as_one() {
    let engine = Recorder::new();

    let output = engine.run("secret").await;

    assert!(output.status.success(), "{output:?}");
    // The second queue's policy is made of the first one's answer.
    for name in ["secret", "copy"] {
        let object = engine.registered(name).object.unwrap();
        let Some(Kind::StructValue(wrapped)) = &object.fields["policy"].kind else {
            panic!("{name} shows its secret: {object:?}");
        };
        let text = |key: &str| match &wrapped.fields[key].kind {
            Some(Kind::StringValue(text)) => text.clone(),
            other => panic!("{name}: {key} is {other:?}"),
        };
        assert_eq!(
            text("4dabf18193072939515e22adb298388d"),
            "1b47061264138c4ac30d75fd1eb44270"
        );
        assert_eq!(text("value"), "password=hunter2");
    }
}

fn refusing(status: Status) -> Recorder {
    Recorder {
        refuse: Some(("first", status)),
        ..Recorder::new()
    }
}

fn told(output: &std::process::Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[tokio::test]
async fn a_refusal_is_logged_with_the_resource_and_the_exit_code_says_so() {
    for status in [
        Status::invalid_argument("no such\nregion"),
        Status::unavailable("no such region"),
    ] {
        let engine = refusing(status);

        let output = engine.run("options").await;

        let logged = engine.logged.lock().unwrap();
        assert_eq!(logged.len(), 1, "{logged:?}");
        assert_eq!(logged[0].severity(), LogSeverity::Error);
        assert_eq!(
            logged[0].message,
            "aws:sqs/queue:Queue `first`: no such region"
        );
        assert_eq!(
            (output.status.code(), told(&output).as_str()),
            (Some(32), "")
        );
        // What depends on it is not declared.
        let registered = engine.registered.lock().unwrap();
        assert!(registered.iter().all(|request| request.name != "kept"));
    }
}

#[tokio::test]
async fn a_refusal_that_can_not_be_logged_is_printed_and_the_exit_code_is_1() {
    let engine = Recorder {
        logs: false,
        ..refusing(Status::invalid_argument("no such region"))
    };

    let output = engine.run("options").await;

    assert_eq!(
        told(&output),
        "error: aws:sqs/queue:Queue `first`: no such region\n"
    );
    assert_eq!(output.status.code(), Some(1));
}

#[tokio::test]
async fn when_the_engine_has_told_the_reason_itself_nothing_is_added() {
    let closed = "resource monitor shut down while waiting on step's done channel";
    let engine = refusing(Status::unavailable(closed));

    let output = engine.run("options").await;

    assert!(engine.logged.lock().unwrap().is_empty());
    assert_eq!(
        (output.status.code(), told(&output).as_str()),
        (Some(1), "")
    );
}
