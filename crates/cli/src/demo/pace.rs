use std::time::Duration;

use futures::{Stream, stream};
use tokio::time::interval;

/// The items, each at its time: at once, or one every `between`.
pub(crate) fn paced<I>(items: Vec<I>, between: Option<Duration>) -> impl Stream<Item = I> {
    let state = (items.into_iter(), between.map(interval));
    stream::unfold(state, async |(mut items, mut pace)| {
        let item = items.next()?;
        if let Some(pace) = &mut pace {
            pace.tick().await;
        }
        Some((item, (items, pace)))
    })
}
