//! The engine side of Pulumi's protocol: one object answers both services and records.

mod record;
mod service;

pub(crate) use record::Record;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::Provider;

/// Answers one run of one program.
#[derive(Clone)]
pub(crate) struct Engine {
    provider: Arc<dyn Provider>,
    project: String,
    stack: String,
    preview: bool,
    record: Arc<Mutex<Record>>,
    step: watch::Sender<String>,
}

impl Engine {
    pub(crate) fn new(
        provider: Arc<dyn Provider>,
        project: &str,
        stack: &str,
        preview: bool,
    ) -> Self {
        Self {
            provider,
            project: project.to_owned(),
            stack: stack.to_owned(),
            preview,
            record: Arc::default(),
            step: watch::Sender::new("it was started".to_owned()),
        }
    }

    /// Changes with each call of the program; the value tells what it was.
    pub(crate) fn steps(&self) -> watch::Receiver<String> {
        self.step.subscribe()
    }

    /// What was declared so far.
    pub(crate) fn record(&self) -> MutexGuard<'_, Record> {
        // A record is consistent after each of its methods, so one that panicked leaves it usable.
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, step: String) {
        self.step.send_replace(step);
    }
}

#[cfg(test)]
mod tests;
