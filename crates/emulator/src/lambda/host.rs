use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use super::environment::Environment;
use super::guard::Guard;
use super::process::{self, Start};
use super::{Function, failure, memory};
use crate::Logs;
use crate::front::{AccessKeys, Caller};
use crate::{Clock, Journal, Occurrence};

/// What [`super::Lambda`] runs functions with.
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

/// Starts environments and knows all that live.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) settings: Settings,
    guard: Guard,
    environments: Mutex<HashMap<String, Arc<Environment>>>,
}

impl Host {
    pub(super) fn new(settings: Settings) -> io::Result<Arc<Self>> {
        Ok(Arc::new(Self {
            settings,
            guard: Guard::start()?,
            environments: Mutex::default(),
        }))
    }

    /// The living environment with this id.
    pub(super) fn environment(&self, id: &str) -> Option<Arc<Environment>> {
        self.environments().get(id).cloned()
    }

    /// Ends all environments and waits until their processes are gone.
    pub(super) async fn stop(&self) {
        self.guard.stop().await;
        let environments: Vec<_> = self.environments().values().cloned().collect();
        for environment in environments {
            environment.ended().await;
        }
    }

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
        let environment = Arc::new(Environment::new(
            id.clone(),
            function.timeout,
            settings.clock,
        ));
        // Known before the process runs: its first request may come at once.
        self.environments()
            .insert(id.clone(), Arc::clone(&environment));
        let start = Start {
            binary,
            credentials: &credentials,
            endpoint: &settings.endpoint,
            runtime_api: &format!("{}/env/{id}", settings.endpoint),
            region: &settings.region,
            started_at: settings.clock.now(),
        };
        let spawned = process::start(function, &start, &settings.logs, &self.guard);
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
        let process = child.id().unwrap_or_default();
        let (name, memory_mb) = (function.name.clone(), function.memory_mb);
        tokio::spawn(async move {
            let ended = tokio::select! {
                biased;
                status = child.wait() => Some(status),
                () = watched.killed() => None,
                used = memory::exceeded(&watched, process, memory_mb) => {
                    host.tell_memory(&name, memory_mb, used);
                    None
                }
            };
            host.forget(&watched.id, &credentials.access_key_id);
            let status = if let Some(status) = ended {
                status
            } else {
                let _ = child.start_kill();
                child.wait().await
            };
            watched.set_ended(status.map_or_else(|error| error.to_string(), failure::exit_reason));
        });
        Ok(environment)
    }

    fn tell_memory(&self, function: &str, memory_mb: u64, used_mb: u64) {
        let text = format!(
            "{function} used {used_mb} MB of memory, and {memory_mb} MB are declared: its \
             environment was killed, as on AWS"
        );
        self.settings.journal.tell(Occurrence::Warning(text));
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
