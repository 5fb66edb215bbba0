use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use delivery::Time;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::time::Instant;

use super::failure;
use crate::{Clock, Invocation};

/// One environment as both sides see it: the invocation that wants it to run something, and its
/// process, which asks for work over the Runtime API.
#[derive(Debug)]
pub(super) struct Environment {
    pub(super) id: String,
    timeout: Duration,
    clock: Clock,
    hand_over: mpsc::Sender<Assignment>,
    assigned: tokio::sync::Mutex<mpsc::Receiver<Assignment>>,
    current: Mutex<Option<Current>>,
    init_error: Mutex<Option<Bytes>>,
    phase: watch::Sender<Phase>,
    work: Notify,
    kill: Notify,
}

/// Where an environment is in its life; it never goes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Its process has not asked for work yet.
    Init,
    /// It has, at least once.
    Ready,
    /// Its process is gone, for this reason.
    Ended(String),
}

/// An invocation on its way to the process.
#[derive(Debug)]
struct Assignment {
    invocation: Invocation,
    within: Duration,
    answer: oneshot::Sender<Answer>,
    taken: oneshot::Sender<Time>,
}

/// The invocation that the process works on.
#[derive(Debug)]
struct Current {
    request_id: String,
    invocation_id: String,
    answer: oneshot::Sender<Answer>,
}

/// What the process says about an invocation.
#[derive(Debug)]
pub(super) enum Answer {
    Response(Bytes),
    Error(Bytes),
}

/// What the Runtime API hands to the process.
#[derive(Debug)]
pub(super) struct Next {
    pub(super) invocation: Invocation,
    pub(super) invocation_id: String,
    pub(super) deadline: Time,
}

/// How running one invocation in one environment went.
#[derive(Debug)]
pub(super) enum Ran {
    /// The process never saw the invocation; another environment can take it.
    NotTaken,
    /// It did, and this came of it.
    Ended { started_at: Time, answer: Answer },
}

/// The process asks for something that does not fit.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Misuse {
    /// The environment has ended.
    Gone,
    /// It asks for work while it has some.
    Busy,
    /// It answers an invocation that it does not have.
    OtherRequest,
    /// It answers an earlier attempt at this invocation.
    OtherAttempt,
}

impl Environment {
    pub(super) fn new(id: String, timeout: Duration, clock: Clock) -> Self {
        let (hand_over, assigned) = mpsc::channel(1);
        Self {
            id,
            timeout,
            clock,
            hand_over,
            assigned: tokio::sync::Mutex::new(assigned),
            current: Mutex::new(None),
            init_error: Mutex::new(None),
            phase: watch::Sender::new(Phase::Init),
            work: Notify::new(),
            kill: Notify::new(),
        }
    }

    /// Waits until the process asks for work for the first time; an error is why it never will.
    pub(super) async fn ready(&self) -> Result<(), String> {
        let mut phase = self.phase.subscribe();
        match phase
            .wait_for(|phase| *phase != Phase::Init)
            .await
            .as_deref()
        {
            Ok(Phase::Ready) => Ok(()),
            Ok(Phase::Ended(reason)) => Err(reason.clone()),
            Ok(Phase::Init) | Err(_) => Err("the emulator stops".to_owned()),
        }
    }

    /// Waits until the process is gone.
    pub(super) async fn ended(&self) -> String {
        let mut phase = self.phase.subscribe();
        match phase
            .wait_for(|phase| matches!(phase, Phase::Ended(_)))
            .await
            .as_deref()
        {
            Ok(Phase::Ended(reason)) => reason.clone(),
            _ => String::new(),
        }
    }

    pub(super) fn has_ended(&self) -> bool {
        matches!(*self.phase.borrow(), Phase::Ended(_))
    }

    /// Runs one invocation in this environment, which must be ready and must have no other.
    ///
    /// `within` is how much of the function's time-out is left, less than all of it only after a
    /// failed init.
    pub(super) async fn run(&self, invocation: Invocation, within: Duration) -> Ran {
        let (answer, answered) = oneshot::channel();
        let (taken, mut was_taken) = oneshot::channel();
        let request_id = invocation.request_id.clone();
        let assignment = Assignment {
            invocation,
            within,
            answer,
            taken,
        };
        if self.hand_over.try_send(assignment).is_err() {
            self.end();
            return Ran::NotTaken;
        }
        let started_at = tokio::select! {
            biased;
            taken = &mut was_taken => taken.ok(),
            _ = self.ended() => None,
            // The process answered its last invocation but never came back for another.
            () = tokio::time::sleep(self.timeout) => None,
        };
        let Some(started_at) = started_at else {
            self.end();
            return Ran::NotTaken;
        };
        let deadline = Instant::now() + within;
        let answer = tokio::select! {
            biased;
            Ok(answer) = answered => answer,
            reason = self.ended() => self.crashed(&request_id, &reason),
            () = tokio::time::sleep_until(deadline) => {
                self.end();
                Answer::Error(failure::timed_out(&request_id, self.timeout))
            }
        };
        Ran::Ended { started_at, answer }
    }

    /// What Lambda answers for an invocation whose process ended: what the process reported about
    /// its init if it did, else how it exited.
    pub(super) fn crashed(&self, request_id: &str, reason: &str) -> Answer {
        let reported = lock(&self.init_error).clone();
        Answer::Error(reported.unwrap_or_else(|| failure::exited(request_id, reason)))
    }

    /// The process asks for work and waits until there is some.
    pub(super) async fn next(&self) -> Result<Next, Misuse> {
        if lock(&self.current).is_some() {
            return Err(Misuse::Busy);
        }
        self.phase.send_if_modified(|phase| {
            let first = *phase == Phase::Init;
            if first {
                *phase = Phase::Ready;
            }
            first
        });
        let mut assigned = self.assigned.lock().await;
        let assignment = tokio::select! {
            biased;
            _ = self.ended() => return Err(Misuse::Gone),
            assignment = assigned.recv() => assignment.ok_or(Misuse::Gone)?,
        };
        let now = self.clock.now();
        let invocation_id = uuid::Uuid::new_v4().to_string();
        *lock(&self.current) = Some(Current {
            request_id: assignment.invocation.request_id.clone(),
            invocation_id: invocation_id.clone(),
            answer: assignment.answer,
        });
        self.work.notify_one();
        if assignment.taken.send(now).is_err() {
            lock(&self.current).take();
            return Err(Misuse::Gone);
        }
        Ok(Next {
            invocation: assignment.invocation,
            invocation_id,
            deadline: now.plus(assignment.within),
        })
    }

    /// The process answers.
    pub(super) fn answer(
        &self,
        request_id: &str,
        invocation_id: Option<&str>,
        answer: Answer,
    ) -> Result<(), Misuse> {
        if self.has_ended() {
            return Err(Misuse::Gone);
        }
        let mut current = lock(&self.current);
        match current.as_ref() {
            Some(it) if it.request_id != request_id => return Err(Misuse::OtherRequest),
            Some(it) if invocation_id.is_some_and(|id| id != it.invocation_id) => {
                return Err(Misuse::OtherAttempt);
            }
            Some(_) => {}
            None => return Err(Misuse::OtherRequest),
        }
        let sent = current.take().map(|it| it.answer.send(answer));
        // The invocation timed out a moment ago: the answer comes too late to change anything.
        if let Some(Err(_)) = sent {
            return Err(Misuse::Gone);
        }
        Ok(())
    }

    /// The process says that it can't start; Lambda ends it.
    pub(super) fn init_failed(&self, body: Bytes) -> Result<(), Misuse> {
        match *self.phase.borrow() {
            Phase::Init => {}
            Phase::Ready => return Err(Misuse::Busy),
            Phase::Ended(_) => return Err(Misuse::Gone),
        }
        *lock(&self.init_error) = Some(body);
        self.kill.notify_one();
        Ok(())
    }

    /// Kills the process; from now on it is refused everything.
    pub(super) fn end(&self) {
        lock(&self.current).take();
        self.kill.notify_one();
    }

    /// Waits for [`Self::end`].
    pub(super) async fn killed(&self) {
        self.kill.notified().await;
    }

    /// Whether the process starts or has an invocation.
    pub(super) fn is_at_work(&self) -> bool {
        *self.phase.borrow() == Phase::Init || lock(&self.current).is_some()
    }

    /// Waits until [`Self::is_at_work`].
    pub(super) async fn at_work(&self) {
        while !self.is_at_work() {
            self.work.notified().await;
        }
    }

    /// Called when the process is gone.
    pub(super) fn set_ended(&self, reason: String) {
        self.phase.send_replace(Phase::Ended(reason));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
