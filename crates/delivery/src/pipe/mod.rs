//! An EventBridge pipe from a table's stream to an event bus.
//!
//! ```text
//!            Read                  render, PutEvents
//!   stream ───────▶ mapping::Shard ─────────────────▶ bus
//!                      ▲  │ every entry accepted ─▶ checkpoint moves
//!                      │  │ some refused         ─▶ the rest is tried again, or halved
//!                      └──┘ retries or age over  ─▶ dead-letter queue: where the records lie
//! ```
//!
//! Which records are tried when is the machine of [`crate::mapping`]. Here is what a pipe puts in the
//! function's place: the [`Settings`], the entry that becomes of a record ([`Step`]), what an answer of
//! `PutEvents` means ([`Run`]), and when a pipe stops by itself ([`Health`]).
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html>

mod entry;
mod health;
mod letter;
mod parameters;
mod run;
mod settings;
mod template;

#[cfg(test)]
mod tests;

pub use crate::properties::SettingsError;
pub use entry::{Context, Entry, Step, requests};
pub use health::Health;
pub use letter::dead_letter;
pub use parameters::{BusParameters, Parameter};
pub use run::{CallError, Run};
pub use settings::Settings;
pub use template::{InputTemplate, TemplateError};

use std::time::Duration;

/// As many records as one run of a pipe takes to an event bus.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html>
pub const BATCH_TO_A_BUS: usize = crate::bus::MAXIMUM_ENTRIES;

/// So long may one run of a pipe take.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html>
pub const LONGEST_RUN: Duration = Duration::from_mins(5);
