use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use delivery::Outcome;
use futures::future::BoxFuture;
use uuid::Uuid;

use super::environment::Environment;
use super::guard::Guard;
use super::pool::{Completed, NotRun, Pool};
use super::process::{self, Start};
use super::{Function, Logs, failure};
use crate::front::{AccessKeys, Caller};
use crate::{Clock, Invocation, Invoke, Journal, Occurrence};

/// What [`Lambda`] runs functions with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The one port's URL, for example `http://127.0.0.1:4566`.
    pub endpoint: String,
    /// The region that functions are told.
    pub region: String,
    /// The binary of each package.
    pub binaries: BTreeMap<String, PathBuf>,
    /// At most so many environments of one function; further invocations wait.
    pub environments: usize,
    /// Where the functions' output goes.
    pub logs: Logs,
    /// Where environments get their access keys.
    pub keys: AccessKeys,
    /// The clock of deadlines.
    pub clock: Clock,
    /// Hears of every invocation.
    pub journal: Journal,
}

/// The declared functions and their environments.
#[derive(Clone, Debug)]
pub struct Lambda {
    host: Arc<Host>,
    /// By ARN.
    pools: Arc<BTreeMap<String, Arc<Pool>>>,
}

/// Starts environments and knows all that live.
#[derive(Debug)]
pub(super) struct Host {
    settings: Settings,
    pub(super) logs: Logs,
    pub(super) clock: Clock,
    guard: Guard,
    environments: Mutex<HashMap<String, Arc<Environment>>>,
}

impl Lambda {
    /// Makes `functions` ready to be invoked; processes start with the first invocation.
    pub fn new(functions: Vec<Function>, settings: Settings) -> io::Result<Self> {
        let limit = settings.environments.max(1);
        let host = Arc::new(Host {
            logs: settings.logs.clone(),
            clock: settings.clock,
            settings,
            guard: Guard::start()?,
            environments: Mutex::default(),
        });
        let pools = functions
            .into_iter()
            .map(|function| {
                let arn = function.arn.clone();
                (arn, Arc::new(Pool::new(function, limit, Arc::clone(&host))))
            })
            .collect();
        Ok(Self {
            host,
            pools: Arc::new(pools),
        })
    }

    /// The functions.
    pub fn functions(&self) -> impl Iterator<Item = &Function> {
        self.pools.values().map(|pool| &pool.function)
    }

    /// What the functions print.
    #[must_use]
    pub fn logs(&self) -> &Logs {
        &self.host.logs
    }

    /// The last 4 KB that the function printed during an invocation; its other environments print
    /// to the same log.
    #[must_use]
    pub fn log_tail(&self, function: &str, completed: &Completed) -> Vec<u8> {
        let tail = self.host.logs.tail(function, completed.log_start);
        tail.unwrap_or_default()
    }

    /// Runs one invocation to its end, also if the caller no longer waits for it.
    pub async fn run(&self, invocation: Invocation) -> Result<Completed, NotRun> {
        let arn = invocation.function_arn.as_str();
        let unqualified = arn.strip_suffix(":$LATEST").unwrap_or(arn);
        let Some(pool) = self.pools.get(unqualified) else {
            return Err(NotRun::NotFound(invocation.function_arn));
        };
        let pool = Arc::clone(pool);
        let journal = self.host.settings.journal.clone();
        let running = tokio::spawn(async move {
            let completed = pool.invoke(&invocation).await.inspect_err(|error| {
                if let NotRun::NotStarted(reason) = error {
                    journal.tell(Occurrence::Warning(reason.clone()));
                }
            })?;
            journal.tell(Occurrence::Invoked {
                function: pool.function.name.clone(),
                request_id: invocation.request_id,
                payload: invocation.payload,
                outcome: completed.outcome(),
                started_at: completed.started_at,
                ended_at: completed.ended_at,
            });
            Ok(completed)
        });
        match running.await {
            Ok(result) => result,
            Err(error) => Err(NotRun::NotStarted(error.to_string())),
        }
    }

    /// Ends all environments and waits until their processes are gone.
    pub async fn stop(&self) {
        self.host.guard.stop().await;
        let environments: Vec<_> = self.host.environments().values().cloned().collect();
        for environment in environments {
            environment.ended().await;
        }
    }

    pub(super) fn environment(&self, id: &str) -> Option<Arc<Environment>> {
        self.host.environments().get(id).cloned()
    }
}

impl Invoke for Lambda {
    fn invoke(&self, invocation: Invocation) -> BoxFuture<'_, Outcome> {
        Box::pin(async {
            match self.run(invocation).await {
                Ok(completed) => completed.outcome(),
                Err(not_run) => Outcome::NotRun {
                    reason: not_run.to_string(),
                },
            }
        })
    }
}

impl Host {
    /// Starts the process of a new environment and watches it.
    pub(super) fn start(self: &Arc<Self>, function: &Function) -> io::Result<Arc<Environment>> {
        let settings = &self.settings;
        let Some(binary) = settings.binaries.get(&function.package) else {
            return Err(io::Error::other(format!(
                "no binary was built for its package {:?}",
                function.package
            )));
        };
        self.guard.check()?;
        let id = Uuid::new_v4().simple().to_string();
        let credentials = settings.keys.issue(Caller::Function {
            arn: function.arn.clone(),
        });
        let environment = Arc::new(Environment::new(id.clone(), function.timeout, self.clock));
        // Known before the process runs: its first request may come at once.
        self.environments()
            .insert(id.clone(), Arc::clone(&environment));
        let start = Start {
            binary,
            credentials: &credentials,
            endpoint: &settings.endpoint,
            runtime_api: &format!("{}/env/{id}", settings.endpoint),
            region: &settings.region,
            started_at: self.clock.now(),
        };
        let spawned = process::start(function, &start, &self.logs, &self.guard);
        let mut child = match spawned {
            Ok(child) => child,
            Err(error) => {
                self.forget(&id, &credentials.access_key_id);
                return Err(io::Error::new(
                    error.kind(),
                    format!("{}: {error}", binary.display()),
                ));
            }
        };
        let host = Arc::clone(self);
        let watched = Arc::clone(&environment);
        tokio::spawn(async move {
            let status = tokio::select! {
                status = child.wait() => status,
                () = watched.killed() => {
                    host.forget(&watched.id, &credentials.access_key_id);
                    let _ = child.start_kill();
                    child.wait().await
                }
            };
            host.forget(&watched.id, &credentials.access_key_id);
            watched.set_ended(status.map_or_else(|error| error.to_string(), failure::exit_reason));
        });
        Ok(environment)
    }

    fn forget(&self, id: &str, access_key_id: &str) {
        self.environments().remove(id);
        self.settings.keys.revoke(access_key_id);
    }

    fn environments(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Environment>>> {
        self.environments
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
