use std::time::Duration;

use emulator::Occurrence;
use futures::{StreamExt, stream};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::time::{Instant, Interval, interval, sleep_until};

use super::{Progress, Tally, Write};
use crate::application::{ITEMS, WRITER};
use crate::client::{Answer, Client};
use crate::error::Error;

/// How fast to write and how long to wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Invocations of the writer side by side.
    pub(crate) concurrency: usize,
    /// The time between two writes, if they are held back.
    pub(crate) between: Option<Duration>,
    /// How long nothing may happen before the rest counts as missing.
    pub(crate) patience: Duration,
}

/// Writes and follows what is written.
#[derive(Debug)]
pub(crate) struct Follow {
    pub(crate) tally: Tally,
    pub(crate) progress: Progress,
    /// Generated writes that did not come about; a refused line of a file is not among them.
    pub(crate) failed_writes: usize,
}

impl Follow {
    /// Does all writes and listens until everything has arrived, was given up, or nothing moves any
    /// more.
    pub(crate) async fn run(
        &mut self,
        writes: Vec<Write>,
        pace: Pace,
        client: &Client,
        mut journal: Receiver<Occurrence>,
    ) -> Result<(), Error> {
        let paced = stream::unfold((writes.into_iter(), pace.between.map(interval)), next);
        let invoked = paced.map(|write| async move {
            let answer = match write.event {
                Ok(event) => client.invoke(WRITER, event).await,
                Err(reason) => Ok(Answer::Failed(reason)),
            };
            (write.line, answer)
        });
        let mut answers = std::pin::pin!(invoked.buffer_unordered(pace.concurrency));
        let mut writing = true;
        let mut stalled_at = Instant::now() + pace.patience;
        while writing || !self.tally.settled() {
            tokio::select! {
                // Occurrences first: missed ones could not be counted.
                biased;
                occurrence = journal.recv() => match occurrence {
                    Ok(occurrence) => self.tally.hear(&occurrence),
                    Err(RecvError::Lagged(missed)) => return Err(Error::Overrun { missed }),
                    Err(RecvError::Closed) => return Ok(()),
                },
                answer = answers.next(), if writing => match answer {
                    Some((line, answer)) => self.answered(line, answer?),
                    None => writing = false,
                },
                () = sleep_until(stalled_at) => {
                    self.stalled(pace.patience);
                    return Ok(());
                }
            }
            stalled_at = Instant::now() + pace.patience;
            self.progress
                .show(self.tally.written(), self.tally.delivered());
        }
        Ok(())
    }

    fn answered(&mut self, line: Option<usize>, answer: Answer) {
        let problem = match answer {
            Answer::Returned(item) if self.tally.wrote(&item).is_some() => return,
            Answer::Returned(item) => format!("the writer answered no item: {item}"),
            Answer::Failed(error) => error,
        };
        if let Some(line) = line {
            let note = format!("line {line} was not written: {problem}");
            self.progress.note(&note);
        } else {
            self.failed_writes += 1;
            self.progress.note(&format!("a write failed: {problem}"));
        }
    }

    fn stalled(&self, patience: Duration) {
        let written = self.tally.written();
        let waiting = written - self.tally.delivered();
        self.progress.note(&format!(
            "for {} s nothing has happened: gave up waiting for {waiting} of {written} {ITEMS} (--patience)",
            patience.as_secs()
        ));
    }
}

/// The next write, at its time.
async fn next<I: Iterator<Item = Write>>(
    (mut writes, mut pace): (I, Option<Interval>),
) -> Option<(Write, (I, Option<Interval>))> {
    let write = writes.next()?;
    if let Some(pace) = &mut pace {
        pace.tick().await;
    }
    Some((write, (writes, pace)))
}
