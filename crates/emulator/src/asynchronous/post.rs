//! Sends what destinations are to get.

use delivery::asynchronous::{Condition, DestinationKind};

use super::driver::{AFTER_STORE_ERROR, Worker};
use super::letters::{self, Waiting};
use crate::{Occurrence, StoreError};

impl Worker {
    pub(super) async fn send(&self, letter: Waiting) {
        let sent = match DestinationKind::of(&letter.destination) {
            Some(DestinationKind::Function) => self.hand_over(&letter),
            _ => self.put(&letter).await,
        };
        if let Err(error) = sent {
            self.warn(format!(
                "whether {} has what it was to get of {} was not kept, so it is sent again: {error}",
                letter.destination, letter.function
            ));
            tokio::time::sleep(AFTER_STORE_ERROR).await;
        }
    }

    /// Invokes a function with the record, in the commit that forgets it.
    fn hand_over(&self, letter: &Waiting) -> Result<(), StoreError> {
        let queued = self.queue.0.store.commit(|transaction| {
            let payload = letter.message.body.as_bytes();
            let arn = &letter.destination;
            let queued = self
                .queue
                .continue_in(transaction, arn, payload, &letter.passes)?;
            if queued.is_ok() {
                letters::delete(transaction, letter.id)?;
            }
            Ok(queued)
        })?;
        match queued {
            Ok(_) => {
                self.queue.announce();
                self.tell(letter);
                Ok(())
            }
            Err(error) => self.send_later(letter, &error.to_string()),
        }
    }

    async fn put(&self, letter: &Waiting) -> Result<(), StoreError> {
        let arn = &letter.destination;
        let put = self.destination.put(arn, &letter.key, &letter.message);
        if let Err(reason) = put.await {
            return self.send_later(letter, &reason);
        }
        let store = &self.queue.0.store;
        store.commit(|transaction| letters::delete(transaction, letter.id))?;
        self.tell(letter);
        Ok(())
    }

    /// A destination that can't be reached is tried again with the pauses of a function that
    /// can't be run.
    fn send_later(&self, letter: &Waiting, reason: &str) -> Result<(), StoreError> {
        self.warn(format!("{reason}; it is tried again"));
        let queue = &self.queue.0;
        let failures = letter.failures.saturating_add(1);
        let pause = queue.settings.delays.pause_not_run(failures);
        let at = queue.clock.now().plus(pause);
        queue
            .store
            .commit(|transaction| letters::postpone(transaction, letter.id, failures, at))
    }

    fn tell(&self, letter: &Waiting) {
        if letter.condition != Condition::Success.name() {
            self.queue.0.journal.tell(Occurrence::Discarded {
                source: letter.function.clone(),
                destination: Some(letter.destination.clone()),
                condition: letter.condition.clone(),
                count: 1,
            });
        }
    }
}
