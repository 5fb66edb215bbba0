//! Once for each message of a batch, and for each event of a rule.

use std::io;
use std::time::Duration;

use contract::Received;
use outbox::consume::{Once, before, handle, handle_queue};
use outbox::testing::{IdempotencyRecords, messages};
use serde_json::{json, to_value};
use tokio::time::Instant;

use super::{Clock, Stored, Work, environment, event};

fn deadline() -> Instant {
    Instant::now() + Duration::from_secs(10)
}

#[tokio::test(start_paused = true)]
async fn in_a_batch_a_repeat_succeeds_and_a_live_lease_or_other_data_fails_its_message_alone() {
    let (store, clock, work) = (IdempotencyRecords::new(), Clock::new(), Work::default());
    // GIVEN an event that another environment is consuming
    let held = super::received(event("held", "data"));
    let other = environment(&store, &clock, 1);
    let mut holding = std::pin::pin!(other.run(&held, async || {
        std::future::pending::<io::Result<()>>().await
    }));
    assert!(futures::poll!(&mut holding).is_pending());
    // WHEN a batch has it beside a new one, its repeat, and other data under its id
    let once = environment(&store, &clock, 2);
    let batch = messages([
        event("held", "data"),
        event("new", "data"),
        event("new", "data"),
        event("new", "other data"),
    ]);
    let failures = handle_queue(batch, deadline(), async |event: Received<Stored>| {
        let ran = once.run(&event, async || work.run().await).await;
        ran.map(drop)
    })
    .await;
    // THEN
    assert_eq!(
        to_value(failures).unwrap(),
        json!({ "batchItemFailures": [
            { "itemIdentifier": "message-1" },
            { "itemIdentifier": "message-4" },
        ] })
    );
    assert_eq!(work.runs(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_panic_keeps_the_lease_and_the_work_runs_again_after_it() {
    let (store, clock, work) = (IdempotencyRecords::new(), Clock::new(), Work::default());
    let once = environment(&store, &clock, 1);
    let deliver = async |panicking: bool| {
        let consumed = handle(event("e-1", "data"), async |event: Received<Stored>| {
            let run = once.run(&event, async || {
                assert!(!panicking, "no paper");
                work.run().await
            });
            run.await.map(drop)
        });
        before(deadline(), consumed).await
    };
    let panicked = deliver(true).await.unwrap_err();
    assert_eq!(panicked.error_type, "HandlerPanicked");
    let early = deliver(false).await.unwrap_err();
    assert!(
        early
            .error_message
            .contains("being consumed by another delivery"),
        "{}",
        early.error_message
    );
    clock.turn(Duration::from_secs(15));
    deliver(false).await.unwrap();
    assert_eq!(work.runs(), 1);
}

#[test]
fn without_its_environment_variable_the_table_is_named() {
    let error = Once::from_env("printer").unwrap_err().to_string();
    assert!(error.contains("IDEMPOTENCY_TABLE_NAME"), "{error}");
}
