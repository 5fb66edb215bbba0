use std::time::Duration;

use delivery::Time;
use emulator::Occurrence;
use futures::{Stream, StreamExt};
use serde_json::{Map, Value};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::time::{Instant, sleep_until};

use super::{Progress, Tally};
use crate::error::Error;

/// What came of one write: of a line of a file, or of one that was generated.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// The line of the file, counted from 1.
    pub(crate) line: Option<usize>,
    /// The items that were answered as stored, in their order, and when they were asked for.
    pub(crate) items: Vec<(Map<String, Value>, Option<Time>)>,
    /// Why something was not written.
    pub(crate) problems: Vec<String>,
}

/// Writes and follows what is written.
#[derive(Debug)]
pub(crate) struct Follow {
    pub(crate) tally: Tally,
    pub(crate) progress: Progress,
    /// What the written things are called.
    pub(crate) items: &'static str,
    /// How long nothing may happen before the rest counts as missing.
    pub(crate) patience: Duration,
    /// Writes that did not come about.
    pub(crate) refused: usize,
    /// Of those, the generated ones; a refused line of a file is not among them.
    pub(crate) failed: usize,
    /// How many writes were answered, and how long they took together.
    pub(crate) answered: (usize, Duration),
}

impl Follow {
    /// Does all writes and listens until everything has arrived, was given up, or nothing moves any
    /// more. `halfway` is called once so many writes have been answered.
    pub(crate) async fn run(
        &mut self,
        writes: impl Stream<Item = Result<Sent, Error>>,
        mut journal: Receiver<Occurrence>,
        mut halfway: Option<(usize, impl FnOnce(&Progress))>,
    ) -> Result<(), Error> {
        let mut writes = std::pin::pin!(writes);
        let mut writing = true;
        let began = Instant::now();
        let mut stalled_at = began + self.patience;
        while writing || !self.tally.settled() {
            tokio::select! {
                // Occurrences first: missed ones could not be counted.
                biased;
                occurrence = journal.recv() => match occurrence {
                    Ok(occurrence) => self.tally.hear(&occurrence),
                    Err(RecvError::Lagged(missed)) => return Err(Error::Overrun { missed }),
                    Err(RecvError::Closed) => return Ok(()),
                },
                sent = writes.next(), if writing => match sent {
                    Some(sent) => {
                        self.sent(sent?);
                        self.answered = (self.answered.0 + 1, began.elapsed());
                    }
                    None => writing = false,
                },
                () = sleep_until(stalled_at) => {
                    self.stalled();
                    return Ok(());
                }
            }
            let reached = halfway.take_if(|(after, _)| self.answered.0 >= *after);
            if let Some((_, action)) = reached {
                action(&self.progress);
            }
            stalled_at = Instant::now() + self.patience;
            self.progress
                .show(self.tally.written(), self.tally.delivered());
        }
        Ok(())
    }

    fn sent(&mut self, sent: Sent) {
        let mut problems = sent.problems;
        for (item, at) in sent.items {
            let text = Value::Object(item.clone()).to_string();
            if !self.tally.wrote(item, at) {
                problems.push(format!("the answer is no item: {text}"));
            }
        }
        for problem in problems {
            self.refused += 1;
            if let Some(line) = sent.line {
                let note = format!("line {line} was not written: {problem}");
                self.progress.note(&note);
            } else {
                self.failed += 1;
                self.progress.note(&format!("a write failed: {problem}"));
            }
        }
    }

    fn stalled(&self) {
        let written = self.tally.written();
        let waiting = written - self.tally.delivered();
        self.progress.note(&format!(
            "for {} s nothing has happened: gave up waiting for {waiting} of {written} {} (--patience)",
            self.patience.as_secs(), self.items
        ));
    }
}
