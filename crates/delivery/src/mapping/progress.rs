use serde::{Deserialize, Serialize};

use super::SequenceNumber;

/// How far a mapping is in one shard: all that must survive a restart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// One per lane: as many as the parallelization factor.
    pub lanes: Vec<LaneProgress>,
}

/// How far one lane is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneProgress {
    /// The checkpoint: the lane's records up to this one are done. `None`: none is, from the oldest.
    pub checkpoint: Option<SequenceNumber>,
    /// What was tried and failed, in order, from the checkpoint on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pieces: Vec<Piece>,
}

/// Records of a lane that are given to the function together: a batch, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// Its last record. Its first is the one after the piece before it, or after the checkpoint.
    pub last: SequenceNumber,
    /// How many of the mapping's retries it has used.
    pub retries: u32,
    /// How often the function ran with it, or with the batch it comes from.
    pub invocations: u32,
    /// The request id of the last run.
    pub request_id: Option<String>,
    /// Whether the last run ended with a function error, and not with reported failures.
    pub function_error: bool,
    /// Whether it is given up: it only waits for the failure destination.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub given_up: bool,
}

impl Piece {
    /// Records up to `last` that were not tried yet.
    pub(super) fn fresh(last: SequenceNumber) -> Self {
        Self {
            last,
            retries: 0,
            invocations: 0,
            request_id: None,
            function_error: false,
            given_up: false,
        }
    }

    /// The same history for the records up to `last`.
    pub(super) fn up_to(&self, last: SequenceNumber) -> Self {
        Self {
            last,
            ..self.clone()
        }
    }
}

impl Progress {
    /// Nothing is done, and only what comes after `newest` is to be: the starting position `LATEST`.
    #[must_use]
    pub fn after(newest: SequenceNumber, lanes: usize) -> Self {
        Self {
            lanes: vec![
                LaneProgress {
                    checkpoint: Some(newest),
                    pieces: Vec::new(),
                };
                lanes
            ],
        }
    }

    /// The same progress for another number of lanes: from the lane that is least far, so that
    /// nothing is left out, with its retries forgotten.
    pub(super) fn with_lanes(self, count: usize) -> Self {
        if self.lanes.len() == count {
            return self;
        }
        let least = self
            .lanes
            .into_iter()
            .map(|lane| lane.checkpoint)
            .min()
            .flatten();
        Self {
            lanes: vec![
                LaneProgress {
                    checkpoint: least,
                    pieces: Vec::new(),
                };
                count
            ],
        }
    }
}
