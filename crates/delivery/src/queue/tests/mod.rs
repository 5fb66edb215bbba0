#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

mod messages;
mod pace;
mod settings;
