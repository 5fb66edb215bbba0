use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use delivery::Outcome;
use futures::future::BoxFuture;

use super::Function;
use super::environment::Environment;
use super::host::{Host, Settings};
use super::pool::{Completed, NotRun, Pool};
use crate::Logs;
use crate::{Invocation, Invoke, Occurrence};

/// The declared functions and their environments.
#[derive(Clone, Debug)]
pub struct Lambda {
    host: Arc<Host>,
    /// By ARN.
    pools: Arc<BTreeMap<String, Arc<Pool>>>,
}

impl Lambda {
    /// Makes `functions` ready to be invoked; processes start with the first invocation.
    pub fn new(functions: Vec<Function>, settings: Settings) -> io::Result<Self> {
        let limit = settings.environments.max(1);
        let host = Host::new(settings)?;
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
        &self.host.settings.logs
    }

    /// The last 4 KB that the function printed during an invocation; its other environments print
    /// to the same log.
    #[must_use]
    pub fn log_tail(&self, function: &str, completed: &Completed) -> Vec<u8> {
        let tail = self.host.settings.logs.tail(function, completed.log_start);
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
        self.host.stop().await;
    }

    pub(super) fn environment(&self, id: &str) -> Option<Arc<Environment>> {
        self.host.environment(id)
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
