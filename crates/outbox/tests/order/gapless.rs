//! Every event in its turn.

use std::io;
use std::time::Duration;

use contract::Received;
use outbox::consume::order::{Gapless, LaneStore, OrderError, Parkable, Taken};
use outbox::consume::{FromEvent as _, before, handle_queue};
use outbox::testing::{Lanes, messages};
use serde_json::json;
use tokio::time::Instant;

use super::{Clock, Notice, Outcome, Packed, Parcel, Seen, consumed, consumer, event, parkable};

super::on_both_stores!(
    what_comes_early_is_parked_and_handed_over_behind_what_it_waited_for,
    a_repeat_is_handed_over_once,
    keys_and_consumers_do_not_wait_for_each_other,
    what_comes_while_another_is_at_work_is_parked_and_found_by_that_one,
    what_fails_is_handed_over_again_and_those_behind_it_wait,
    after_a_crash_the_key_is_free_when_the_lease_is_over,
);

async fn what_comes_early_is_parked_and_handed_over_behind_what_it_waited_for<
    S: LaneStore + Sync,
>(
    store: S,
) {
    let (clock, seen) = (Clock::new(), Seen::default());
    for (sequence, expected) in [
        (3, Taken::Parked),
        (2, Taken::Parked),
        (1, consumed(3)),
        (5, Taken::Parked),
        (4, consumed(2)),
        (6, consumed(1)),
    ] {
        // Each delivery may meet another environment.
        let taken: Outcome = consumer(&store, &clock, sequence)
            .take(parkable("a", sequence), |notice| seen.note(notice))
            .await;
        assert_eq!(taken.unwrap(), expected, "{sequence}");
    }
    assert_eq!(seen.all(), [1, 2, 3, 4, 5, 6]);
}

async fn a_repeat_is_handed_over_once<S: LaneStore + Sync>(store: S) {
    let (clock, seen) = (Clock::new(), Seen::default());
    let consumer = consumer(&store, &clock, 1);
    for (sequence, expected) in [
        (2, Taken::Parked),
        (2, Taken::Parked),
        (1, consumed(2)),
        (1, Taken::Repeat),
        (2, Taken::Repeat),
    ] {
        let taken: Outcome = consumer
            .take(parkable("a", sequence), |notice| seen.note(notice))
            .await;
        assert_eq!(taken.unwrap(), expected, "{sequence}");
    }
    assert_eq!(seen.all(), [1, 2]);
}

async fn keys_and_consumers_do_not_wait_for_each_other<S: LaneStore + Sync>(store: S) {
    let seen = Seen::default();
    for (name, key, expected) in [
        ("printer", "a", consumed(1)),
        ("printer", "b", consumed(1)),
        ("mailer", "a", consumed(1)),
        ("printer", "a", Taken::Repeat),
    ] {
        let consumer = Gapless::<Notice, _>::new::<Parcel>(&store, name).unwrap();
        let taken: Outcome = consumer
            .take(parkable(key, 1), |notice| seen.note(notice))
            .await;
        assert_eq!(taken.unwrap(), expected, "{name} {key}");
    }
}

async fn what_comes_while_another_is_at_work_is_parked_and_found_by_that_one<
    S: LaneStore + Sync,
>(
    store: S,
) {
    let (clock, seen) = (Clock::new(), Seen::default());
    let first = consumer(&store, &clock, 1);
    // WHEN the second and the third come while the first is at work
    let taken: Outcome = first
        .take(parkable("a", 1), async |notice: Notice| {
            if notice.sequence() == 1 {
                for sequence in [3, 2] {
                    let other: Outcome = consumer(&store, &clock, sequence)
                        .take(parkable("a", sequence), |notice| seen.note(notice))
                        .await;
                    assert_eq!(other.unwrap(), Taken::Parked);
                }
            }
            seen.note(notice).await
        })
        .await;
    // THEN the first hands them over
    assert_eq!(taken.unwrap(), consumed(3));
    assert_eq!(seen.all(), [1, 2, 3]);
}

async fn what_fails_is_handed_over_again_and_those_behind_it_wait<S: LaneStore + Sync>(store: S) {
    let (clock, seen) = (Clock::new(), Seen::default());
    let consumer = consumer(&store, &clock, 1);
    let early: Outcome = consumer
        .take(parkable("a", 2), |notice| seen.note(notice))
        .await;
    assert_eq!(early.unwrap(), Taken::Parked);
    // GIVEN the first is handed over and the second fails
    let failed: Outcome = consumer
        .take(parkable("a", 1), async |notice: Notice| {
            match notice.sequence() {
                2 => Err(io::Error::other("out of paper")),
                _ => seen.note(notice).await,
            }
        })
        .await;
    assert!(matches!(failed, Err(OrderError::Handler(_))), "{failed:?}");
    // WHEN the first comes again it is a repeat; with the third all goes on
    let again: Outcome = consumer
        .take(parkable("a", 1), |notice| seen.note(notice))
        .await;
    assert_eq!(again.unwrap(), consumed(1), "a repeat finds what is ready");
    let third: Outcome = consumer
        .take(parkable("a", 3), |notice| seen.note(notice))
        .await;
    assert_eq!(third.unwrap(), consumed(1));
    assert_eq!(seen.all(), [1, 2, 3]);
}

async fn after_a_crash_the_key_is_free_when_the_lease_is_over<S: LaneStore + Sync>(store: S) {
    let (clock, seen) = (Clock::new(), Seen::default());
    // GIVEN an invocation of ten seconds that dies inside its handler
    {
        let dying = consumer(&store, &clock, 1);
        let (begun, has_begun) = tokio::sync::mpsc::channel(1);
        let mut has_begun = has_begun;
        let take = dying.take(parkable("a", 1), async |_: Notice| {
            begun.send(()).await.unwrap();
            std::future::pending::<io::Result<()>>().await
        });
        let deadline = Instant::now() + Duration::from_secs(10);
        tokio::select! {
            _ = before(deadline, take) => panic!("it never ends"),
            _ = has_begun.recv() => {}
        }
    }
    // WHEN the next event comes while the lease lasts, it is parked, and so is the repeat
    for sequence in [2, 1] {
        let taken: Outcome = consumer(&store, &clock, 2)
            .take(parkable("a", sequence), |notice| seen.note(notice))
            .await;
        assert_eq!(taken.unwrap(), Taken::Parked);
    }
    // THEN the delivery that comes after the lease hands both over
    clock.turn(Duration::from_secs(15));
    let taken: Outcome = consumer(&store, &clock, 3)
        .take(parkable("a", 1), |notice| seen.note(notice))
        .await;
    assert_eq!(taken.unwrap(), consumed(2));
    assert_eq!(seen.all(), [1, 2]);
}

#[tokio::test]
async fn a_sequence_with_gaps_by_nature_is_refused() {
    let (store, clock) = (Lanes::new(), Clock::new());
    for (kind, sequence) in [
        ("stream", "1"),
        ("counter", "0"),
        ("counter", "4421584500000000017450439091"),
    ] {
        let mut event = event("a", 1);
        event["detail"]["metadata"]["sequenceKind"] = json!(kind);
        event["detail"]["metadata"]["sequence"] = json!(sequence);
        let taken: Outcome = consumer(&store, &clock, 1)
            .take(Parkable::from_event(event).unwrap(), async |_| Ok(()))
            .await;
        let error = taken.unwrap_err();
        assert!(matches!(error, OrderError::NotACounter { .. }), "{error}");
        assert!(error.to_string().contains(sequence), "{error}");
    }
}

#[test]
fn a_consumer_that_does_not_read_every_kind_of_event_is_refused() {
    let refused = Gapless::<Received<Packed>, _>::new::<Parcel>(Lanes::new(), "printer");
    let error = refused.unwrap_err().to_string();
    assert!(
        error.contains(r#""detail-type":["Shipped"]"#) && !error.contains("Packed"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn no_message_of_a_queue_fails_for_coming_early() {
    let (store, clock, seen) = (Lanes::new(), Clock::new(), Seen::default());
    let consumer = consumer(&store, &clock, 1);
    for batch in [vec![4, 2], vec![3], vec![6, 1, 5]] {
        let batch = messages(batch.into_iter().map(|sequence| event("a", sequence)));
        let deadline = Instant::now() + Duration::from_secs(10);
        let failures = handle_queue(batch, deadline, async |event: Parkable<Notice>| {
            let taken = consumer.take(event, |notice| seen.note(notice)).await;
            taken.map(drop)
        })
        .await;
        assert!(failures.is_empty(), "{failures:?}");
    }
    assert_eq!(seen.all(), [1, 2, 3, 4, 5, 6]);
}
