use std::sync::Arc;

use delivery::Outcome;
use delivery::mapping::{Discard, Ending, Record, SequenceNumber, event};
use futures::future::BoxFuture;

use super::reader::{Consumer, Payload, Reader};
use super::surroundings::Surroundings;
use super::{Mapping, discards};
use crate::{Invocation, Invoke, Occurrence};

/// A mapping's function and failure destination.
struct Function {
    mapping: Mapping,
    invoke: Arc<dyn Invoke>,
    surroundings: Surroundings,
}

/// What reads the stream for a mapping's function.
pub(super) fn reader(
    mapping: Mapping,
    invoke: Arc<dyn Invoke>,
    surroundings: Surroundings,
) -> Reader {
    Reader {
        title: format!("the event source mapping {}", mapping.resource),
        id: mapping.uuid.clone(),
        settings: mapping.settings.clone(),
        consumer: Arc::new(Function {
            mapping,
            invoke,
            surroundings,
        }),
    }
}

impl Consumer for Function {
    fn run(&self, request_id: String, records: Vec<Record<Payload>>) -> BoxFuture<'_, Ending> {
        let invocation = Invocation {
            function_arn: self.mapping.function_arn.clone(),
            request_id,
            payload: event(records.iter().map(|record| &*record.payload)).into(),
        };
        Box::pin(async move {
            let outcome = self.invoke.invoke(invocation).await;
            if let Outcome::NotRun { reason } = &outcome {
                // A shard that waits for a function that can't start would else look idle.
                self.surroundings.journal.tell(Occurrence::Warning(format!(
                    "the event source mapping {} waits: its function did not run: {reason}; the batch is tried again",
                    self.mapping.resource
                )));
            }
            let numbers: Vec<&SequenceNumber> = records
                .iter()
                .map(|record| &record.sequence_number)
                .collect();
            Ending::of_function(&outcome, &self.mapping.settings, &numbers)
        })
    }

    fn give_up<'a>(
        &'a self,
        discard: &'a Discard<Payload>,
        shard_id: &'a str,
    ) -> BoxFuture<'a, bool> {
        Box::pin(discards::put(
            discard,
            &self.mapping,
            shard_id,
            &self.surroundings,
        ))
    }

    fn lost(&self, count: usize) {
        discards::tell_lost(count, &self.mapping, &self.surroundings);
    }
}
