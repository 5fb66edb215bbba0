#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

mod batches;
mod failures;
mod filters;
mod properties;
mod records;
mod responses;
mod scaling;
mod settings;
mod world;
