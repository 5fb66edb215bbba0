//! What every store must do.

use std::io;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::future::join;
use outbox::consume::{IdempotencyStore, KEPT, Once, OnceError, before};
use serde_json::json;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::{Clock, Outcome, Work, environment, event, in_progress, received};

macro_rules! on_both_stores {
    ($($story:ident),* $(,)?) => {
        mod on_the_double {
            $(
                #[tokio::test]
                async fn $story() {
                    super::$story(outbox::testing::IdempotencyRecords::new()).await;
                }
            )*
        }

        mod on_dynamodb {
            $(
                #[tokio::test]
                async fn $story() {
                    let dynamodb = crate::on_aws::start().await;
                    super::$story(crate::on_aws::table(&dynamodb)).await;
                }
            )*
        }
    };
}

on_both_stores!(
    a_repeat_gets_the_kept_result_and_runs_nothing,
    each_consumer_of_an_event_runs_and_so_does_each_event_of_a_consumer,
    of_two_deliveries_at_a_time_one_runs_and_the_other_fails_and_comes_again,
    a_crash_inside_the_work_lets_it_run_again_after_the_lease_and_not_before,
    work_that_failed_runs_again_at_once,
    an_owner_that_lost_its_lease_can_not_complete,
    an_owner_whose_lease_was_completed_by_another_can_not_complete,
    other_data_under_a_known_id_is_an_error_whatever_the_state,
    the_same_data_in_another_envelope_is_a_repeat,
    a_run_is_forgotten_after_sixteen_days,
    a_lease_lasts_as_long_as_the_invocation_and_five_seconds,
);

async fn a_repeat_gets_the_kept_result_and_runs_nothing<S: IdempotencyStore + Sync>(store: S) {
    let (clock, work) = (Clock::new(), Work::default());
    for number in 1..=3 {
        let once = environment(&store, &clock, number);
        let result: Outcome = once
            .run(&received(event("e-1", "data")), async || work.run().await)
            .await;
        assert_eq!(result.unwrap(), 1, "the result of the one run");
    }
    assert_eq!(work.runs(), 1);
}

async fn each_consumer_of_an_event_runs_and_so_does_each_event_of_a_consumer<
    S: IdempotencyStore + Sync,
>(
    store: S,
) {
    let work = Work::default();
    for consumer in ["printer", "mailer"] {
        for id in ["e-1", "e-2"] {
            let once = Once::new(&store, consumer);
            let event = received(event(id, "data"));
            let ran: Outcome = once.run(&event, async || work.run().await).await;
            ran.unwrap();
        }
    }
    assert_eq!(work.runs(), 4);
}

async fn of_two_deliveries_at_a_time_one_runs_and_the_other_fails_and_comes_again<
    S: IdempotencyStore + Sync,
>(
    store: S,
) {
    let (clock, work) = (Clock::new(), Work::default());
    let (begun, has_begun) = oneshot::channel();
    let (tried, has_tried) = oneshot::channel();
    let event = received(event("e-1", "data"));
    // GIVEN a delivery whose work has begun and waits
    let once = environment(&store, &clock, 1);
    let first = once.run(&event, async || {
        begun.send(()).unwrap();
        has_tried.await.unwrap();
        work.run().await
    });
    // WHEN a second one comes
    let second = async {
        has_begun.await.unwrap();
        let once = environment(&store, &clock, 2);
        let outcome: Outcome = once.run(&event, async || work.run().await).await;
        tried.send(()).unwrap();
        outcome
    };
    // THEN it fails, and when it comes again there is a result
    let (first, second) = join(first, second).await;
    assert!(in_progress(&second), "{second:?}");
    assert_eq!(first.unwrap(), 1);
    let again: Outcome = environment(&store, &clock, 2)
        .run(&event, async || work.run().await)
        .await;
    assert_eq!((again.unwrap(), work.runs()), (1, 1));
}

async fn a_crash_inside_the_work_lets_it_run_again_after_the_lease_and_not_before<
    S: IdempotencyStore + Sync,
>(
    store: S,
) {
    let (clock, work) = (Clock::new(), Work::default());
    let event = received(event("e-1", "data"));
    // GIVEN an invocation of ten seconds that dies inside the work
    let once = environment(&store, &clock, 1);
    let (begun, has_begun) = oneshot::channel();
    let run = once.run(&event, async || {
        begun.send(()).unwrap();
        std::future::pending::<io::Result<usize>>().await
    });
    let deadline = Instant::now() + Duration::from_secs(10);
    tokio::select! {
        _ = before(deadline, run) => panic!("it never ends"),
        died = has_begun => died.unwrap(),
    }
    // WHEN it comes again before and after the lease
    let again = async |after| {
        clock.turn(Duration::from_secs(after));
        let once = environment(&store, &clock, 2);
        let outcome: Outcome = once.run(&event, async || work.run().await).await;
        outcome
    };
    // THEN
    let early = again(14).await;
    assert!(in_progress(&early), "{early:?}");
    assert_eq!(again(1).await.unwrap(), 1);
    assert_eq!(work.runs(), 1);
}

async fn work_that_failed_runs_again_at_once<S: IdempotencyStore + Sync>(store: S) {
    let (clock, work) = (Clock::new(), Work::default());
    let event = received(event("e-1", "data"));
    let failed: Outcome = environment(&store, &clock, 1)
        .run(&event, async || Err(io::Error::other("out of paper")))
        .await;
    assert!(matches!(&failed, Err(OnceError::Handler(_))), "{failed:?}");
    assert!(failed.unwrap_err().to_string().contains("out of paper"));

    let again: Outcome = environment(&store, &clock, 2)
        .run(&event, async || work.run().await)
        .await;
    assert_eq!(again.unwrap(), 1);
}

async fn an_owner_that_lost_its_lease_can_not_complete<S: IdempotencyStore + Sync>(store: S) {
    let clock = Clock::new();
    let event = received(event("e-1", "data"));
    let late = Duration::from_hours(1);
    // GIVEN work that takes longer than its lease, while another delivery begins and is at work
    let (taken, is_taken) = oneshot::channel();
    let (ended, has_ended) = oneshot::channel();
    let first = async {
        let once = environment(&store, &clock, 1);
        let outcome: Outcome = once
            .run(&event, async || {
                clock.turn(late);
                is_taken.await.unwrap();
                Ok(1)
            })
            .await;
        ended.send(()).unwrap();
        outcome
    };
    let second = async {
        // The lease is over as soon as the clock is turned.
        while clock.now() < Clock::new().now() + late {
            tokio::task::yield_now().await;
        }
        let once = environment(&store, &clock, 2);
        let outcome: Outcome = once
            .run(&event, async || {
                taken.send(()).unwrap();
                has_ended.await.unwrap();
                Ok(2)
            })
            .await;
        outcome
    };
    let (first, second) = join(first, second).await;
    // THEN the first is told, and what is kept is the second's result
    assert!(
        matches!(first, Err(OnceError::LeaseLost { .. })),
        "{first:?}"
    );
    assert_eq!(second.unwrap(), 2);
    let third: Outcome = environment(&store, &clock, 3)
        .run(&event, async || Ok(3))
        .await;
    assert_eq!(third.unwrap(), 2);
}

async fn an_owner_whose_lease_was_completed_by_another_can_not_complete<
    S: IdempotencyStore + Sync,
>(
    store: S,
) {
    let clock = Clock::new();
    let event = received(event("e-1", "data"));
    let first: Outcome = environment(&store, &clock, 1)
        .run(&event, async || {
            clock.turn(Duration::from_hours(1));
            let once = environment(&store, &clock, 2);
            let second: Outcome = once.run(&event, async || Ok(2)).await;
            assert_eq!(second.unwrap(), 2);
            Ok(1)
        })
        .await;
    assert!(
        matches!(first, Err(OnceError::LeaseLost { .. })),
        "{first:?}"
    );
    let third: Outcome = environment(&store, &clock, 3)
        .run(&event, async || Ok(3))
        .await;
    assert_eq!(third.unwrap(), 2);
}

async fn other_data_under_a_known_id_is_an_error_whatever_the_state<S: IdempotencyStore + Sync>(
    store: S,
) {
    let (clock, work) = (Clock::new(), Work::default());
    let other = async |id: &str| {
        let once = environment(&store, &clock, 9);
        let event = received(event(id, "other data"));
        let outcome: Outcome = once.run(&event, async || work.run().await).await;
        assert!(
            matches!(outcome, Err(OnceError::Changed { .. })),
            "{id}: {outcome:?}"
        );
        let text = outcome.unwrap_err().to_string();
        assert!(text.contains(id) && !text.contains("data under"), "{text}");
    };
    // GIVEN one that is completed, one in progress, one failed, one whose lease is over
    let once = environment(&store, &clock, 1);
    let done: Outcome = once
        .run(&received(event("done", "data")), async || work.run().await)
        .await;
    done.unwrap();
    let failed: Outcome = once
        .run(&received(event("failed", "data")), async || {
            Err(io::Error::other("no"))
        })
        .await;
    failed.unwrap_err();
    let running: Outcome = once
        .run(&received(event("running", "data")), async || {
            other("running").await;
            clock.turn(Duration::from_hours(1));
            other("running").await;
            work.run().await
        })
        .await;
    // THEN
    running.unwrap();
    other("done").await;
    other("failed").await;
    assert_eq!(work.runs(), 2);
}

async fn the_same_data_in_another_envelope_is_a_repeat<S: IdempotencyStore + Sync>(store: S) {
    let (clock, work) = (Clock::new(), Work::default());
    let mut first = event("e-1", "data");
    first["detail"]["unknown"] = json!({ "a": 1, "b": 2 });
    // Published again: another id and time of the bus, another trace, fields in another order.
    let mut repeat = event("e-1", "data");
    repeat["id"] = json!("5fea7756-0ea4-451a-a703-a558b933e274");
    repeat["time"] = json!("2026-11-22T00:00:00Z");
    repeat["detail"]["metadata"]["traceparent"] = json!("00-0-0-00");
    repeat["detail"]["unknown"] = json!({ "b": 2, "a": 1 });
    // The same but for a field that this consumer does not know.
    let mut changed = repeat.clone();
    changed["detail"]["unknown"]["b"] = json!(3);

    let once = environment(&store, &clock, 1);
    for event in [first, repeat] {
        let ran: Outcome = once.run(&received(event), async || work.run().await).await;
        assert_eq!(ran.unwrap(), 1);
    }
    let changed: Outcome = once
        .run(&received(changed), async || work.run().await)
        .await;
    assert!(
        matches!(changed, Err(OnceError::Changed { .. })),
        "{changed:?}"
    );
}

async fn a_run_is_forgotten_after_sixteen_days<S: IdempotencyStore + Sync>(store: S) {
    let (clock, work) = (Clock::new(), Work::default());
    let run = async |after| {
        clock.turn(after);
        let outcome: Outcome = environment(&store, &clock, 1)
            .run(&received(event("e-1", "data")), async || work.run().await)
            .await;
        outcome.unwrap()
    };
    assert_eq!(KEPT, Duration::from_hours(16 * 24));
    assert_eq!(run(Duration::ZERO).await, 1);
    assert_eq!(run(Duration::from_secs(16 * 24 * 3600 - 1)).await, 1);
    assert_eq!(run(Duration::from_secs(1)).await, 2);
    assert_eq!(work.0.load(Ordering::Relaxed), 2);
}

async fn a_lease_lasts_as_long_as_the_invocation_and_five_seconds<S: IdempotencyStore + Sync>(
    store: S,
) {
    let clock = Clock::new();
    let lease = async |id: &str| {
        let event = received(event(id, "data"));
        let once = environment(&store, &clock, 1);
        let outcome = once
            .run(&event, async || {
                let other: Outcome = environment(&store, &clock, 2)
                    .run(&event, async || Ok(0))
                    .await;
                let Err(OnceError::InProgress { lease_until, .. }) = other else {
                    panic!("{other:?}")
                };
                let end = std::time::SystemTime::from(lease_until);
                let lease = end.duration_since(clock.now()).unwrap();
                Ok::<u64, io::Error>(u64::try_from(lease.as_millis()).unwrap())
            })
            .await;
        Duration::from_millis(outcome.unwrap())
    };
    // GIVEN an invocation with thirty seconds left
    let deadline = Instant::now() + Duration::from_secs(30);
    let known = before(deadline, lease("e-1")).await;
    let expected = Duration::from_secs(35);
    assert!(
        known <= expected && known > Duration::from_secs(30),
        "{known:?}"
    );
    // and one of which nobody knows when it ends: as long as any can take
    assert_eq!(lease("e-2").await, Duration::from_secs(15 * 60 + 5));
}
