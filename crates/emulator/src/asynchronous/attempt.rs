//! One attempt to be rid of an event: a run of its function, and what follows from it.

use delivery::Outcome;
use delivery::asynchronous::{
    Condition, Ended, Letter, MAXIMUM_PASSES, Next, after, letters, too_old,
};

use super::AsynchronousFunction;
use super::driver::{AFTER_STORE_ERROR, Worker};
use super::events::{self, Waiting};
use super::letters as rows;
use crate::{Invocation, Occurrence, StoreError};

impl Worker {
    pub(super) async fn attempt(&self, function: &AsynchronousFunction, waiting: Waiting) {
        if let Err(error) = self.run(function, &waiting).await {
            self.warn(format!(
                "the outcome of request {} of {} was not kept, so it is tried again: {error}",
                waiting.request_id, function.name
            ));
            tokio::time::sleep(AFTER_STORE_ERROR).await;
        }
    }

    async fn run(
        &self,
        function: &AsynchronousFunction,
        waiting: &Waiting,
    ) -> Result<(), StoreError> {
        if waiting.passes.stop(&function.arn) {
            return self.stop_loop(function, waiting);
        }
        if too_old(&function.policy, waiting.queued, self.queue.0.clock.now()) {
            let reason = "the event waited longer than its maximum age".to_owned();
            let (condition, runs) = (Condition::EventAgeExceeded, waiting.queued.runs);
            return self.end(
                function,
                waiting,
                condition,
                runs,
                &Outcome::NotRun { reason },
            );
        }
        let invocation = Invocation {
            function_arn: function.arn.clone(),
            request_id: waiting.request_id.clone(),
            payload: waiting.payload.clone(),
        };
        let outcome = self.invoke.invoke(invocation).await;
        let queue = &self.queue.0;
        let now = queue.clock.now();
        let delays = &queue.settings.delays;
        match after(&function.policy, delays, waiting.queued, &outcome, now) {
            Next::Done => {
                let runs = waiting.queued.runs.saturating_add(1);
                self.end(function, waiting, Condition::Success, runs, &outcome)
            }
            Next::Retry { at, queued } => queue
                .store
                .commit(|t| events::postpone(t, waiting.id, queued, at)),
            Next::GiveUp { condition, runs } => {
                self.end(function, waiting, condition, runs, &outcome)
            }
        }
    }

    fn stop_loop(
        &self,
        function: &AsynchronousFunction,
        waiting: &Waiting,
    ) -> Result<(), StoreError> {
        let reason = format!(
            "request {} of {} was stopped: its events came to the function {MAXIMUM_PASSES} times, \
             which is a loop",
            waiting.request_id, function.name
        );
        self.warn(format!("RecursiveInvocationsDropped: {reason}"));
        let outcome = Outcome::NotRun { reason };
        self.end(function, waiting, Condition::Recursion, 0, &outcome)
    }

    /// The event is done with. What its destinations get is kept in the same commit, so the function
    /// does not run again for it, and nothing is sent twice but by a kill.
    fn end(
        &self,
        function: &AsynchronousFunction,
        waiting: &Waiting,
        condition: Condition,
        runs: u32,
        outcome: &Outcome,
    ) -> Result<(), StoreError> {
        let queue = &self.queue.0;
        let now = queue.clock.now();
        let destinations = &function.destinations;
        let ended = Ended {
            function_arn: &function.arn,
            function: &function.name,
            request_id: &waiting.request_id,
            condition,
            runs,
            payload: &waiting.payload,
            outcome,
        };
        let letters = if condition == Condition::Success && destinations.on_success.is_none() {
            Vec::new()
        } else {
            letters(destinations, ended, now, &queue.chance.uuid().to_string())
        };
        let (too_large, letters): (Vec<_>, Vec<_>) = letters
            .into_iter()
            .map(|letter| (letter.too_large(), letter))
            .partition(|(too_large, _)| too_large.is_some());
        let passes = waiting.passes.through(&function.arn);
        queue.store.commit(|transaction| {
            for (_, letter) in &letters {
                let new = rows::New {
                    function: &function.name,
                    condition: condition.name(),
                    letter,
                    passes: &passes,
                    now,
                };
                rows::insert(transaction, &new)?;
            }
            events::delete(transaction, waiting.id)
        })?;
        for (reason, letter) in &too_large {
            self.tell_undelivered(ended, letter, reason.as_deref().unwrap_or_default());
        }
        if condition != Condition::Success && letters.is_empty() {
            self.tell_lost(ended);
        }
        Ok(())
    }

    fn tell_undelivered(&self, ended: Ended<'_>, letter: &Letter, reason: &str) {
        self.warn(format!(
            "DestinationDeliveryFailures: what {} was to get of request {} of {} is lost: {reason}",
            letter.destination, ended.request_id, ended.function
        ));
    }

    fn tell_lost(&self, ended: Ended<'_>) {
        self.warn(format!(
            "AsyncEventsDropped: the event of request {} of {} is lost ({}, {} runs): no on-failure \
             destination and no dead-letter queue took it",
            ended.request_id,
            ended.function,
            ended.condition.name(),
            ended.runs
        ));
        self.queue.0.journal.tell(Occurrence::Discarded {
            source: ended.function.to_owned(),
            destination: None,
            condition: ended.condition.name().to_owned(),
            count: 1,
        });
    }
}
