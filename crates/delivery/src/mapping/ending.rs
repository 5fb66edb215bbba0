use super::response::{Response, read_response};
use super::{SequenceNumber, Settings};
use crate::Outcome;

/// How a run with a batch ended, whatever the batch was given to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Every record is done.
    Succeeded,
    /// The records from a place on are to be tried again; those before it are done.
    Failed {
        /// The place in the batch of the first that failed.
        from: usize,
        /// What follows for the retries.
        failure: Failure,
    },
}

/// What kind of failure ended a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Neither the records nor what takes them is to blame: no retry is used up.
    Uncounted,
    /// It was reported which records failed: a retry is used up, and nothing is halved.
    Reported,
    /// The run failed: what is left is halved if the settings want that, else a retry is used up.
    Error,
}

impl Ending {
    /// What a function's outcome means for its batch, whose sequence numbers are `batch`.
    #[must_use]
    pub fn of_function(outcome: &Outcome, settings: &Settings, batch: &[&SequenceNumber]) -> Self {
        let failed = |from, failure| Self::Failed { from, failure };
        match outcome {
            // Throttles and failures before the function runs use up no retry.
            Outcome::NotRun { .. } => failed(0, Failure::Uncounted),
            Outcome::Failed { .. } => failed(0, Failure::Error),
            Outcome::Answered(_) if !settings.report_batch_item_failures => Self::Succeeded,
            Outcome::Answered(body) => match read_response(body, batch) {
                Response::Succeeded => Self::Succeeded,
                Response::Failed => failed(0, Failure::Reported),
                Response::FailedFrom(place) => failed(place, Failure::Reported),
            },
        }
    }
}
