//! Brings a declared stack up: the one place that knows how the parts fit together.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use stack::Stack;
use thiserror::Error;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::front::{self, AccessKeys, BindError, Caller, Credentials, Ports, Services};
use crate::lambda::{self, Function, FunctionError, Lambda, Logs, Settings};
use crate::state::{Running, State, StateError};
use crate::{Clock, Journal, Store, StoreError};

mod resources;

pub use resources::{INERT, Unsupported, check};

/// How an emulator runs.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where state is kept; none keeps it in memory and forgets it at the end.
    pub state: Option<PathBuf>,
    /// The port for AWS calls; 0 takes a free one.
    pub port: u16,
    /// The port where `cargo lambda invoke` looks for functions; 0 takes a free one.
    pub invoke_port: u16,
    /// The region in ARNs.
    pub region: String,
    /// The account in ARNs.
    pub account: String,
    /// At most so many environments of one function side by side.
    pub environments: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            state: None,
            port: 0,
            invoke_port: 0,
            region: "us-east-1".to_owned(),
            account: "000000000000".to_owned(),
            environments: 10,
        }
    }
}

/// The emulator can't start, or could not end cleanly.
#[derive(Debug, Error)]
pub enum Error {
    /// A port can't be opened.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The state directory can't be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// The state can't be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The stack has a resource that can't be run.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// A declared function can't be run.
    #[error(transparent)]
    Function(#[from] FunctionError),
    /// A function's package has no binary.
    #[error(
        "the function {function:?} runs the package {package:?}, but no binary of it was built; built are {built:?}"
    )]
    NoBinary {
        /// The function's name in the program.
        function: String,
        /// The package in the path of its archive.
        package: String,
        /// The packages that have one.
        built: Vec<String>,
    },
    /// The operating system refused something else.
    #[error("{what}: {source}")]
    Io {
        /// What was attempted.
        what: &'static str,
        /// What it said.
        source: std::io::Error,
    },
}

/// An emulator whose ports are open and whose state is its own, before it knows its stack.
///
/// The Pulumi program runs meanwhile: it is told the endpoint.
#[derive(Debug)]
pub struct Emulator {
    options: Options,
    state: State,
    aws: Ports,
    invoke: Ports,
}

/// A running emulator. Dropping it ends everything at once; [`Emulating::stop`] does so in order.
#[derive(Debug)]
pub struct Emulating {
    running: Running,
    credentials: Credentials,
    journal: Journal,
    lambda: Lambda,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
    state: State,
}

impl Emulator {
    /// Takes the state directory and the ports.
    pub async fn bind(options: Options) -> Result<Self, Error> {
        let state = match &options.state {
            Some(directory) => State::open(directory)?,
            None => State::ephemeral()?,
        };
        Ok(Self {
            aws: Ports::bind(options.port, "--port").await?,
            invoke: Ports::bind(options.invoke_port, "--invoke-port").await?,
            state,
            options,
        })
    }

    /// The URL for AWS calls, for example `http://127.0.0.1:4566`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.aws.port())
    }

    /// Brings the resources of `stack` up; `binaries` has the executable of each package that
    /// [`packages`] names. When this returns, everything answers.
    #[expect(
        clippy::unused_async,
        reason = "some parts wait for their state when they start"
    )]
    pub async fn start(
        self,
        stack: &Stack,
        binaries: &BTreeMap<String, PathBuf>,
    ) -> Result<Emulating, Error> {
        check(stack)?;
        let functions = lambda::declared(stack)?;
        check_binaries(&functions, binaries)?;
        let endpoint = self.endpoint();
        let clock = Clock::system();
        let journal = Journal::new(65_536);
        let keys = AccessKeys::default();
        let credentials = keys.issue(Caller::User);
        let _store = match self.state.database("state.db") {
            Some(file) => Store::open(&file)?,
            None => Store::in_memory()?,
        };
        let lambda = Lambda::new(
            functions,
            Settings {
                endpoint: endpoint.clone(),
                region: self.options.region.clone(),
                binaries: binaries.clone(),
                environments: self.options.environments,
                logs: Logs::new(&self.state.logs()),
                keys: keys.clone(),
                clock,
                journal: journal.clone(),
            },
        )
        .map_err(|source| Error::Io {
            what: "can't guard the functions' processes",
            source,
        })?;

        let services = Services::new();
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let invokes = |unsigned| lambda::Invokes {
            lambda: lambda.clone(),
            enqueue: Arc::new(|_, _| Err("asynchronous".to_owned())),
            keys: keys.clone(),
            unsigned,
        };
        let aws = front::router(services, keys.clone())
            .merge(lambda::runtime_router(lambda.clone()))
            .merge(lambda::invoke_router(invokes(false)));
        let invoke_endpoint = format!("http://127.0.0.1:{}", self.invoke.port());
        self.aws.serve(&aws, &stopped, &mut tasks);
        let invoke = lambda::invoke_router(invokes(true));
        self.invoke.serve(&invoke, &stopped, &mut tasks);

        let running = Running {
            process_id: std::process::id(),
            endpoint,
            invoke_endpoint,
            region: self.options.region,
            account: self.options.account,
            access_key_id: credentials.access_key_id.clone(),
            secret_access_key: credentials.secret_access_key.clone(),
            functions: lambda
                .functions()
                .map(|function| (function.resource.clone(), function.name.clone()))
                .collect(),
        };
        running
            .write(self.state.root())
            .map_err(|source| Error::Io {
                what: "can't write running.json",
                source,
            })?;
        Ok(Emulating {
            running,
            credentials,
            journal,
            lambda,
            stop,
            tasks,
            state: self.state,
        })
    }
}

/// The packages whose binaries a stack needs, in the order of its functions.
pub fn packages(stack: &Stack) -> Result<Vec<String>, FunctionError> {
    let mut packages = Vec::new();
    for function in lambda::declared(stack)? {
        if !packages.contains(&function.package) {
            packages.push(function.package);
        }
    }
    Ok(packages)
}

fn check_binaries(
    functions: &[Function],
    binaries: &BTreeMap<String, PathBuf>,
) -> Result<(), Error> {
    match functions
        .iter()
        .find(|function| !binaries.contains_key(&function.package))
    {
        None => Ok(()),
        Some(function) => Err(Error::NoBinary {
            function: function.resource.clone(),
            package: function.package.clone(),
            built: binaries.keys().cloned().collect(),
        }),
    }
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
        self.lambda.stop().await;
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(GRACE, ended).await;
        self.tasks.shutdown().await;
    }
}
