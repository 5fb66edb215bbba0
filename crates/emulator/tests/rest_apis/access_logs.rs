//! What is told of each request: the journal's line, and the stage's access log.

use emulator::Occurrence;
use serde_json::{Value, json};

use crate::client::{Shop, start};
use crate::declaration::{Orders, orders};

const FORMAT: &str = r#"{"id":"$context.requestId","method":"$context.httpMethod","path":"$context.path","resource":"$context.resourcePath","status":$context.status,"length":$context.responseLength,"error":"$context.error.responseType","backend":"$context.integrationStatus","agent":"$context.identity.userAgent"}"#;

fn logging(format: &str) -> Orders {
    let settings = json!({
        "destinationArn": "arn:aws:logs:us-east-1:000000000000:log-group:/aws/apigateway/shop-dev-orders",
        "format": format,
    });
    orders("NONE").with("Stage", "v1", "accessLogSettings", settings)
}

/// The lines of the log group's file.
fn log(shop: &Shop) -> Vec<Value> {
    let file = "aws_apigateway_shop-dev-orders.log";
    let text = std::fs::read_to_string(shop.emulating.state().logs().join(file)).unwrap();
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn each_request_is_a_line_of_the_access_log_in_the_declared_format() {
    let shop = start(&logging(FORMAT)).await;

    let created = shop
        .post(&json!({ "status": "CREATED", "id": "o-1" }))
        .await;
    shop.post(&json!({ "status": "CREATED", "id": "o-1" }))
        .await;
    shop.post(&json!({ "id": "o-2" })).await;
    let unknown = shop
        .request("GET", "/orders?a=b")
        .header("user-agent", "an \"agent\"");
    unknown.send().await.unwrap();

    let lines = log(&shop);
    let told = |line: &Value, names: &[&str]| -> Vec<Value> {
        names.iter().map(|name| line[*name].clone()).collect()
    };
    let names = ["method", "path", "resource", "status", "error", "backend"];
    let expected = [
        json!(["POST", "/v1/orders", "/orders", 201, "-", "200"]),
        json!(["POST", "/v1/orders", "/orders", 409, "-", "400"]),
        json!([
            "POST",
            "/v1/orders",
            "/orders",
            400,
            "BAD_REQUEST_BODY",
            "-"
        ]),
        json!([
            "GET",
            "/v1/orders",
            "-",
            403,
            "MISSING_AUTHENTICATION_TOKEN",
            "-"
        ]),
    ];
    let found: Vec<Value> = lines.iter().map(|line| told(line, &names).into()).collect();
    assert_eq!(found, expected);
    assert_eq!(lines[0]["id"], created.header("x-amzn-requestid").unwrap());
    let length = created.header("content-length").unwrap();
    assert_eq!(lines[0]["length"].to_string(), length);
    assert_eq!(lines[3]["agent"], "an \"agent\"");
    shop.emulating.stop().await;
}

#[tokio::test]
async fn each_request_is_told_with_how_it_was_answered() {
    let shop = start(&orders("NONE")).await;
    let mut journal = shop.emulating.journal().listen();

    shop.post(&json!({ "status": "CREATED" })).await;
    shop.patch("o-9", "ACCEPTED").await;

    let mut requests = Vec::new();
    while let Ok(told) = journal.try_recv() {
        if let Occurrence::Requested {
            api,
            method,
            path,
            status,
            received_at,
            answered_at,
        } = told
        {
            assert!(received_at <= answered_at);
            requests.push(format!("{api} {method} {path} {status}"));
        }
    }
    let expected = [
        "shop-dev-orders POST /orders 201",
        "shop-dev-orders PATCH /orders/o-9 404",
    ];
    assert_eq!(requests, expected);
    shop.emulating.stop().await;
}

#[tokio::test]
async fn a_format_or_destination_that_can_not_be_done_is_refused_at_the_start() {
    let firehose = json!({
        "destinationArn": "arn:aws:firehose:us-east-1:000000000000:deliverystream/amazon-apigateway-a",
        "format": FORMAT,
    });
    for (orders, reason) in [
        (logging("$context.status"), "$context.requestId"),
        (
            logging("$context.requestId $context.nobody"),
            "$context.nobody",
        ),
        (
            orders("NONE").with("Stage", "v1", "accessLogSettings", firehose),
            "Firehose",
        ),
    ] {
        let refused = emulator::rest::declared(&orders.stack, "us-east-1").unwrap_err();

        assert!(refused.to_string().contains(reason), "{refused}");
    }
}
