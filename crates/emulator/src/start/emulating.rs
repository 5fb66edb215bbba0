use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::parts::Parts;
use crate::front::Credentials;
use crate::lambda::Lambda;
use crate::pipe::Pipes;
use crate::state::{Running, State};
use crate::{Clock, Journal, Outage};

/// A running emulator. Dropping it ends everything at once; [`Emulating::stop`] does so in order.
#[derive(Debug)]
pub struct Emulating {
    pub(super) running: Running,
    pub(super) credentials: Credentials,
    pub(super) journal: Journal,
    pub(super) clock: Clock,
    pub(super) lambda: Lambda,
    pub(super) parts: Parts,
    pub(super) stop: watch::Sender<bool>,
    pub(super) tasks: JoinSet<()>,
    pub(super) state: State,
}

/// What is under way may take this long to end.
const GRACE: Duration = Duration::from_secs(1);

impl Emulating {
    /// Where it can be reached, and with what.
    #[must_use]
    pub fn running(&self) -> &Running {
        &self.running
    }

    /// The user's credentials.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// What happens to events.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The functions.
    #[must_use]
    pub fn lambda(&self) -> &Lambda {
        &self.lambda
    }

    /// How to make the buses' `PutEvents` fail for a time.
    #[must_use]
    pub fn bus_outage(&self) -> &Outage {
        &self.parts.bus_outage
    }

    /// How to make DynamoDB fail or throttle for a time: what its own clients, functions and REST APIs
    /// call, not its streams.
    #[must_use]
    pub fn dynamodb_outage(&self) -> &Outage {
        &self.parts.dynamodb_outage
    }

    /// The time as the emulator sees it.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// The pipes.
    #[must_use]
    pub fn pipes(&self) -> &Pipes {
        &self.parts.pipes
    }

    /// Where state is kept.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Ends it: no new calls, functions killed, state closed. What was acknowledged is kept.
    pub async fn stop(mut self) {
        if let Err(error) = Running::remove(self.state.root()) {
            tracing::warn!(%error, "can't remove running.json");
        }
        self.stop.send_replace(true);
        drop(self.parts);
        self.lambda.stop().await;
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(GRACE, ended).await;
        self.tasks.shutdown().await;
    }
}
