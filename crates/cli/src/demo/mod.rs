//! The main job's bookkeeping: what was written, what arrived, and whether the two are the same.

mod follow;
mod latency;
mod parts;
mod progress;
mod report;
mod source;
mod tally;

pub(crate) use follow::{Follow, Pace};
pub(crate) use parts::Parts;
pub(crate) use progress::Progress;
pub(crate) use report::Report;
pub(crate) use source::{Source, Write};
pub(crate) use tally::{Names, Tally};
