//! The main job's bookkeeping: what was written, what arrived, and whether the two are the same.

mod acknowledged;
mod change;
mod declared;
mod follow;
mod latency;
pub(crate) mod orders;
mod pace;
mod progress;
mod report;
mod settings;
mod source;
mod tally;
pub(crate) mod users;

pub(crate) use follow::{Follow, Sent};
pub(crate) use progress::Progress;
pub(crate) use report::Report;
pub(crate) use settings::{Outcome, Settings};
pub(crate) use source::Source;
pub(crate) use tally::Tally;
