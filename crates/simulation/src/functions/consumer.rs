use std::sync::Arc;
use std::time::Duration;

use delivery::Outcome;
use emulator::Invocation;
use events::UserCreated;
use outbox::consume::{Received, handle};
use serde_json::{Value, json};
use thiserror::Error;
use tokio::time::Instant;
use user_created_consumer::note;

use super::{answered, ended, panic_at_once, throttled};
use crate::observation::{Function, Observation, Target};
use crate::scenario::{Crash, FaultKind};
use crate::world::Ground;

/// The consumer's time-out, as `infra` declares it.
const TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Debug, Error)]
#[error("what the consumer needs is not there")]
struct Unavailable;

/// Runs the consumer once. It keeps nothing from one run to the next, so all its environments are one.
pub(super) async fn invoke(ground: &Ground, invocation: Invocation) -> Outcome {
    let throttling = ground.strikes(&FaultKind::ConsumerThrottled);
    if throttling {
        let outcome = throttled();
        answered(
            ground,
            Function::Consumer,
            0,
            invocation.request_id,
            &outcome,
        );
        return outcome;
    }
    let event: Value = serde_json::from_slice(&invocation.payload).unwrap_or_default();
    let event_id = event["detail"]["metadata"]["eventId"]
        .as_str()
        .unwrap_or_default();
    ground.observe(Observation::Invoked {
        function: Function::Consumer,
        environment: 1,
        request_id: invocation.request_id.clone(),
        events: vec![event_id.into()],
        messages: Vec::new(),
    });
    let text = String::from_utf8_lossy(&invocation.payload);
    let outcome = run(ground, event, &text).await;
    ground.alive().await;
    answered(
        ground,
        Function::Consumer,
        1,
        invocation.request_id,
        &outcome,
    );
    outcome
}

async fn run(ground: &Ground, event: Value, text: &str) -> Outcome {
    let started = Instant::now();
    ground.takes(1, 30).await;
    let failing = ground.strike(|kind| match kind {
        FaultKind::ConsumerFails(crash) => Some(*crash),
        _ => None,
    });
    if let Some(crash @ (Crash::Exits | Crash::TimesOut)) = failing {
        return ended(crash, started + TIMEOUT).await;
    }
    let handled = handle(event, async |received: Received<UserCreated>| {
        match failing {
            Some(Crash::Panics) => panic_at_once(),
            Some(_) => return Err(Unavailable),
            None => {}
        }
        let Ok(()) = note(&received).await;
        ground.observe(Observation::Delivered {
            target: Target::Consumer,
            event: Arc::from(text),
        });
        Ok(())
    })
    .await;
    let ending = ground.strike(|kind| match kind {
        FaultKind::ConsumerEndsBeforeAnswering(crash) if handled.is_ok() => Some(*crash),
        _ => None,
    });
    if let Some(crash) = ending {
        return ended(crash, started + TIMEOUT).await;
    }
    match handled {
        Ok(()) => Outcome::Answered("null".into()),
        Err(error) => Outcome::Failed {
            body: json!({"errorType": error.error_type, "errorMessage": error.error_message})
                .to_string()
                .into(),
        },
    }
}
