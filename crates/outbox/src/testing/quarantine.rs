use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::publish::CallError;
use crate::quarantine::{Message, Poison, QuarantineError};

/// A quarantine in memory. Clones are the same quarantine.
#[derive(Debug, Clone, Default)]
pub struct Quarantine {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    messages: Vec<Message>,
    failures: usize,
    attempts: usize,
}

impl Quarantine {
    /// A quarantine that takes everything at once.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A quarantine that gives no answer to the first attempts.
    #[must_use]
    pub fn unreachable_for(self, attempts: usize) -> Self {
        self.state().failures = attempts;
        self
    }

    /// The messages it stored.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        self.state().messages.clone()
    }

    /// How often something was to be stored.
    #[must_use]
    pub fn attempts(&self) -> usize {
        self.state().attempts
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl crate::Quarantine for Quarantine {
    async fn store(&self, poison: &Poison<'_>) -> Result<(), QuarantineError> {
        let message = poison.message()?;
        let mut state = self.state();
        state.attempts += 1;
        if state.failures > 0 {
            state.failures -= 1;
            return Err(CallError::NoAnswer("as the test said".to_owned()).into());
        }
        state.messages.push(message);
        Ok(())
    }
}
