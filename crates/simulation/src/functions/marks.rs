use std::sync::Arc;

use futures::StreamExt as _;
use futures::stream;
use outbox::Entry;
use outbox::relay::Observe;

use crate::observation::Observation;
use crate::scenario::{FaultKind, Flow};
use crate::world::Ground;

/// The most calls at a time, as the function's own client has it.
const SIDE_BY_SIDE: usize = 16;

/// Marks the rows of an outbox whose events were accepted; the flow of users has none.
pub(crate) struct Marks(pub(crate) Arc<Ground>);

impl Observe for Marks {
    async fn accepted(&self, entries: &[&Entry]) {
        let Self(ground) = self;
        if ground.flow != Flow::Checkout {
            return;
        }
        let marks = stream::iter(entries.iter().copied());
        marks
            .for_each_concurrent(SIDE_BY_SIDE, |entry| mark(ground, &entry.event_id))
            .await;
    }
}

pub(super) async fn mark(ground: &Ground, event_id: &str) {
    ground.takes(1, 10).await;
    if ground.strikes(&FaultKind::MarkUnreachable) {
        return;
    }
    let now = ground.clock.now();
    let expires_at = now.plus(ground.rows_kept_for);
    if let Some(change) = ground.table.mark(event_id, now, expires_at) {
        ground.observe(Observation::Committed(change));
    }
    // Whether the answer comes is the same to the relay: it only says so in its log.
    let _ = ground.strikes(&FaultKind::MarkAnswerLost);
    ground.takes(1, 10).await;
}
