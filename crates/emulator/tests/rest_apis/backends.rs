//! What a client hears when the backend throttles, fails or does not answer.

use std::sync::Arc;
use std::time::Duration;

use emulator::front::{AccessKeys, Ports, Service, ServiceError};
use emulator::rest::{Backends, RestApis, declared, router};
use emulator::{Chance, Clock, Journal, Logs, Occurrence};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::client::start;
use crate::declaration::{Orders, orders};
use crate::support::{Answer, answer};

/// A DynamoDB that answers every call so; with none it never does.
struct Answering(Option<Result<Value, ServiceError>>);

impl Service for Answering {
    fn call<'a>(
        &'a self,
        _operation: &'a str,
        _body: Value,
    ) -> BoxFuture<'a, Result<Value, ServiceError>> {
        match &self.0 {
            Some(result) => futures::future::ready(result.clone()).boxed(),
            None => futures::future::pending().boxed(),
        }
    }
}

/// Posts an order to an API whose DynamoDB answers so; also what the journal was told.
async fn posted(orders: &Orders, backend: Answering) -> (Answer, Option<Occurrence>) {
    let logs = tempfile::tempdir().unwrap();
    let journal = Journal::new(16);
    let mut told = journal.listen();
    let stages = declared(&orders.stack, "us-east-1").unwrap();
    let api = stages[0].api_id.clone();
    let apis = RestApis {
        stages,
        backends: Backends {
            dynamodb: Arc::new(backend),
        },
        keys: AccessKeys::default(),
        clock: Clock::system(),
        chance: Chance::seeded(1),
        journal,
        logs: Logs::new(logs.path()),
        account: "000000000000".to_owned(),
    };
    let ports = Ports::bind(0, "--port").await.unwrap();
    let url = format!(
        "http://127.0.0.1:{}/restapis/{api}/v1/_user_request_/orders",
        ports.port()
    );
    let (_stop, stopped) = watch::channel(false);
    let mut tasks = JoinSet::new();
    ports.serve(&router(apis), &stopped, &mut tasks);
    let request = reqwest::Client::new()
        .post(url)
        .header("content-type", "application/json");
    let answer = answer(request.body(r#"{"status":"CREATED"}"#)).await;
    (answer, told.try_recv().ok())
}

fn error(status: u16, code: &str) -> Answering {
    let code = format!("com.amazonaws.dynamodb.v20120810#{code}");
    Answering(Some(Err(ServiceError {
        status,
        ..ServiceError::bad_request(code, "no")
    })))
}

#[tokio::test]
async fn a_backend_that_throttles_or_fails_is_told_by_the_status() {
    let cases = [
        (400, "ConditionalCheckFailedException", 409),
        (400, "ProvisionedThroughputExceededException", 429),
        (400, "ThrottlingException", 429),
        (400, "ValidationException", 500),
        (500, "InternalServerError", 500),
        (503, "ServiceUnavailable", 500),
    ];
    for (status, code, expected) in cases {
        let (answer, _) = posted(&orders("NONE"), error(status, code)).await;

        assert_eq!(answer.status, expected, "{code}: {answer:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_backend_that_does_not_answer_in_time_is_a_504() {
    let orders = orders("NONE").with(
        "Integration",
        "POST-integration",
        "timeoutMilliseconds",
        json!(50),
    );

    let (answer, _) = posted(&orders, Answering(None)).await;

    assert_eq!(
        (answer.status, answer.text("message")),
        (504, "Endpoint request timed out")
    );
}

#[tokio::test]
async fn a_status_that_no_response_is_for_is_a_500_and_told_to_who_runs_the_emulator() {
    let mut orders = orders("NONE");
    // Only the answer to a success is left.
    orders.stack.resources.retain(|resource| {
        !(resource.type_token.ends_with("IntegrationResponse")
            && ["POST-400", "POST-500"].contains(&resource.name.as_str()))
    });

    let (answer, told) = posted(&orders, error(400, "ValidationException")).await;

    assert_eq!(
        (answer.status, answer.text("message")),
        (500, "Internal server error")
    );
    assert_eq!(
        answer.header("x-amzn-errortype"),
        Some("InternalServerErrorException")
    );
    match told {
        Some(Occurrence::Warning(text)) => assert!(text.contains("status 400"), "{text}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_dynamodb_that_throttles_for_a_time_is_a_429_for_that_time_and_writes_nothing() {
    let shop = start(&orders("NONE")).await;
    let order = json!({ "status": "CREATED", "id": "o-1" });
    let throttled = ServiceError::bad_request(
        "com.amazonaws.dynamodb.v20120810#ThrottlingException",
        "Rate exceeded",
    );
    let clock = shop.emulating.clock();
    let outage = shop.emulating.dynamodb_outage();

    outage.begin(throttled.clone(), clock.now().plus(Duration::from_mins(1)));
    let refused = shop.post(&order).await;
    outage.begin(throttled, clock.now());
    let taken = shop.post(&order).await;

    assert_eq!((refused.status, taken.status), (429, 201), "{refused:?}");
    assert_eq!(shop.items().await.len(), 1);
    shop.emulating.stop().await;
}
