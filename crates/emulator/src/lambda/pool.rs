use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use delivery::{Outcome, Time};
use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::environment::{Answer, Environment, Ran};
use super::host::Host;
use super::{Function, failure};
use crate::Invocation;

/// How long a process may take until it asks for work.
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html>
const INIT_LIMIT: Duration = Duration::from_secs(10);

/// An idle environment may have died unnoticed, so another one is tried; a function whose processes
/// keep ending between invocations is reported as crashing.
const ENVIRONMENTS_TRIED: usize = 3;

/// The environments of one function.
#[derive(Debug)]
pub(super) struct Pool {
    pub(super) function: Function,
    host: Arc<Host>,
    slots: Arc<Semaphore>,
    /// The one used last comes last: it is the warmest.
    idle: Mutex<Vec<Arc<Environment>>>,
}

/// An invocation that ran to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completed {
    /// What the function answered, or the error it ended with.
    pub result: Result<Bytes, Bytes>,
    /// When it was handed to an environment.
    pub started_at: Time,
    /// When it ended.
    pub ended_at: Time,
    /// How long the function's log was before; what follows was printed meanwhile.
    pub(super) log_start: u64,
}

/// An invocation that never ran.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NotRun {
    /// The function's reserved concurrency is used up.
    #[error("Rate Exceeded.")]
    Throttled,
    /// No process could be started.
    #[error("{0}")]
    NotStarted(String),
    /// There is no such function.
    #[error("Function not found: {0}")]
    NotFound(String),
}

impl Completed {
    pub(super) fn outcome(&self) -> Outcome {
        match self.result.clone() {
            Ok(body) => Outcome::Answered(body),
            Err(body) => Outcome::Failed { body },
        }
    }
}

impl Pool {
    /// `limit`: at most so many environments side by side; further invocations wait their turn.
    pub(super) fn new(function: Function, limit: usize, host: Arc<Host>) -> Self {
        let slots = function.reserved_concurrency.unwrap_or(limit);
        Self {
            function,
            host,
            slots: Arc::new(Semaphore::new(slots)),
            idle: Mutex::default(),
        }
    }

    pub(super) async fn invoke(&self, invocation: &Invocation) -> Result<Completed, NotRun> {
        let _slot = self.slot().await?;
        let log_start = self.host.settings.logs.length(&self.function.name);
        let mut time = Allowance::of(&self.function);
        let mut untaken = 0;
        let (started_at, answer) = loop {
            let environment = self.warm_or_new()?;
            if let Err(failed) = self
                .wait_for_init(&environment, invocation, &mut time)
                .await
            {
                match failed {
                    InitFailure::TryAgain => continue,
                    InitFailure::Final(answer) => break (self.host.settings.clock.now(), answer),
                }
            }
            let ran = environment.run(invocation.clone(), time.left()).await;
            match ran {
                Ran::Ended { started_at, answer } => {
                    self.keep(environment);
                    break (started_at, answer);
                }
                Ran::NotTaken if untaken < ENVIRONMENTS_TRIED => untaken += 1,
                Ran::NotTaken => {
                    let reason = environment.ended().await;
                    let answer = environment.crashed(&invocation.request_id, &reason);
                    break (self.host.settings.clock.now(), answer);
                }
            }
        };
        let result = match answer {
            Answer::Response(body) => Ok(body),
            Answer::Error(body) => Err(body),
        };
        Ok(Completed {
            result,
            started_at,
            ended_at: self.host.settings.clock.now(),
            log_start,
        })
    }

    /// Reserved concurrency throttles, as on AWS; the machine's own limit makes wait.
    async fn slot(&self) -> Result<OwnedSemaphorePermit, NotRun> {
        let slots = Arc::clone(&self.slots);
        if self.function.reserved_concurrency.is_some() {
            return slots.try_acquire_owned().map_err(|_| NotRun::Throttled);
        }
        let slot = slots.acquire_owned().await;
        slot.map_err(|_| NotRun::NotStarted("the emulator stops".to_owned()))
    }

    fn warm_or_new(&self) -> Result<Arc<Environment>, NotRun> {
        loop {
            match self.idle().pop() {
                Some(environment) if environment.has_ended() => {}
                Some(environment) => return Ok(environment),
                None => break,
            }
        }
        self.host.start(&self.function).map_err(|error| {
            NotRun::NotStarted(format!(
                "the function {:?} can't be started: {error}",
                self.function.name
            ))
        })
    }

    /// The first init of an invocation has 10 s of its own; if it fails Lambda tries once more, within
    /// the function's time-out.
    async fn wait_for_init(
        &self,
        environment: &Environment,
        invocation: &Invocation,
        time: &mut Allowance,
    ) -> Result<(), InitFailure> {
        let (limit, first) = match time.deadline {
            None => (Instant::now() + INIT_LIMIT, true),
            Some(deadline) => (deadline, false),
        };
        let request_id = &invocation.request_id;
        let reason = match tokio::time::timeout_at(limit, environment.ready()).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(reason)) => Some(reason),
            Err(_) => None,
        };
        environment.end();
        if first {
            time.deadline = Some(Instant::now() + self.function.timeout);
            return Err(InitFailure::TryAgain);
        }
        Err(InitFailure::Final(match reason {
            Some(reason) => environment.crashed(request_id, &reason),
            None => Answer::Error(failure::timed_out(request_id, self.function.timeout)),
        }))
    }

    fn keep(&self, environment: Arc<Environment>) {
        if !environment.has_ended() {
            self.idle().push(environment);
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Environment>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum InitFailure {
    TryAgain,
    Final(Answer),
}

/// How long the function may still take.
struct Allowance {
    timeout: Duration,
    /// Set once an init failed: the second one and the invocation share the time-out.
    deadline: Option<Instant>,
}

impl Allowance {
    fn of(function: &Function) -> Self {
        Self {
            timeout: function.timeout,
            deadline: None,
        }
    }

    fn left(&self) -> Duration {
        self.deadline.map_or(self.timeout, |deadline| {
            deadline.saturating_duration_since(Instant::now())
        })
    }
}
