//! Where an API answers, and to whom.

use serde_json::json;

use crate::client::start;
use crate::declaration::orders;
use crate::support::{answer, authorization};

#[tokio::test]
async fn a_method_with_aws_iam_takes_requests_signed_with_a_key_of_this_run() {
    let shop = start(&orders("AWS_IAM")).await;
    let post = || {
        let request = shop
            .request("POST", "/orders")
            .header("content-type", "application/json");
        request.body(json!({ "status": "CREATED" }).to_string())
    };

    let unsigned = answer(post()).await;
    let unknown = answer(post().header("authorization", authorization("AKIAUNKNOWN"))).await;
    assert!(shop.items().await.is_empty());
    let signed = answer(post().header("authorization", shop.signature())).await;

    assert_eq!(unsigned.status, 403);
    assert_eq!(unsigned.text("message"), "Missing Authentication Token");
    assert_eq!(unknown.status, 403);
    assert!(
        unknown.text("message").contains("security token"),
        "{unknown:?}"
    );
    assert_eq!(signed.status, 201, "{signed:?}");
    assert_eq!(shop.items().await.len(), 1);
    shop.emulating.stop().await;
}

#[tokio::test]
async fn a_path_or_method_that_the_api_does_not_have_lacks_authentication() {
    let shop = start(&orders("NONE")).await;
    for (method, path) in [
        ("GET", "/orders"),
        ("POST", "/order"),
        ("POST", "/orders/"),
        ("POST", ""),
        ("POST", "/"),
    ] {
        let answer = shop
            .send(method, path, &json!({ "status": "CREATED" }))
            .await;

        assert_eq!(answer.status, 403, "{method} {path}: {answer:?}");
        assert_eq!(
            answer.body,
            json!({ "message": "Missing Authentication Token" })
        );
        assert_eq!(
            answer.header("x-amzn-errortype"),
            Some("MissingAuthenticationTokenException")
        );
    }
    shop.emulating.stop().await;
}

#[tokio::test]
async fn an_api_or_stage_that_is_not_there_is_forbidden() {
    let shop = start(&orders("NONE")).await;
    let endpoint = &shop.emulating.running().endpoint;
    for path in ["other/v1", "other/v2"] {
        let url = format!("{endpoint}/restapis/{path}/_user_request_/health");
        let answer = answer(reqwest::Client::new().get(url)).await;

        assert_eq!((answer.status, answer.text("message")), (403, "Forbidden"));
    }
    shop.emulating.stop().await;
}

#[tokio::test]
async fn a_mock_answers_without_a_backend() {
    let shop = start(&orders("AWS_IAM")).await;

    let answer = answer(shop.request("GET", "/health?x=1")).await;

    assert_eq!(
        (answer.status, answer.text("stage")),
        (200, "v1"),
        "{answer:?}"
    );
    shop.emulating.stop().await;
}

#[tokio::test]
async fn a_body_over_ten_megabytes_is_too_large() {
    let shop = start(&orders("NONE")).await;
    let request = shop
        .request("POST", "/orders")
        .header("content-type", "application/json");

    let answer = answer(request.body("x".repeat(10 * 1024 * 1024 + 1))).await;

    assert_eq!(
        (answer.status, answer.text("message")),
        (413, "Request Too Long")
    );
    shop.emulating.stop().await;
}
