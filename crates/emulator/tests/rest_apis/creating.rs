//! `POST /orders`

use std::time::{Duration, SystemTime};

use serde_json::json;

use crate::client::start;
use crate::declaration::orders;
use crate::support::{Answer, answer};

#[tokio::test]
async fn a_posted_order_is_an_item_of_the_table_and_is_answered_whole() {
    let shop = start(&orders("NONE")).await;

    let order = json!({ "status": "CREATED", "id": "o-1", "restaurant": "Zum Löwen" });
    let answer = shop.post(&order).await;

    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("location"), Some("/orders/o-1"));
    assert_eq!(answer.header("x-amzn-requestid").unwrap().len(), 36);
    let items = shop.items().await;
    let item = &items["o-1"];
    assert_eq!(item["restaurant"], json!({ "S": "Zum Löwen" }));
    assert_eq!(
        answer.body,
        json!({
            "id": "o-1", "status": "CREATED", "restaurant": "Zum Löwen",
            "occurredAt": item["occurredAt"]["S"],
        })
    );
    shop.emulating.stop().await;
}

#[tokio::test]
async fn an_order_without_an_id_gets_the_requests_id_and_every_one_its_time() {
    let shop = start(&orders("NONE")).await;
    let now = || {
        SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap()
    };
    let before = now();

    let answer = shop.post(&json!({ "status": "CREATED" })).await;

    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(Some(answer.text("id")), answer.header("x-amzn-requestid"));
    assert_eq!(answer.text("restaurant"), "");
    let at: jiff::Timestamp = answer.text("occurredAt").parse().unwrap();
    assert_eq!(
        answer.text("occurredAt").len(),
        "2026-11-21T05:17:00.123Z".len()
    );
    let at = Duration::from_millis(at.as_millisecond().try_into().unwrap());
    let slack = Duration::from_millis(1);
    assert!(before <= at + slack && at <= now(), "{at:?}");
    shop.emulating.stop().await;
}

#[tokio::test]
async fn a_request_id_that_the_client_sends_stands_in_the_place_of_api_gateways() {
    let shop = start(&orders("NONE")).await;
    let post = || {
        let request = shop
            .request("POST", "/orders")
            .body(r#"{"status":"CREATED"}"#);
        let request = request.header("content-type", "application/json");
        answer(request.header("x-amzn-requestid", "mine"))
    };

    let (first, second) = (post().await, post().await);

    assert_eq!((first.status, first.text("id")), (201, "mine"), "{first:?}");
    assert_eq!(first.header("x-amzn-requestid"), Some("mine"));
    assert_eq!(second.status, 409, "{second:?}");
    let own = |answer: &Answer| answer.header("x-amz-apigw-id").unwrap().to_owned();
    assert_ne!(own(&first), own(&second));
    shop.emulating.stop().await;
}

#[tokio::test]
async fn what_stands_in_a_text_never_becomes_part_of_the_request() {
    let shop = start(&orders("NONE")).await;
    let names = [
        "it's \"quoted\"",
        "a\nb\tc\\",
        "</script><b>",
        "日本 😀 é",
        "\"},\":status\":{\"S\":\"X",
        "$input.body #end",
        "\\' \\\" \u{1}",
    ];
    for (number, name) in names.iter().enumerate() {
        let id = format!("o-{number}");
        let answer = shop
            .post(&json!({ "status": "CREATED", "id": id, "restaurant": name }))
            .await;

        assert_eq!(answer.status, 201, "{name}: {answer:?}");
        assert_eq!(answer.text("restaurant"), *name);
        let items = shop.items().await;
        assert_eq!(items[&id]["restaurant"]["S"], *name);
        assert_eq!(items[&id]["status"]["S"], "CREATED");
    }
    shop.emulating.stop().await;
}

#[tokio::test]
async fn an_id_that_exists_is_refused_and_its_order_left_as_it_is() {
    let shop = start(&orders("NONE")).await;
    let order =
        |restaurant: &str| json!({ "status": "CREATED", "id": "o-1", "restaurant": restaurant });
    shop.post(&order("first")).await;

    let answer = shop.post(&order("second")).await;

    assert_eq!(answer.status, 409, "{answer:?}");
    assert_eq!(answer.text("message"), "an order with this id exists");
    assert_eq!(shop.items().await["o-1"]["restaurant"]["S"], "first");
    shop.emulating.stop().await;
}

#[tokio::test]
async fn a_body_that_the_model_does_not_allow_is_refused_with_what_is_wrong() {
    let shop = start(&orders("NONE")).await;
    let cases = [
        (
            json!({ "status": "Created" }).to_string(),
            r#"instance value ("Created") not found in enum"#,
        ),
        (
            json!({ "status": 7 }).to_string(),
            "instance type (integer)",
        ),
        (
            json!({ "status": "CREATED", "id": "a\" b" }).to_string(),
            r#"does not match input string "a\" b""#,
        ),
        (
            json!({ "status": "CREATED", "createdAt": "x" }).to_string(),
            r#"not allowed by the schema: ["createdAt"]"#,
        ),
        (
            json!({}).to_string(),
            r#"missing required properties (["status"])"#,
        ),
        ("{".to_owned(), "Could not parse request body into json"),
        (String::new(), "Could not parse request body into json"),
    ];
    // The default model takes care of every other content type.
    for content_type in [
        "application/json",
        "application/json; charset=utf-8",
        "text/plain",
    ] {
        for (body, reason) in &cases {
            let request = shop
                .request("POST", "/orders")
                .header("content-type", content_type);
            let answer = answer(request.body(body.clone())).await;

            assert_eq!(answer.status, 400, "{body}: {answer:?}");
            assert_eq!(
                answer.header("x-amzn-errortype"),
                Some("BadRequestException")
            );
            assert_eq!(answer.text("message"), "Invalid request body");
            assert!(answer.text("reason").contains(reason), "{body}: {answer:?}");
        }
    }
    assert!(shop.items().await.is_empty());
    shop.emulating.stop().await;
}

#[tokio::test]
async fn another_content_type_is_refused_and_nothing_is_written() {
    let shop = start(&orders("NONE")).await;
    let request = shop
        .request("POST", "/orders")
        .header("content-type", "text/plain");

    let answer = answer(request.body(r#"{"status":"CREATED"}"#)).await;

    assert_eq!(answer.status, 415, "{answer:?}");
    assert_eq!(answer.text("message"), "Unsupported Media Type");
    assert!(shop.items().await.is_empty());
    shop.emulating.stop().await;
}

#[tokio::test]
async fn a_request_too_many_is_refused_and_nothing_is_written() {
    let shop = start(&orders("NONE").throttle(0.001, 2)).await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(shop.post(&json!({ "status": "CREATED" })).await.status);
    }

    assert_eq!(statuses, [201, 201, 429]);
    assert_eq!(shop.items().await.len(), 2);
    shop.emulating.stop().await;
}

#[tokio::test]
async fn an_error_of_dynamodb_never_looks_like_success() {
    // The template names a table that is not there.
    let orders = orders("NONE").with(
        "Stage",
        "v1",
        "variables",
        json!({ "table": "no-such-table" }),
    );
    let shop = start(&orders).await;

    let answer = shop.post(&json!({ "status": "CREATED" })).await;

    assert_eq!(answer.status, 500, "{answer:?}");
    shop.emulating.stop().await;
}
