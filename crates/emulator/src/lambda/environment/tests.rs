//! Both sides of an environment, on virtual time and without a process.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::sync::Arc;

use serde_json::Value;

use super::*;

const TIMEOUT: Duration = Duration::from_secs(3);

fn environment() -> Arc<Environment> {
    let clock = Clock::system();
    Arc::new(Environment::new("id".to_owned(), TIMEOUT, clock))
}

fn invocation(request_id: &str) -> Invocation {
    Invocation {
        function_arn: "arn:aws:lambda:us-east-1:000000000000:function:f".to_owned(),
        request_id: request_id.to_owned(),
        payload: Bytes::from_static(b"{}"),
    }
}

fn run(environment: &Arc<Environment>, request_id: &str) -> tokio::task::JoinHandle<Ran> {
    let environment = Arc::clone(environment);
    let invocation = invocation(request_id);
    tokio::spawn(async move { environment.run(invocation, TIMEOUT).await })
}

fn error_of(ran: Ran) -> (String, String) {
    let Ran::Ended {
        answer: Answer::Error(body),
        ..
    } = ran
    else {
        panic!("{ran:?}");
    };
    let body: Value = serde_json::from_slice(&body).unwrap();
    let text = |member: &str| body[member].as_str().unwrap().to_owned();
    (text("errorType"), text("errorMessage"))
}

#[tokio::test(start_paused = true)]
async fn an_answer_in_the_last_moment_counts() {
    let environment = environment();
    let running = run(&environment, "r");
    let next = environment.next().await.unwrap();
    assert_eq!(next.deadline, environment.clock.now().plus(TIMEOUT));

    tokio::time::sleep(TIMEOUT.saturating_sub(Duration::from_millis(2))).await;
    let answer = Answer::Response(Bytes::from_static(b"1"));
    environment.answer("r", None, answer).unwrap();

    let ran = running.await.unwrap();
    assert!(
        matches!(&ran, Ran::Ended { answer: Answer::Response(body), .. } if body == "1"),
        "{ran:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_after_the_timeout_changes_nothing() {
    let environment = environment();
    let running = run(&environment, "r");
    environment.next().await.unwrap();

    let (error_type, message) = error_of(running.await.unwrap());
    let late = environment.answer("r", None, Answer::Response(Bytes::new()));

    assert_eq!(error_type, "Sandbox.Timedout");
    assert_eq!(
        message,
        "RequestId: r Error: Task timed out after 3.00 seconds"
    );
    assert_eq!(late, Err(Misuse::OtherRequest));
    environment.killed().await;
}

#[tokio::test(start_paused = true)]
async fn a_process_that_ends_at_work_is_what_the_invocation_ends_with() {
    let environment = environment();
    let running = run(&environment, "r");
    environment.next().await.unwrap();

    environment.set_ended("Runtime exited with error: exit status 1".to_owned());

    let (error_type, message) = error_of(running.await.unwrap());
    assert_eq!(error_type, "Runtime.ExitError");
    assert!(message.ends_with("exit status 1"), "{message}");
    assert_eq!(
        environment.answer("r", None, Answer::Response(Bytes::new())),
        Err(Misuse::Gone)
    );
}

#[tokio::test(start_paused = true)]
async fn a_process_that_ended_before_it_took_the_invocation_has_not_run_it() {
    let environment = environment();
    let running = run(&environment, "r");
    tokio::task::yield_now().await;

    environment.set_ended("Runtime exited without providing a reason".to_owned());

    assert!(matches!(running.await.unwrap(), Ran::NotTaken));
    assert!(matches!(environment.next().await, Err(Misuse::Gone)));
}

#[tokio::test(start_paused = true)]
async fn a_process_that_never_comes_back_for_work_is_killed_and_has_not_run_it() {
    let environment = environment();

    let ran = run(&environment, "r").await.unwrap();

    assert!(matches!(ran, Ran::NotTaken));
    environment.killed().await;
}

#[tokio::test(start_paused = true)]
async fn a_process_with_an_invocation_gets_no_second_one() {
    let environment = environment();
    let _running = run(&environment, "r");
    let next = environment.next().await.unwrap();

    assert!(matches!(environment.next().await, Err(Misuse::Busy)));
    let answer = || Answer::Response(Bytes::new());
    let other = environment.answer("other", None, answer());
    let attempt = environment.answer("r", Some("an-earlier-one"), answer());
    let right = environment.answer("r", Some(&next.invocation_id), answer());
    let again = environment.answer("r", Some(&next.invocation_id), answer());

    assert_eq!(other, Err(Misuse::OtherRequest));
    assert_eq!(attempt, Err(Misuse::OtherAttempt));
    assert_eq!(right, Ok(()));
    assert_eq!(again, Err(Misuse::OtherRequest));
}

#[tokio::test(start_paused = true)]
async fn what_a_process_reports_about_its_init_is_what_the_caller_sees() {
    let environment = environment();
    let body = r#"{"errorType":"Runtime.NoTable","errorMessage":"TABLE_NAME is not set"}"#;
    environment
        .init_failed(Bytes::from_static(body.as_bytes()))
        .unwrap();
    environment.killed().await;
    environment.set_ended("Runtime exited with error: signal: killed".to_owned());

    let reason = environment.ready().await.unwrap_err();
    let answer = environment.crashed("r", &reason);

    assert!(
        matches!(&answer, Answer::Error(told) if told == body),
        "{answer:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_init_can_not_fail_once_it_is_over() {
    let environment = environment();
    let waiting = tokio::spawn({
        let environment = Arc::clone(&environment);
        async move { environment.next().await }
    });
    environment.ready().await.unwrap();

    let failed = environment.init_failed(Bytes::new());

    assert_eq!(failed, Err(Misuse::Busy));
    waiting.abort();
}
