//! What is waited for does not hold up a key for ever.

use std::time::Duration;

use outbox::consume::order::{Bounds, Gap, LaneStore, OrderError, Taken};
use outbox::testing::Lanes;

use super::{Clock, Notice, Outcome, Seen, consumed, consumer, parkable};

super::on_both_stores!(
    a_gap_is_given_up_when_the_patience_ends_and_what_it_still_brings_is_handed_over_late,
    a_gap_is_given_up_when_too_many_wait,
    what_nobody_comes_for_is_released_by_a_schedule,
);

fn given_up(events: usize, first: u64, last: u64) -> Taken {
    Taken::Consumed {
        events,
        given_up: vec![Gap { first, last }],
    }
}

async fn a_gap_is_given_up_when_the_patience_ends_and_what_it_still_brings_is_handed_over_late<
    S: LaneStore + Sync,
>(
    store: S,
) {
    let (clock, seen) = (Clock::new(), Seen::default());
    let consumer = consumer(&store, &clock, 1);
    assert_eq!(Bounds::default().patience, Duration::from_mins(15));
    for (after, sequence, expected) in [
        (Duration::ZERO, 1, consumed(1)),
        (Duration::ZERO, 4, Taken::Parked),
        (Duration::from_secs(14 * 60 + 59), 6, Taken::Parked),
        // The fourth has waited long enough, the sixth has not.
        (Duration::from_secs(1), 7, given_up(1, 2, 3)),
        (Duration::ZERO, 3, consumed(1)),
        (Duration::ZERO, 3, Taken::Repeat),
        (Duration::ZERO, 5, consumed(3)),
        (Duration::ZERO, 2, consumed(1)),
        (Duration::ZERO, 2, Taken::Repeat),
    ] {
        clock.turn(after);
        let taken: Outcome = consumer
            .take(parkable("a", sequence), |notice| seen.note(notice))
            .await;
        assert_eq!(taken.unwrap(), expected, "{sequence}");
    }
    assert_eq!(seen.all(), [1, 4, 3, 5, 6, 7, 2]);
}

async fn a_gap_is_given_up_when_too_many_wait<S: LaneStore + Sync>(store: S) {
    let (clock, seen) = (Clock::new(), Seen::default());
    let consumer = consumer(&store, &clock, 1).with_bounds(Bounds {
        events: 2,
        ..Bounds::default()
    });
    for (sequence, expected) in [
        (9, Taken::Parked),
        (3, Taken::Parked),
        // The third is handed over; then only two wait.
        (8, given_up(1, 1, 2)),
    ] {
        let taken: Outcome = consumer
            .take(parkable("a", sequence), |notice| seen.note(notice))
            .await;
        assert_eq!(taken.unwrap(), expected, "{sequence}");
    }
    assert_eq!(seen.all(), [3]);
}

async fn what_nobody_comes_for_is_released_by_a_schedule<S: LaneStore + Sync>(store: S) {
    let (clock, seen) = (Clock::new(), Seen::default());
    let consumer = consumer(&store, &clock, 1);
    for key in ["a", "b"] {
        let taken: Outcome = consumer
            .take(parkable(key, 2), |notice| seen.note(notice))
            .await;
        assert_eq!(taken.unwrap(), Taken::Parked);
        clock.turn(Duration::from_mins(10));
    }
    let release = async || {
        let released: Result<usize, OrderError<std::io::Error>> = consumer
            .release_overdue(|notice: Notice| seen.note(notice))
            .await;
        released.unwrap()
    };
    assert_eq!(release().await, 1);
    assert_eq!(release().await, 0);
    clock.turn(Duration::from_mins(5));
    assert_eq!(release().await, 1);
    assert_eq!(seen.all(), [2, 2]);
}

#[tokio::test]
async fn while_another_is_at_work_no_more_than_the_bounds_is_parked() {
    let (store, clock, seen) = (Lanes::new(), Clock::new(), Seen::default());
    let bounds = Bounds {
        events: 2,
        ..Bounds::default()
    };
    let first = consumer(&store, &clock, 1).with_bounds(bounds);
    let second = consumer(&store, &clock, 2).with_bounds(bounds);
    let taken: Outcome = first
        .take(parkable("a", 1), async |notice: Notice| {
            if notice.sequence() == 1 {
                let parked: Outcome = second
                    .take(parkable("a", 2), |notice| seen.note(notice))
                    .await;
                assert_eq!(parked.unwrap(), Taken::Parked);
                let busy: Outcome = second
                    .take(parkable("a", 3), |notice| seen.note(notice))
                    .await;
                assert!(matches!(busy, Err(OrderError::Busy { .. })), "{busy:?}");
            }
            seen.note(notice).await
        })
        .await;
    assert_eq!(taken.unwrap(), consumed(2));
}
