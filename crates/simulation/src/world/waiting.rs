use emulator::StoreError;

use super::ground::Ground;
use super::names::{queue_arn, queue_of};
use crate::observation::{Observation, Target, Waiting};

/// The emulator's rows of what is under way, the messages of the consumed queues by name.
const COUNTS: &str = "SELECT
    (SELECT count(*) FROM bus_deliveries),
    (SELECT count(*) FROM asynchronous_events) + (SELECT count(*) FROM asynchronous_letters),
    (SELECT count(*) FROM queue_messages WHERE queue IN (?1, ?2, ?3))";

impl Ground {
    /// Tells how much waits if it is more than ever before, or in any case at the end. Nothing can be told of a state
    /// that a kill has closed.
    pub(crate) fn observe_waiting(&self, most: &mut Waiting, at_end: bool) {
        let Ok(waiting) = self.waiting() else {
            return;
        };
        let peak = Waiting {
            deliveries: most.deliveries.max(waiting.deliveries),
            asynchronous: most.asynchronous.max(waiting.asynchronous),
            messages: most.messages.max(waiting.messages),
        };
        if at_end || peak != *most {
            self.tell_waiting(waiting, at_end);
            *most = peak;
        }
    }

    fn tell_waiting(&self, waiting: Waiting, at_end: bool) {
        let what = Observation::Waits { waiting, at_end };
        self.recorder.note(what);
    }

    fn waiting(&self) -> Result<Waiting, StoreError> {
        let mut names = Target::of(self.flow).iter().copied().filter_map(queue_of);
        // Of a name too few the empty one stands for no queue.
        let queues = [(); 3].map(|()| names.next().map(queue_arn).unwrap_or_default());
        self.store.commit(|transaction| {
            let mut counts = transaction.prepare_cached(COUNTS)?;
            Ok(counts.query_row(queues, |row| {
                Ok(Waiting {
                    deliveries: row.get(0)?,
                    asynchronous: row.get(1)?,
                    messages: row.get(2)?,
                })
            })?)
        })
    }
}
