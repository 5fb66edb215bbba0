//! The one port for AWS calls answers as AWS's endpoints do, whatever the service.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use emulator::Emulating;
use serde_json::json;
use support::{Answer, answer, authorization, stack, start};

fn call(emulating: &Emulating, target: &str, body: &str) -> reqwest::RequestBuilder {
    let running = emulating.running();
    reqwest::Client::new()
        .post(&running.endpoint)
        .header("authorization", authorization(&running.access_key_id))
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", target.to_owned())
        .body(body.to_owned())
}

async fn list_tables(emulating: &Emulating) -> Answer {
    answer(call(emulating, "DynamoDB_20120810.ListTables", "{}")).await
}

#[tokio::test]
async fn a_call_is_answered_with_request_id_checksum_and_its_own_content_type() {
    let emulating = start(&stack(&[])).await;
    for content_type in ["application/x-amz-json-1.0", "application/x-amz-json-1.1"] {
        let request = call(&emulating, "DynamoDB_20120810.ListTables", "");

        let mut request = request.build().unwrap();
        request
            .headers_mut()
            .insert("content-type", content_type.parse().unwrap());
        let response = reqwest::Client::new().execute(request).await.unwrap();

        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(response.status(), 200);
        assert_eq!(header("x-amzn-requestid").len(), 36);
        assert_eq!(header("content-type"), content_type);
        let checksum = header("x-amz-crc32");
        let body = response.bytes().await.unwrap();
        assert_eq!(checksum, crc32fast::hash(&body).to_string());
        assert_eq!(&body[..], b"{\"TableNames\":[]}");
    }
    emulating.stop().await;
}

#[tokio::test]
async fn calls_that_nothing_here_serves_are_told_what_is_served() {
    let emulating = start(&stack(&[])).await;

    let service = answer(call(&emulating, "Logs_20140328.PutLogEvents", "{}")).await;
    let operation = answer(call(&emulating, "DynamoDB_20120810.Frobnicate", "{}")).await;
    let bucket = reqwest::Client::new().get(format!("{}/bucket", emulating.running().endpoint));
    let no_target = answer(bucket).await;

    for answer in [service, operation, no_target] {
        assert_eq!(answer.status, 400, "{answer:?}");
        assert_eq!(
            answer.text("__type").rsplit('#').next(),
            Some("UnknownOperationException")
        );
        assert_eq!(
            answer.header("x-amzn-errortype"),
            Some("UnknownOperationException")
        );
    }
    emulating.stop().await;
}

#[tokio::test]
async fn clients_of_older_protocols_get_the_same_error_as_xml() {
    let emulating = start(&stack(&[])).await;
    let endpoint = &emulating.running().endpoint;
    let client = reqwest::Client::new();
    let sts = client
        .post(endpoint)
        .header(
            "content-type",
            "application/x-www-form-urlencoded; charset=utf-8",
        )
        .body("Action=GetCallerIdentity");
    let scope = "AWS4-HMAC-SHA256 Credential=AKIA/20261121/us-east-1/s3/aws4_request";
    let s3 = client.get(endpoint).header("authorization", scope);
    for request in [sts, s3] {
        let response = request.send().await.unwrap();

        assert_eq!(response.status(), 400);
        let body = response.text().await.unwrap();
        assert!(
            body.contains("<Code>UnknownOperationException</Code>"),
            "{body}"
        );
    }
    emulating.stop().await;
}

#[tokio::test]
async fn a_body_that_is_not_json_is_refused() {
    let emulating = start(&stack(&[])).await;

    let answer = answer(call(&emulating, "DynamoDB_20120810.ListTables", "{oops")).await;

    assert_eq!(
        (answer.status, answer.text("__type")),
        (400, "SerializationException")
    );
    emulating.stop().await;
}

#[tokio::test]
async fn a_body_larger_than_any_service_takes_is_refused() {
    let emulating = start(&stack(&[])).await;

    let body = " ".repeat(18 * 1024 * 1024);
    let answer = answer(call(&emulating, "DynamoDB_20120810.ListTables", &body)).await;

    assert_eq!(answer.status, 413);
    assert_eq!(answer.text("__type"), "RequestEntityTooLargeException");
    emulating.stop().await;
}

#[tokio::test]
async fn a_call_with_a_key_of_another_run_changes_nothing() {
    let first = start(&stack(&[])).await;
    let second = start(&stack(&[])).await;
    let other_runs_key = authorization(&first.running().access_key_id);

    let request = call(&second, "DynamoDB_20120810.ListTables", "{}");
    let mut request = request.build().unwrap();
    request
        .headers_mut()
        .insert("authorization", other_runs_key.parse().unwrap());
    let response = reqwest::Client::new().execute(request).await.unwrap();

    assert_eq!(response.status(), 400);
    assert_eq!(
        response.headers()["x-amzn-errortype"],
        "UnrecognizedClientException"
    );
    assert_eq!(list_tables(&second).await.body, json!({ "TableNames": [] }));
    first.stop().await;
    second.stop().await;
}

#[tokio::test]
async fn a_stopped_emulator_answers_nothing_and_frees_its_ports() {
    let emulating = start(&stack(&[("f", json!({}))])).await;
    let kept_alive = reqwest::Client::new();
    let url = emulating.running().endpoint.clone();
    let request = || kept_alive.get(&url).send();
    assert_eq!(request().await.unwrap().status(), 400);
    let port = url.rsplit(':').next().unwrap().parse().unwrap();

    emulating.stop().await;

    assert!(request().await.is_err());
    emulator::front::Ports::bind(port, "--port").await.unwrap();
}
