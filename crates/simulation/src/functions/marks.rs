use std::sync::Arc;

use futures::{StreamExt as _, future, stream};
use outbox::Entry;
use outbox::relay::Observe;
use outbox::verify::Mark;

use crate::observation::Observation;
use crate::scenario::{FaultKind, Flow};
use crate::world::Ground;

/// The most calls at a time, as the function's own client has it.
const SIDE_BY_SIDE: usize = 16;

/// Marks the rows of an outbox whose events were accepted; the flow of users has none.
pub(crate) struct Marks(pub(crate) Arc<Ground>);

impl Observe for Marks {
    async fn accepted(&self, entries: &[&Entry]) {
        self.mark(entries).await;
    }
}

impl Mark for Marks {
    async fn mark(&self, entries: &[&Entry]) -> Vec<(String, String)> {
        let Self(ground) = self;
        if ground.flow != Flow::Checkout {
            return Vec::new();
        }
        let marks = entries.iter().map(|entry| async {
            let problem = mark(ground, &entry.event_id).await.err()?;
            Some((entry.event_id.clone(), problem.to_owned()))
        });
        let marks = stream::iter(marks.collect::<Vec<_>>()).buffer_unordered(SIDE_BY_SIDE);
        marks.filter_map(future::ready).collect().await
    }
}

/// Marks one row; else says why nobody knows that it did.
pub(super) async fn mark(ground: &Ground, event_id: &str) -> Result<(), &'static str> {
    ground.takes(1, 10).await;
    if ground.strikes(&FaultKind::MarkUnreachable) {
        return Err("the table can't be reached");
    }
    let now = ground.clock.now();
    let expires_at = now.plus(ground.rows_kept_for);
    if let Some(change) = ground.table.mark(event_id, now, expires_at) {
        ground.observe(Observation::Committed(change));
    }
    let lost = ground.strikes(&FaultKind::MarkAnswerLost);
    ground.takes(1, 10).await;
    if lost {
        return Err("the answer was lost");
    }
    Ok(())
}
