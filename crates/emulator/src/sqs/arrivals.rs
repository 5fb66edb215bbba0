//! Who waits for messages at which queue.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

/// Wakes waiting receives: at the queues where something came, and no others, for each looks into the store.
#[derive(Debug)]
pub(super) struct Arrivals(BTreeMap<String, Place>);

#[derive(Debug, Default)]
struct Place {
    /// Wakes in the order in which they began to wait, so that a simulation does the same each time.
    told: Notify,
    /// A transaction sent something here, and may have been committed since.
    expected: AtomicBool,
}

impl Arrivals {
    /// For the queues with these ARNs.
    pub(super) fn at(arns: impl IntoIterator<Item = String>) -> Self {
        let places = arns.into_iter().map(|arn| (arn, Place::default()));
        Self(places.collect())
    }

    /// The next arrival from now on, whether it is waited for yet or not; `None` if there is no such queue.
    pub(super) fn next(&self, arn: &str) -> Option<Notified<'_>> {
        Some(self.0.get(arn)?.told.notified())
    }

    /// Something is sent here by a transaction under way: [`Self::tell_expected`] is called when it is committed.
    ///
    /// If another part calls that in between, it does no harm: a receive that is woken too early waits at the store
    /// until the transaction has ended.
    pub(super) fn expect(&self, arn: &str) {
        if let Some(place) = self.0.get(arn) {
            place.expected.store(true, Ordering::SeqCst);
        }
    }

    /// Wakes the receives where something was expected.
    pub(super) fn tell_expected(&self) {
        for place in self.0.values() {
            if place.expected.swap(false, Ordering::SeqCst) {
                place.told.notify_waiters();
            }
        }
    }

    /// Wakes the receives at a queue.
    pub(super) fn tell(&self, arn: &str) {
        if let Some(place) = self.0.get(arn) {
            place.told.notify_waiters();
        }
    }

    /// Wakes all receives.
    pub(super) fn tell_all(&self) {
        for place in self.0.values() {
            place.told.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use futures::FutureExt as _;

    use super::*;

    fn arrivals() -> Arrivals {
        Arrivals::at(["a", "b"].map(str::to_owned))
    }

    #[test]
    fn who_waits_is_woken_where_something_was_sent_and_nowhere_else() {
        let arrivals = arrivals();
        let (at_a, at_b) = (arrivals.next("a").unwrap(), arrivals.next("b").unwrap());

        arrivals.expect("a");
        arrivals.tell_expected();

        assert!(at_a.now_or_never().is_some());
        assert!(at_b.now_or_never().is_none());
    }

    #[test]
    fn what_was_sent_is_told_once() {
        let arrivals = arrivals();
        arrivals.expect("a");
        arrivals.tell_expected();
        let later = arrivals.next("a").unwrap();

        arrivals.tell_expected();

        assert!(later.now_or_never().is_none());
    }

    #[test]
    fn what_frees_messages_is_told_at_once() {
        let arrivals = arrivals();
        let next = || (arrivals.next("a").unwrap(), arrivals.next("b").unwrap());
        let (at_a, at_b) = next();
        arrivals.tell("a");
        assert!(at_a.now_or_never().is_some() && at_b.now_or_never().is_none());

        let (at_a, at_b) = next();
        arrivals.tell_all();
        assert!(at_a.now_or_never().is_some() && at_b.now_or_never().is_some());
    }

    #[test]
    fn at_a_queue_that_is_not_there_nothing_arrives() {
        assert!(arrivals().next("c").is_none());
    }
}
