//! What a store that fails does to a delivery.

use outbox::consume::{Once, OnceError};
use outbox::testing::IdempotencyRecords;

use super::{Outcome, Work, event, received};

async fn deliver(store: &IdempotencyRecords, number: u64, work: &Work) -> Outcome {
    let once = Once::new(store, "printer").with_seed(number);
    once.run(&received(event("e-1", "data")), async || work.run().await)
        .await
}

#[tokio::test(start_paused = true)]
async fn errors_that_pass_are_waited_for() {
    let store = IdempotencyRecords::new().throttle_next(2);
    let work = Work::default();
    assert_eq!(deliver(&store, 1, &work).await.unwrap(), 1);
    assert_eq!(store.calls(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_claim_whose_answer_was_lost_is_ones_own() {
    let store = IdempotencyRecords::new().lose_next_answers(1);
    let work = Work::default();
    assert_eq!(deliver(&store, 1, &work).await.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_completion_whose_answer_was_lost_is_completed() {
    let store = IdempotencyRecords::new();
    let work = Work::default();
    let losing = store.clone();
    let once = Once::new(&store, "printer");
    let outcome: Outcome = once
        .run(&received(event("e-1", "data")), async || {
            drop(losing.lose_next_answers(1));
            work.run().await
        })
        .await;
    assert_eq!(outcome.unwrap(), 1);
    assert_eq!(deliver(&store, 2, &work).await.unwrap(), 1);
    assert_eq!(work.runs(), 1);
}

#[tokio::test(start_paused = true)]
async fn without_a_store_nothing_is_run() {
    let store = IdempotencyRecords::new().throttle_next(3);
    let work = Work::default();
    let outcome = deliver(&store, 1, &work).await;
    assert!(
        matches!(outcome, Err(OnceError::NotBegun { .. })),
        "{outcome:?}"
    );
    assert_eq!(work.runs(), 0);
    assert_eq!(deliver(&store, 1, &work).await.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_completion_that_is_not_recorded_fails_the_delivery_so_that_it_comes_again() {
    let store = IdempotencyRecords::new();
    let work = Work::default();
    let failing = store.clone();
    let once = Once::new(&store, "printer");
    let outcome: Outcome = once
        .run(&received(event("e-1", "data")), async || {
            drop(failing.throttle_next(3));
            work.run().await
        })
        .await;
    let error = outcome.unwrap_err();
    assert!(matches!(error, OnceError::NotCompleted { .. }), "{error}");
    assert!(error.to_string().contains("the work was done"), "{error}");
    // Nobody else runs while the lease lasts.
    let again = deliver(&store, 2, &work).await;
    assert!(
        matches!(again, Err(OnceError::InProgress { .. })),
        "{again:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_kept_result_of_an_earlier_version_is_an_error_and_runs_nothing() {
    let store = IdempotencyRecords::new();
    let work = Work::default();
    deliver(&store, 1, &work).await.unwrap();

    let outcome = Once::new(&store, "printer")
        .run(&received(event("e-1", "data")), async || {
            Ok::<Vec<String>, std::io::Error>(Vec::new())
        })
        .await;

    assert!(
        matches!(outcome, Err(OnceError::Unreadable { .. })),
        "{outcome:?}"
    );
}
