//! What a process that speaks the Runtime API may and may not do.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use serde_json::{Value, json};
use support::{answer, authorization, environment, invoke, post, stack, start};

#[tokio::test]
async fn an_answer_to_an_invocation_that_the_environment_does_not_have_is_refused() {
    let emulating = start(&stack(&[("f", json!({}))])).await;
    let (api, _) = environment(&emulating).await;

    let response = answer(post(&format!("{api}/invocation/other/response"))).await;
    let error = answer(post(&format!("{api}/invocation/other/error"))).await;

    assert_eq!(
        (response.status, response.text("errorType")),
        (400, "InvalidRequestID")
    );
    assert_eq!(
        (error.status, error.text("errorType")),
        (400, "InvalidRequestID")
    );
    emulating.stop().await;
}

#[tokio::test]
async fn an_environment_of_an_earlier_run_is_told_that_it_is_gone() {
    let emulating = start(&stack(&[("f", json!({}))])).await;
    let endpoint = &emulating.running().endpoint;
    let api = format!("{endpoint}/env/0123456789abcdef/2018-06-01/runtime");

    let next = answer(reqwest::Client::new().get(format!("{api}/invocation/next"))).await;
    let response = answer(post(&format!("{api}/invocation/r/response"))).await;
    let init = answer(post(&format!("{api}/init/error"))).await;

    assert_eq!((next.status, response.status, init.status), (410, 410, 410));
    emulating.stop().await;
}

#[tokio::test]
async fn an_ended_environments_answers_and_key_change_nothing() {
    let emulating = start(&stack(&[("f", json!({ "timeout": 1 }))])).await;
    let (api, key) = environment(&emulating).await;

    let late = invoke(&emulating, "f", &json!({ "do": "sleep", "millis": 60_000 })).await;
    let request_id = late.header("x-amzn-requestid").unwrap();
    let response = answer(post(&format!("{api}/invocation/{request_id}/response"))).await;
    let url = format!(
        "{}/2015-03-31/functions/f/invocations",
        emulating.running().endpoint
    );
    let call = answer(post(&url).header("authorization", authorization(&key))).await;

    assert_eq!(late.text("errorType"), "Sandbox.Timedout");
    assert_eq!(response.status, 410);
    assert_eq!(call.status, 403);
    assert_eq!(
        call.header("x-amzn-errortype"),
        Some("UnrecognizedClientException")
    );
    let after = invoke(&emulating, "f", &json!({ "do": "echo" })).await;
    assert_eq!(after.body, json!({ "do": "echo" }));
    emulating.stop().await;
}

#[tokio::test]
async fn an_earlier_attempt_at_the_same_invocation_is_refused() {
    let emulating = start(&stack(&[("f", json!({ "timeout": 20 }))])).await;
    let (api, _) = environment(&emulating).await;
    let event = json!({ "do": "sleep", "millis": 1000 });
    let mut journal = emulating.journal().listen();

    let invocation = emulator::Invocation {
        function_arn: support::arn("f"),
        request_id: "the-same".to_owned(),
        payload: event.to_string().into(),
    };
    let running = emulating.lambda().run(invocation);
    let intruder = async {
        // Until the invocation has reached the environment the answer is another one.
        loop {
            let request = post(&format!("{api}/invocation/the-same/response"));
            let request = request.header("lambda-runtime-invocation-id", "an-earlier-one");
            let answer = answer(request).await;
            if answer.text("errorType") != "InvalidRequestID" {
                return answer;
            }
        }
    };
    let (completed, refused) = tokio::join!(running, intruder);

    assert_eq!(
        (refused.status, refused.text("errorType")),
        (400, "InvalidInvocationId")
    );
    let body: Value = serde_json::from_slice(&completed.unwrap().result.unwrap()).unwrap();
    assert!(body.is_u64(), "{body}");
    let told = journal.recv().await.unwrap();
    assert!(
        matches!(told, emulator::Occurrence::Invoked { request_id, .. } if request_id == "the-same")
    );
    emulating.stop().await;
}
