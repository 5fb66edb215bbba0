//! Deliberately broken relays and engines: what the checker must find.

use std::borrow::Cow;

use delivery::Outcome;
use emulator::Store;
use events::{User, UserKey};
use outbox::publish::{Answer, CallError};
use outbox::{Change, Events};

/// What runs: the product, or one that is broken on purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Variant {
    /// The product as it is.
    #[default]
    Sound,
}

/// The hooks that a run calls; each leaves the product as it is.
impl Variant {
    /// The event (`{"Records": […]}`) that the relay is given in place of the mapping's.
    #[must_use]
    pub fn batch(self, event: &str) -> Cow<'_, str> {
        Cow::Borrowed(event)
    }

    /// What the relay's mapping says of a change.
    #[must_use]
    pub fn events(self, change: Change<User, UserKey>) -> Events {
        users_relay::user_events(change)
    }

    /// What the relay hears of the bus's answer to a call.
    pub fn answers(
        self,
        answers: Result<Vec<Answer>, CallError>,
        entries: usize,
    ) -> Result<Vec<Answer>, CallError> {
        let _ = entries;
        answers
    }

    /// Whether the relay keeps poison in its quarantine; if not, it only says so.
    #[must_use]
    pub fn keeps_poison(self) -> bool {
        true
    }

    /// What Lambda hears of the relay's run with these sequence numbers.
    #[must_use]
    pub fn outcome(self, sequence_numbers: &[String], outcome: Outcome) -> Outcome {
        let _ = sequence_numbers;
        outcome
    }

    /// What happens to the durable state before the emulator starts over it again.
    pub fn restarting(self, store: &Store) {
        let _ = store;
    }

    /// What happens to the mapping's settings before each start but the first.
    #[must_use]
    pub fn restarted_settings(
        self,
        settings: delivery::mapping::Settings,
    ) -> delivery::mapping::Settings {
        settings
    }
}
