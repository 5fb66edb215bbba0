use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::publish::{Answer, CallError, Refusal};
use crate::{Entry, Publish};

/// A bus in memory: it keeps what it accepts and fails as it is told to. Clones are the same bus.
#[derive(Debug, Clone, Default)]
pub struct Bus {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    published: Vec<Entry>,
    calls: Vec<Vec<String>>,
    in_flight: usize,
    most_in_flight: usize,
    call_failures: VecDeque<CallError>,
    refusals: Vec<Refused>,
    delay: Duration,
    hanging: usize,
}

/// The next `times` entries whose id contains `event_id` are refused.
#[derive(Debug)]
struct Refused {
    event_id: String,
    code: String,
    times: usize,
}

impl Bus {
    /// A bus that accepts everything at once.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers after this time.
    #[must_use]
    pub fn delay(self, delay: Duration) -> Self {
        self.state().delay = delay;
        self
    }

    /// Refuses the first entries with `ThrottlingException`.
    #[must_use]
    pub fn throttle_first(self, entries: usize) -> Self {
        self.refuse("", "ThrottlingException", entries)
    }

    /// Refuses the next `times` entries whose event id contains this text, with this code.
    #[must_use]
    pub fn refuse(self, event_id: &str, code: &str, times: usize) -> Self {
        let refused = Refused {
            event_id: event_id.to_owned(),
            code: code.to_owned(),
            times,
        };
        self.state().refusals.push(refused);
        self
    }

    /// Refuses the next call as a whole.
    #[must_use]
    pub fn fail_call(self, error: CallError) -> Self {
        self.state().call_failures.push_back(error);
        self
    }

    /// Never answers the next calls. The entries are accepted all the same, as after a lost answer.
    #[must_use]
    pub fn lose_answers(self, calls: usize) -> Self {
        self.state().hanging = calls;
        self
    }

    /// The events it accepted, in the order of acceptance.
    #[must_use]
    pub fn published(&self) -> Vec<Entry> {
        self.state().published.clone()
    }

    /// The ids of the events it accepted, in the order of acceptance.
    #[must_use]
    pub fn event_ids(&self) -> Vec<String> {
        self.state()
            .published
            .iter()
            .map(|entry| entry.event_id.clone())
            .collect()
    }

    /// The event ids of every call, accepted or not.
    #[must_use]
    pub fn calls(&self) -> Vec<Vec<String>> {
        self.state().calls.clone()
    }

    /// The most calls that were open at one time.
    #[must_use]
    pub fn most_in_flight(&self) -> usize {
        self.state().most_in_flight
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn answer(&mut self, entry: &Entry) -> Answer {
        let refused = self
            .refusals
            .iter_mut()
            .find(|refused| refused.times > 0 && entry.event_id.contains(&refused.event_id));
        if let Some(refused) = refused {
            refused.times -= 1;
            return Err(Refusal {
                code: refused.code.clone(),
                message: "as the test said".to_owned(),
            });
        }
        self.published.push(entry.clone());
        Ok(())
    }
}

impl Publish for Bus {
    async fn publish(&self, entries: &[&Entry]) -> Result<Vec<Answer>, CallError> {
        let delay = {
            let mut state = self.state();
            state
                .calls
                .push(entries.iter().map(|entry| entry.event_id.clone()).collect());
            state.in_flight += 1;
            state.most_in_flight = state.most_in_flight.max(state.in_flight);
            state.delay
        };
        tokio::time::sleep(delay).await;
        let (answer, hangs) = {
            let mut state = self.state();
            state.in_flight -= 1;
            let answer = match state.call_failures.pop_front() {
                Some(error) => Err(error),
                None => Ok(entries.iter().map(|entry| state.answer(entry)).collect()),
            };
            let hangs = state.hanging > 0;
            state.hanging = state.hanging.saturating_sub(1);
            (answer, hangs)
        };
        if hangs {
            std::future::pending::<()>().await;
        }
        answer
    }
}
