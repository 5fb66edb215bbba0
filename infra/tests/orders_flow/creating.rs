//! `POST /orders`

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::shop::{answer, open, open_with};

fn now() -> Duration {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap()
}

#[tokio::test]
async fn given_a_new_order_then_it_is_answered_201_and_is_an_item_of_strings() {
    let shop = open().await;

    let order = json!({ "status": "CREATED", "id": "o-1", "restaurant": "Zum Löwen" });
    let answer = shop.post(&order).await;

    assert_eq!(answer.status, 201, "{answer:?}");
    let item = &shop.items().await["o-1"];
    let at = answer.text("occurredAt");
    assert_eq!(
        *item,
        json!({
            "id": { "S": "o-1" }, "status": { "S": "CREATED" }, "restaurant": { "S": "Zum Löwen" },
            "occurredAt": { "S": at },
        })
    );
    assert_eq!(
        answer.body,
        json!({ "id": "o-1", "status": "CREATED", "restaurant": "Zum Löwen", "occurredAt": at })
    );
    shop.emulating.stop().await;
}

#[tokio::test]
async fn given_the_issues_own_request_then_the_order_has_the_requests_id_its_time_and_no_restaurant()
 {
    let shop = open().await;
    let before = now();

    let answer = shop.post(&json!({ "status": "CREATED" })).await;

    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.text("id"), answer.request_id);
    assert_eq!(
        shop.items().await[&answer.request_id]["restaurant"],
        json!({ "S": "" })
    );
    let text = answer.text("occurredAt");
    assert_eq!(text.len(), "2026-11-21T12:00:00.123Z".len(), "{text}");
    let at: jiff::Timestamp = text.parse().unwrap();
    let at = Duration::from_millis(at.as_millisecond().try_into().unwrap());
    assert!(
        before <= at + Duration::from_millis(1) && at <= now(),
        "{text}"
    );
    shop.emulating.stop().await;
}

#[tokio::test]
async fn given_any_text_in_an_order_then_it_is_stored_and_answered_as_it_is() {
    let shop = open().await;
    let names = [
        "it's \"quoted\"",
        "a\nb\tc\\",
        "</script><$.eventID>",
        "日本 😀 é",
        "\"},\":status\":{\"S\":\"X",
        "$input.body #end $!{x}",
        "\\' \\\" \u{1}",
        "null",
    ];
    for (number, name) in names.iter().enumerate() {
        let id = format!("o-{number}");
        let order = json!({ "status": "CREATED", "id": id, "restaurant": name });
        let answer = shop.post(&order).await;

        assert_eq!(answer.status, 201, "{name}: {answer:?}");
        assert_eq!(answer.text("restaurant"), *name);
        let item = &shop.items().await[&id];
        assert_eq!(item["restaurant"]["S"], *name);
        assert_eq!(item["status"]["S"], "CREATED");
    }
    shop.emulating.stop().await;
}

#[tokio::test]
async fn given_an_id_that_exists_then_the_answer_is_409_and_the_order_stays_as_it_is() {
    let shop = open().await;
    let order =
        |restaurant: &str| json!({ "status": "CREATED", "id": "o-1", "restaurant": restaurant });
    shop.post(&order("first")).await;
    let before = shop.items().await;

    let answer = shop.post(&order("second")).await;

    assert_eq!(answer.status, 409, "{answer:?}");
    let message = "an order with this id exists; it was left as it is";
    assert_eq!(answer.body, json!({ "message": message }));
    assert_eq!(shop.items().await, before);
    shop.emulating.stop().await;
}

#[tokio::test]
async fn given_a_body_that_the_model_refuses_then_the_answer_is_400_with_what_is_wrong() {
    let shop = open().await;
    let id = |id: &str| json!({ "status": "CREATED", "id": id }).to_string();
    let cases: [(String, &str); 12] = [
        (
            json!({ "status": "Created" }).to_string(),
            r#"instance value ("Created") not found in enum"#,
        ),
        (
            json!({ "status": "DELIVERED" }).to_string(),
            r#"instance value ("DELIVERED") not found in enum"#,
        ),
        (
            json!({ "status": 7 }).to_string(),
            "instance type (integer) does not match any allowed primitive type",
        ),
        (
            json!({ "status": "CREATED", "restaurant": null }).to_string(),
            "instance type (null)",
        ),
        (
            json!({ "status": "CREATED", "restaurant": "x".repeat(101) }).to_string(),
            "is too long",
        ),
        (id("a\" b"), r#"does not match input string "a\" b""#),
        (id(""), "does not match input string"),
        (id(&"x".repeat(65)), "does not match input string"),
        (id("o-1\n"), "does not match input string"),
        (
            json!({ "status": "CREATED", "createdAt": "x" }).to_string(),
            r#"not allowed by the schema: ["createdAt"]"#,
        ),
        (
            json!({}).to_string(),
            r#"missing required properties (["status"])"#,
        ),
        (String::new(), "Could not parse request body into json"),
    ];
    // The default model takes care of every other content type.
    for content_type in ["application/json", "application/json; charset=utf-8"] {
        for (body, reason) in &cases {
            let request = reqwest::Client::new()
                .post(format!("{}/orders", shop.url()))
                .header("content-type", content_type);
            let answer = answer(request.body(body.clone())).await;

            assert_eq!(answer.status, 400, "{body}: {answer:?}");
            assert_eq!(answer.text("message"), "Invalid request body");
            assert!(answer.text("reason").contains(reason), "{body}: {answer:?}");
        }
    }
    assert!(shop.items().await.is_empty());
    shop.emulating.stop().await;
}

#[tokio::test]
async fn given_another_content_type_then_a_good_body_is_415_and_a_bad_one_400_and_nothing_is_written()
 {
    let shop = open().await;
    let post = |content_type: Option<&str>, body: Value| {
        let request = reqwest::Client::new().post(format!("{}/orders", shop.url()));
        let request = content_type.map_or_else(
            || request.try_clone().unwrap(),
            |content_type| {
                request
                    .try_clone()
                    .unwrap()
                    .header("content-type", content_type)
            },
        );
        answer(request.body(body.to_string()))
    };

    for content_type in [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
    ] {
        let good = post(Some(content_type), json!({ "status": "CREATED" })).await;
        assert_eq!(good.status, 415, "{content_type}: {good:?}");
        assert_eq!(good.text("message"), "Unsupported Media Type");
        let bad = post(Some(content_type), json!({ "status": "Created" })).await;
        assert_eq!(bad.status, 400, "{content_type}: {bad:?}");
    }
    assert!(shop.items().await.is_empty());
    let none = post(None, json!({ "status": "CREATED" })).await;
    assert_eq!(none.status, 201, "without one it counts as JSON: {none:?}");
    shop.emulating.stop().await;
}

#[tokio::test]
async fn given_more_requests_than_configured_then_they_are_429_and_nothing_is_written() {
    let limits = [("ordersApiRateLimit", "1"), ("ordersApiBurstLimit", "2")];
    let shop = open_with(&limits).await;
    let mut statuses = Vec::new();
    // Far more than a second and a burst can let through, however slow this machine is.
    for _ in 0..50 {
        statuses.push(shop.post(&json!({ "status": "CREATED" })).await.status);
    }

    let stored = statuses.iter().filter(|status| **status == 201).count();
    assert_eq!(statuses[..2], [201, 201]);
    assert!(statuses.contains(&429), "{statuses:?}");
    assert!(statuses.iter().all(|status| [201, 429].contains(status)));
    assert_eq!(shop.items().await.len(), stored);
    shop.emulating.stop().await;
}
