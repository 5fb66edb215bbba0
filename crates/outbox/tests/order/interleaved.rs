//! Whatever the order of deliveries, however they overlap and whichever fail: each event once and in order.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::future::join_all;
use outbox::consume::order::Taken;
use outbox::testing::Lanes;
use proptest::prelude::*;
use tokio::task::yield_now;

use super::{Clock, Notice, Outcome, Seen, consumer, parkable};

/// A delivery: the event, how long its handlers take, and whether the first of them fails.
#[derive(Debug, Clone)]
struct Delivery {
    sequence: u64,
    turns: usize,
    fails: bool,
}

async fn turns(count: usize) {
    for _ in 0..count {
        yield_now().await;
    }
}

async fn deliver(store: &Lanes, clock: &Clock, seen: &Seen, number: usize, delivery: &Delivery) {
    turns(number % 5).await;
    let failing = AtomicUsize::new(usize::from(delivery.fails));
    // A queue delivers until the message is consumed.
    for _ in 0..20 {
        let consumer = consumer(store, clock, number as u64);
        let taken: Outcome = consumer
            .take(parkable("a", delivery.sequence), async |notice: Notice| {
                turns(delivery.turns).await;
                if failing.swap(0, Ordering::Relaxed) > 0 {
                    return Err(io::Error::other("no"));
                }
                seen.note(notice).await
            })
            .await;
        match taken {
            Ok(Taken::Consumed { .. } | Taken::Parked | Taken::Repeat) => return,
            Err(_) => turns(3).await,
        }
    }
    panic!("{delivery:?} was never taken");
}

proptest! {
    #[test]
    fn each_event_is_handed_over_once_and_in_order(
        order in Just((1..=8_u64).collect::<Vec<_>>()).prop_shuffle(),
        repeats in prop::collection::vec(1..=8_u64, 0..6),
        shape in prop::collection::vec((0..7_usize, prop::bool::weighted(0.3)), 14),
    ) {
        let deliveries: Vec<Delivery> = order
            .into_iter()
            .chain(repeats)
            .zip(shape)
            .map(|(sequence, (turns, fails))| Delivery { sequence, turns, fails })
            .collect();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let (store, clock, seen) = (Lanes::new(), Clock::new(), Seen::default());
        runtime.block_on(join_all(deliveries.iter().enumerate().map(|(number, delivery)| {
            deliver(&store, &clock, &seen, number, delivery)
        })));
        prop_assert_eq!(seen.all(), (1..=8).collect::<Vec<_>>());
    }
}
