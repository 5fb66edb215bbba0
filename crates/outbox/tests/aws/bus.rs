//! The bus.

use outbox::publish::{CallError, Refusal};
use outbox::{EventBus, Publish as _};
use serde_json::json;

use crate::calls::{accepted, described, entry, failed};
use crate::server::{Answer, Server};

#[tokio::test]
async fn entries_are_put_as_the_api_takes_them() {
    let server = Server::start([
        ("DescribeEventBus", described()),
        ("PutEvents", accepted(2)),
    ])
    .await;
    let bus = EventBus::new(&server.settings(), "items");

    let answers = bus.publish(&[&entry(1), &entry(2)]).await.unwrap();

    assert_eq!(answers, [Ok(()), Ok(())]);
    assert_eq!(
        server.body("PutEvents"),
        json!({ "Entries": [
            { "EventBusName": "items", "Source": "test.items", "DetailType": "Stored", "Detail": r#"{"n":1}"#,
              "Time": 1_795_238_220 },
            { "EventBusName": "items", "Source": "test.items", "DetailType": "Stored", "Detail": r#"{"n":2}"#,
              "Time": 1_795_238_220 },
        ] })
    );
}

#[tokio::test]
async fn each_entry_gets_its_own_answer() {
    let answer = Answer::ok(&json!({ "FailedEntryCount": 1, "Entries": [
        { "EventId": "id" },
        { "ErrorCode": "ThrottlingException", "ErrorMessage": "Rate exceeded" },
        {},
    ] }));
    let server = Server::start([("DescribeEventBus", described()), ("PutEvents", answer)]).await;
    let bus = EventBus::new(&server.settings(), "items");

    let answers = bus
        .publish(&[&entry(1), &entry(2), &entry(3)])
        .await
        .unwrap();

    assert_eq!(answers[0], Ok(()));
    let throttled = Refusal {
        code: "ThrottlingException".to_owned(),
        message: "Rate exceeded".to_owned(),
    };
    assert_eq!(answers[1], Err(throttled));
    assert!(
        answers[2].is_err(),
        "neither accepted nor refused is not accepted"
    );
}

#[tokio::test]
async fn a_missing_bus_is_an_error_although_put_events_answers_200() {
    let missing = Answer::error(
        400,
        "ResourceNotFoundException",
        "Event bus items does not exist.",
    );
    let server = Server::start([("DescribeEventBus", missing), ("PutEvents", accepted(1))]).await;

    let error = failed(server.settings()).await;

    let CallError::Refused { code, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(code, "ResourceNotFoundException");
}

#[tokio::test]
async fn the_bus_is_asked_for_once_by_each_environment() {
    let missing = Answer::error(
        400,
        "ResourceNotFoundException",
        "Event bus items does not exist.",
    );
    let server = Server::start([("DescribeEventBus", missing), ("PutEvents", accepted(1))]).await;
    let bus = EventBus::new(&server.settings(), "items");

    // GIVEN a bus that is not there on the first call
    bus.publish(&[&entry(1)]).await.unwrap_err();
    // WHEN somebody makes it
    server.answer("DescribeEventBus", described());
    for _ in 0..3 {
        bus.publish(&[&entry(1)]).await.unwrap();
    }

    // THEN it is asked for until it is found, and never again
    assert_eq!(server.calls("DescribeEventBus"), 2);
    assert_eq!(server.calls("PutEvents"), 4);
}

#[tokio::test]
async fn a_refused_call_tells_status_and_code_and_is_not_retried() {
    for (status, code) in [
        (400, "ValidationException"),
        (400, "ThrottlingException"),
        (500, "InternalException"),
    ] {
        let refusal = Answer::error(status, code, "no");
        let server =
            Server::start([("DescribeEventBus", described()), ("PutEvents", refusal)]).await;

        let error = failed(server.settings()).await;

        let expected = CallError::Refused {
            status,
            code: code.to_owned(),
            message: "no".to_owned(),
        };
        assert_eq!(error, expected);
        assert_eq!(
            server.calls("PutEvents"),
            1,
            "{code}: the relay retries by its own rules"
        );
    }
}

#[tokio::test]
async fn an_answer_that_can_not_be_read_is_no_answer() {
    let garbled = Answer {
        status: 200,
        body: "<html>".to_owned(),
        code: None,
    };
    let server = Server::start([("DescribeEventBus", described()), ("PutEvents", garbled)]).await;

    let error = failed(server.settings()).await;

    assert!(matches!(error, CallError::NoAnswer(_)), "{error:?}");
}

#[tokio::test]
async fn a_proxy_without_a_code_is_told_by_its_status() {
    let proxy = Answer {
        status: 502,
        body: "Bad Gateway".to_owned(),
        code: None,
    };
    let server = Server::start([("DescribeEventBus", described()), ("PutEvents", proxy)]).await;

    let error = failed(server.settings()).await;

    assert_eq!(
        outbox::verdict::of_call(&error),
        outbox::verdict::Verdict::Transient,
        "{error:?}"
    );
}

#[tokio::test]
async fn an_endpoint_where_nobody_listens_gives_no_answer() {
    let server = Server::start([]).await;
    let settings = server.settings();
    server.stop().await;

    let error = failed(settings).await;

    assert!(matches!(error, CallError::NoAnswer(_)), "{error:?}");
}
