//! Who may invoke a function, and at which port.

use serde_json::{Value, json};

use crate::support::{answer, authorization, post, stack, start};

#[tokio::test]
async fn the_invoke_port_takes_unsigned_calls_as_cargo_lambda_sends_them() {
    let emulating = start(&stack(&[("f", json!({}))])).await;
    let endpoint = emulating.running().invoke_endpoint.clone();
    for endpoint in [endpoint.clone(), endpoint.replace("127.0.0.1", "[::1]")] {
        let url = format!("{endpoint}/2015-03-31/functions/f/invocations");
        let post = |event: Value| reqwest::Client::new().post(&url).body(event.to_string());

        let good = answer(post(json!({ "do": "echo" }))).await;
        let failed = answer(post(json!({ "do": "fail" }))).await;
        let other = reqwest::Client::new().post(url.replace("/f/", "/g/"));
        let unknown = answer(other).await;

        assert_eq!((good.status, good.body), (200, json!({ "do": "echo" })));
        assert_eq!(failed.status, 500);
        assert_eq!(failed.text("errorMessage"), "the function's own error");
        assert_eq!(unknown.status, 404);
        assert_eq!(unknown.text("errorType"), "ResourceNotFoundException");
    }
    emulating.stop().await;
}

#[tokio::test]
async fn a_web_page_in_a_browser_can_not_invoke_a_function() {
    let emulating = start(&stack(&[("f", json!({}))])).await;
    let endpoint = &emulating.running().invoke_endpoint;

    let request = post(&format!("{endpoint}/2015-03-31/functions/f/invocations"));
    let answer = answer(request.header("origin", "https://example.com")).await;

    assert_eq!(answer.status, 403);
    assert!(!emulating.lambda().logs().file("shop-dev-f").exists());
    emulating.stop().await;
}

#[tokio::test]
async fn a_caller_without_a_key_of_this_run_is_refused() {
    let emulating = start(&stack(&[("f", json!({}))])).await;
    let url = format!(
        "{}/2015-03-31/functions/f/invocations",
        emulating.running().endpoint
    );

    let unsigned = answer(reqwest::Client::new().post(&url)).await;
    let other = reqwest::Client::new().post(&url);
    let other = answer(other.header("authorization", authorization("AKIAOTHERRUN"))).await;

    assert_eq!(unsigned.status, 403);
    assert_eq!(other.status, 403);
    assert_eq!(
        other.header("x-amzn-errortype"),
        Some("UnrecognizedClientException")
    );
    assert!(other.text("message").contains("AKIAOTHERRUN"), "{other:?}");
    emulating.stop().await;
}
