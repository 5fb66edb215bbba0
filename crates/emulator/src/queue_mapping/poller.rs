use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use delivery::queue_mapping::{Effect, Input, Message, QueueMapping, event};
use delivery::{Outcome, Time};
use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt};

use super::message::{Payload, received};
use super::{Mapping, Surroundings};
use crate::mapping::Polling;
use crate::sqs::{Queue, Request};
use crate::{Invocation, Occurrence};

/// The pause after the state could not be read or written.
const BROKEN: Duration = Duration::from_secs(1);

/// How long one receive waits for a message: as long as SQS allows.
const LONG_POLL: Duration = Duration::from_secs(20);

/// How long AWS may gather messages when there is little traffic, whatever the batching window.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs one mapping.
pub(super) struct Poller {
    mapping: Arc<Mapping>,
    queue: Arc<Queue>,
    surroundings: Surroundings,
    machine: QueueMapping<Payload>,
    /// The receive under way.
    receive: Option<BoxFuture<'static, Input<Payload>>>,
    /// Invocations under way.
    running: FuturesUnordered<BoxFuture<'static, Input<Payload>>>,
    /// When the machine wants to be woken.
    wake: Option<Time>,
    /// Told once, with the first batch.
    advice: Vec<String>,
}

impl Poller {
    pub(super) fn new(mapping: Mapping, queue: Queue, surroundings: Surroundings) -> Self {
        let patience = match surroundings.polling {
            Polling::Instant => Duration::ZERO,
            Polling::Aws => PATIENCE,
        };
        let settings = mapping.settings.clone();
        Self {
            machine: QueueMapping::new(settings, patience, surroundings.pauses),
            advice: mapping.advice.clone(),
            mapping: Arc::new(mapping),
            queue: Arc::new(queue),
            surroundings,
            receive: None,
            running: FuturesUnordered::new(),
            wake: None,
        }
    }

    /// Runs for ever. It may be dropped at every await.
    pub(super) async fn run(mut self) {
        let mut inputs = VecDeque::from([Input::Woken]);
        loop {
            while let Some(input) = inputs.pop_front() {
                self.wake = None;
                for effect in self.machine.step(input, self.surroundings.clock.now()) {
                    self.perform(effect).await;
                }
            }
            let wake = self.wake;
            let clock = self.surroundings.clock;
            tokio::select! {
                biased;
                // What was done is deleted before more is received.
                Some(input) = self.running.next(), if !self.running.is_empty() => {
                    inputs.push_back(input);
                }
                () = clock.sleep_until(wake.unwrap_or_default()), if wake.is_some() => {
                    inputs.push_back(Input::Woken);
                }
                input = under_way(&mut self.receive) => inputs.push_back(input),
            }
        }
    }

    async fn perform(&mut self, effect: Effect<Payload>) {
        match effect {
            Effect::Delete(messages) => self.delete(&messages).await,
            Effect::Invoke { batch, messages } => {
                let invocation = self.invoke(batch, &messages);
                self.running.push(invocation);
            }
            Effect::Receive { limit } => self.receive = Some(self.receive(limit)),
            Effect::Wake(time) => self.wake = Some(time),
        }
    }

    /// Deletes what this mapping received last; what was received again since then stays.
    async fn delete(&mut self, messages: &[Message<Payload>]) {
        let received = || messages.iter().map(|message| &*message.payload.delivered);
        while let Err(error) = self
            .surroundings
            .queues
            .delete_received(&self.queue, received())
        {
            self.warn(&format!("its messages can't be deleted: {error}"));
            tokio::time::sleep(BROKEN).await;
        }
    }

    fn receive(&self, limit: usize) -> BoxFuture<'static, Input<Payload>> {
        let (mapping, queue) = (Arc::clone(&self.mapping), Arc::clone(&self.queue));
        let surroundings = self.surroundings.clone();
        let request = Request {
            limit: limit as u64,
            visibility_timeout: None,
            wait: LONG_POLL,
        };
        Box::pin(async move {
            match surroundings.queues.receive(&queue, request).await {
                Ok(delivered) => {
                    let messages = delivered.into_iter();
                    let messages = messages.map(|it| received(it, &queue, &mapping.settings));
                    Input::Received(messages.collect())
                }
                Err(error) => {
                    let what = format!("its queue can't be read: {error}");
                    surroundings.journal.tell(waits(&mapping, &what));
                    tokio::time::sleep(BROKEN).await;
                    Input::Received(Vec::new())
                }
            }
        })
    }

    fn invoke(
        &mut self,
        batch: u64,
        messages: &[Message<Payload>],
    ) -> BoxFuture<'static, Input<Payload>> {
        for advice in self.advice.drain(..) {
            let resource = &self.mapping.resource;
            let text = format!("the event source mapping {resource}: {advice}");
            self.surroundings.journal.tell(Occurrence::Warning(text));
        }
        let invocation = Invocation {
            function_arn: self.mapping.function_arn.clone(),
            request_id: self.surroundings.chance.uuid().to_string(),
            payload: event(messages.iter().map(|message| &*message.payload.record)).into(),
        };
        let surroundings = self.surroundings.clone();
        let mapping = Arc::clone(&self.mapping);
        Box::pin(async move {
            let outcome = surroundings.invoke.invoke(invocation).await;
            if let Outcome::NotRun { reason } = &outcome {
                let what = format!(
                    "its function did not run: {reason}; it is tried again until the messages show \
                     again in the queue"
                );
                surroundings.journal.tell(waits(&mapping, &what));
            }
            Input::Answered { batch, outcome }
        })
    }

    fn warn(&self, what: &str) {
        self.surroundings.journal.tell(waits(&self.mapping, what));
    }
}

/// The end of the receive under way, which is then none any more.
async fn under_way(receive: &mut Option<BoxFuture<'static, Input<Payload>>>) -> Input<Payload> {
    let Some(running) = receive else {
        return std::future::pending().await;
    };
    let input = running.await;
    *receive = None;
    input
}

fn waits(mapping: &Mapping, what: &str) -> Occurrence {
    Occurrence::Warning(format!(
        "the event source mapping {} waits: {what}",
        mapping.resource
    ))
}
