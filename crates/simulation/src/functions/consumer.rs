use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use delivery::{Outcome, Time};
use emulator::Invocation;
use events::UserCreated;
use outbox::consume::{LEASE_MARGIN, Once, Received, before, handle};
use serde_json::{Value, json};
use thiserror::Error;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};
use user_created_consumer::note;

use super::records::{RecordsOf, once};
use super::{answered, crashed, ended, panic_at_once, throttled};
use crate::observation::{Function, Observation, Once as Happened, Step, Target};
use crate::scenario::{Crash, FaultKind};
use crate::world::Ground;

/// The consumer's time-out, as `infra` declares it.
const TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Debug, Error)]
#[error("what the consumer needs is not there")]
struct Unavailable;

/// The consumer of one life of the emulator. It keeps nothing from one run to the next but where the names of its
/// leases come from, so all its environments are one.
pub(super) struct Consumer {
    ground: Arc<Ground>,
    once: Once<RecordsOf>,
}

impl Consumer {
    /// `seed` is another one in each life.
    pub(super) fn new(ground: &Arc<Ground>, seed: u32) -> Self {
        Self {
            ground: Arc::clone(ground),
            once: once(ground, Target::Consumer, "user-created-consumer", seed),
        }
    }

    /// Runs it once.
    pub(super) async fn invoke(&self, invocation: Invocation) -> Outcome {
        let ground = &*self.ground;
        let request_id = invocation.request_id;
        if ground.strikes(&FaultKind::ConsumerThrottled) {
            let outcome = throttled();
            answered(ground, Function::Consumer, 0, request_id, &outcome);
            return outcome;
        }
        let event: Value = serde_json::from_slice(&invocation.payload).unwrap_or_default();
        let event_id = event["detail"]["metadata"]["eventId"].as_str();
        ground.observe(Observation::Invoked {
            function: Function::Consumer,
            environment: 1,
            request_id: request_id.clone(),
            events: vec![event_id.unwrap_or_default().into()],
            messages: Vec::new(),
        });
        let text = String::from_utf8_lossy(&invocation.payload);
        let outcome = self.run(event, &text).await;
        ground.alive().await;
        answered(ground, Function::Consumer, 1, request_id, &outcome);
        outcome
    }

    async fn run(&self, event: Value, text: &str) -> Outcome {
        let ground = &*self.ground;
        let deadline = Instant::now() + TIMEOUT;
        let until = ground.clock.now().plus(TIMEOUT + LEASE_MARGIN);
        let exits = Notify::new();
        let handling = handle(event, async |received: Received<UserCreated>| {
            let work = async || self.work(&received, text, until, &exits).await;
            self.once.run(&received, work).await
        });
        let handled = tokio::select! {
            biased;
            () = exits.notified() => return crashed(Crash::Exits),
            () = sleep_until(deadline) => return crashed(Crash::TimesOut),
            handled = before(deadline, handling) => handled,
        };
        let ending = ground.strike(|kind| match kind {
            FaultKind::ConsumerEndsBeforeAnswering(crash) if handled.is_ok() => Some(*crash),
            _ => None,
        });
        if let Some(crash) = ending {
            return ended(crash, deadline).await;
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

    async fn work(
        &self,
        received: &Received<UserCreated>,
        text: &str,
        until: Time,
        exits: &Notify,
    ) -> Result<(), Unavailable> {
        let ground = &*self.ground;
        let tell = |step| {
            ground.observe(Observation::Once(Happened {
                target: Target::Consumer,
                event_id: received.metadata.event_id.as_str().into(),
                step,
            }));
        };
        tell(Step::Began { until });
        ground.takes(1, 30).await;
        let failing = ground.strike(|kind| match kind {
            FaultKind::ConsumerFails(crash) => Some(*crash),
            _ => None,
        });
        let done = match failing {
            None => {
                let Ok(()) = note(received).await;
                ground.observe(Observation::Delivered {
                    target: Target::Consumer,
                    event: Arc::from(text),
                });
                Ok(())
            }
            Some(Crash::Errors) => Err(Unavailable),
            Some(Crash::Panics) => {
                panic_at_once();
                Ok(())
            }
            Some(Crash::TimesOut) => pending().await,
            Some(Crash::Exits) => {
                exits.notify_one();
                pending().await
            }
        };
        tell(Step::Ended);
        done
    }
}
