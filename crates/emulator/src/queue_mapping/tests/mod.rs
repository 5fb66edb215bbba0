#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

mod declarations;
mod delivery_to_functions;
mod failing_functions;
mod shop;
