#![allow(clippy::panic, reason = "a failing test may panic")]

mod letters;
mod limits;
mod passes;

use bytes::Bytes;

use super::Queued;
use crate::{Outcome, Time};

const NEW: Queued = Queued {
    enqueued_at: Time(0),
    runs: 0,
    not_runs: 0,
};

fn failed() -> Outcome {
    failed_with("m")
}

fn failed_with(message: &str) -> Outcome {
    let body = serde_json::json!({"errorType": "E", "errorMessage": message});
    Outcome::Failed {
        body: Bytes::from(body.to_string()),
    }
}

fn not_run() -> Outcome {
    Outcome::NotRun {
        reason: "throttled".to_owned(),
    }
}
