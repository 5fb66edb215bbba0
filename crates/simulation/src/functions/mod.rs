//! The application's functions, run in environments that live until they crash.

mod bus;
mod consumer;
mod history;
mod lanes;
mod marks;
mod of_queue;
mod pipe;
mod quarantine;
mod records;
mod recovery;
mod relay;
mod shop;
mod tracking;
mod work;

pub(crate) use bus::Bus;
pub(crate) use lanes::Lanes;
pub(crate) use marks::Marks;
pub(crate) use of_queue::TIMEOUT as OF_QUEUE_TIMEOUT;
pub(crate) use pipe::PipesBus;
pub(crate) use records::Records;
pub(crate) use recovery::TIMEOUT as RECOVERY_TIMEOUT;
pub(crate) use shop::call;
pub(crate) use tracking::Statuses;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use delivery::Outcome;
use emulator::events::Buses;
use emulator::sqs::Queues;
use emulator::{Invocation, Invoke};
use futures::future::BoxFuture;
use serde_json::json;
use tokio::time::Instant;

use crate::observation::{Ending, Function, Observation, Target};
use crate::panic::SIMULATED_PANIC;
use crate::scenario::{Crash, Flow};
use crate::world::{CONSUMER, Ground, OUTBOX_RELAY, RECOVERY, RELAY, function_arn, function_of};

/// The functions of one life of the emulator.
pub(crate) struct Functions {
    ground: Arc<Ground>,
    queues: Queues,
    relays: relay::Environments,
    of_queues: of_queue::OfQueues,
    consumer: consumer::Consumer,
}

impl Functions {
    pub(crate) fn new(
        ground: Arc<Ground>,
        buses: Buses,
        queues: Queues,
        count: Arc<AtomicU32>,
    ) -> Self {
        Self {
            consumer: consumer::Consumer::new(&ground, next(&count)),
            of_queues: of_queue::OfQueues::new(&ground, next(&count)),
            relays: relay::Environments::new(Arc::clone(&ground), buses, queues.clone(), count),
            queues,
            ground,
        }
    }

    /// The schedule of the function of the orders' history.
    pub(crate) async fn run_scheduled(&self, number: u64) {
        self.ground.alive().await;
        let invocation = Invocation {
            function_arn: function_of(Target::History)
                .map_or_else(String::new, |it| function_arn(&it)),
            request_id: format!("schedule-{number}"),
            payload: Bytes::new(),
        };
        self.of_queues.run_scheduled(invocation).await;
    }
}

impl Invoke for Functions {
    fn invoke(&self, invocation: Invocation) -> BoxFuture<'_, Outcome> {
        Box::pin(async move {
            self.ground.alive().await;
            match invocation.function_arn.as_str() {
                RELAY | OUTBOX_RELAY => self.relays.invoke(invocation).await,
                RECOVERY => recovery::invoke(&self.ground, &self.queues, invocation).await,
                CONSUMER => self.consumer.invoke(invocation).await,
                other => match reader_of_queue(self.ground.flow, other) {
                    Some(target) => self.of_queues.invoke(target, invocation).await,
                    None => Outcome::NotRun {
                        reason: format!("no function {other}"),
                    },
                },
            }
        })
    }
}

/// The target whose queue the function with this ARN reads.
fn reader_of_queue(flow: Flow, arn: &str) -> Option<Target> {
    let reads =
        |target: &Target| function_of(*target).is_some_and(|name| function_arn(&name) == arn);
    Target::of(flow).iter().copied().find(reads)
}

/// Counts environments over all lives of the emulator.
fn next(count: &AtomicU32) -> u32 {
    count.fetch_add(1, Ordering::Relaxed) + 1
}

/// Tells how an invocation ended.
fn answered(
    ground: &Ground,
    function: Function,
    environment: u32,
    request_id: String,
    outcome: &Outcome,
) {
    let text = |body: &Bytes| String::from_utf8_lossy(body).into_owned();
    let ending = match outcome {
        Outcome::Answered(body) => Ending::Answered(text(body)),
        Outcome::Failed { body } => Ending::Failed(text(body)),
        Outcome::NotRun { reason } => Ending::NotRun(reason.clone()),
    };
    ground.observe(Observation::Answered {
        function,
        environment,
        request_id,
        ending,
    });
}

/// A run that never was, since too many are running.
fn throttled() -> Outcome {
    Outcome::NotRun {
        reason: "ConcurrentInvocationLimitExceeded".to_owned(),
    }
}

/// What Lambda says of a run that ended too early.
fn crashed(crash: Crash) -> Outcome {
    let (error_type, message) = match crash {
        Crash::Exits => ("Runtime.ExitError", "exit status 1"),
        Crash::Panics => ("Panic", "the handler panicked"),
        Crash::TimesOut => ("Sandbox.Timedout", "Task timed out"),
        Crash::Errors => ("Error", "the handler failed"),
    };
    Outcome::Failed {
        body: json!({"errorType": error_type, "errorMessage": message})
            .to_string()
            .into(),
    }
}

/// A run that ends too early: at once, or when its time is up.
async fn ended(crash: Crash, deadline: Instant) -> Outcome {
    if crash == Crash::TimesOut {
        tokio::time::sleep_until(deadline).await;
    }
    crashed(crash)
}

#[allow(
    clippy::panic,
    reason = "a function's frame has to live with handlers that do"
)]
fn panic_at_once() {
    panic!("{SIMULATED_PANIC}");
}
