//! What to send next.

use tokio::time::Instant;

use super::{Delayed, Job, Plan};
use crate::entry::{CALL_BYTES, CALL_ENTRIES};

impl Plan {
    /// The next thing to do now, if any.
    pub(in crate::relay) fn next(&mut self, now: Instant) -> Option<Job> {
        while let Some((at, delayed)) = self.delayed.first().copied() {
            if at > now {
                break;
            }
            self.delayed.pop_first();
            match delayed {
                Delayed::Entry(entry) => _ = self.ready.insert(entry),
                Delayed::Quarantine(record) => self.poison.push_back(record),
            }
        }
        if now < self.pace.last_quarantine
            && let Some(record) = self.poison.pop_front()
        {
            return Some(Job::Quarantine(record));
        }
        if now >= self.pace.last_call {
            return None;
        }
        let call = self.pack();
        (!call.is_empty()).then_some(Job::Call(call))
    }

    /// When [`Plan::next`] may have something again without an answer having come.
    pub(in crate::relay) fn wake_at(&self) -> Option<Instant> {
        self.delayed.first().map(|(at, _)| *at)
    }

    /// Takes entries in the order of their records, as many as one call may have.
    fn pack(&mut self) -> Vec<usize> {
        let mut call = Vec::with_capacity(CALL_ENTRIES);
        let mut bytes = 0;
        for &entry in &self.ready {
            let sending = &self.entries[entry];
            if self.exhausted && sending.failures == 0 {
                continue;
            }
            if sending.alone {
                if call.is_empty() {
                    call.push(entry);
                    break;
                }
                continue;
            }
            bytes += sending.bytes;
            if call.len() == CALL_ENTRIES || (bytes >= CALL_BYTES && !call.is_empty()) {
                break;
            }
            call.push(entry);
        }
        for entry in &call {
            self.ready.remove(entry);
        }
        call
    }
}
