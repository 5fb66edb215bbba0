//! The function that writes each order's history: every event of the order, in its order.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use contract::{Aggregate, Event, EventPattern, Misfit, NotAllTypes, Received};
use delivery::{Outcome, Time};
use events::{OrderPlaced, StockReserved};
use futures::FutureExt as _;
use outbox::consume::FromEvent;
use outbox::consume::order::{Bounds, Gapless};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use super::crashed;
use super::lanes::LanesOf;
use super::work::Work;
use crate::scenario::Crash;
use crate::world::Ground;

/// What a schedule sends
/// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html>).
pub(super) fn scheduled() -> Value {
    json!({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}})
}

/// What `place-order` writes about an order: its events share one counter.
struct PlacedOrder;

impl Aggregate for PlacedOrder {
    fn patterns() -> Vec<EventPattern> {
        vec![
            EventPattern::of::<OrderPlaced>(),
            EventPattern::of::<StockReserved>(),
        ]
    }
}

/// An event of an order, as it came.
struct Entry(Value);

impl FromEvent for Entry {
    fn from_event(event: Value) -> Result<Self, Misfit> {
        if event["detail-type"] == StockReserved::DETAIL_TYPE {
            Received::<StockReserved>::read(event.clone())?;
        } else {
            Received::<OrderPlaced>::read(event.clone())?;
        }
        Ok(Self(event))
    }

    fn patterns() -> Vec<EventPattern> {
        PlacedOrder::patterns()
    }
}

/// The function of one life of the emulator.
pub(super) struct History {
    gapless: Result<Gapless<Entry, LanesOf>, NotAllTypes>,
}

impl History {
    /// `seed` is another one in each life.
    pub(super) fn new(ground: &Arc<Ground>, bounds: Bounds, seed: u32) -> Self {
        let clock = ground.clock;
        let lanes = LanesOf(Arc::clone(ground));
        let gapless = Gapless::new::<PlacedOrder>(lanes, "order-history").map(|gapless| {
            gapless
                .with_bounds(ground.variant.bounds(bounds))
                .with_seed(u64::from(seed))
                .with_clock(move || UNIX_EPOCH + clock.now().since(Time(0)))
        });
        Self { gapless }
    }

    /// Runs it once: with a batch of its queue, or for its schedule.
    pub(super) async fn run(&self, payload: &[u8], deadline: Instant, work: Work<'_>) -> Outcome {
        let (Ok(gapless), Ok(invocation)) = (&self.gapless, serde_json::from_slice(payload)) else {
            return crashed(Crash::Errors);
        };
        let handler = |Entry(event): Entry| async move { work.complete(&event).await };
        let running = gapless.handle(invocation, deadline, handler);
        // Lambda's runtime catches a panic, and Lambda ends what lasts too long.
        let running = timeout_at(deadline, AssertUnwindSafe(running).catch_unwind());
        match running.await {
            Err(_) => crashed(Crash::TimesOut),
            Ok(Err(_)) => crashed(Crash::Panics),
            Ok(Ok(Err(error))) => Outcome::Failed {
                body: json!({"errorType": error.error_type, "errorMessage": error.error_message})
                    .to_string()
                    .into(),
            },
            Ok(Ok(Ok(failures))) => {
                Outcome::Answered(serde_json::to_vec(&failures).unwrap_or_default().into())
            }
        }
    }
}
