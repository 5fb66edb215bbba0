//! Who hears of what the bus accepted.

use crate::Entry;

/// Hears which events of a batch the bus accepted, before Lambda gets its answer: to mark rows as published, for
/// example. [`Relay::with_observer`](super::Relay::with_observer) takes it.
///
/// What it does can't fail a record: it has a few seconds, and is dropped where it waits when they are over.
pub trait Observe {
    /// The bus accepted these events, in this order. Called once for a batch, if there are any.
    fn accepted(&self, entries: &[&Entry]) -> impl Future<Output = ()> + Send;
}

/// Nobody.
impl Observe for () {
    async fn accepted(&self, _: &[&Entry]) {}
}

impl<O: Observe + Sync> Observe for &O {
    fn accepted(&self, entries: &[&Entry]) -> impl Future<Output = ()> + Send {
        (**self).accepted(entries)
    }
}
