use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use stack::Stack;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::parts::{Ground, Parts};
use super::readers::{stream_readers, tables};
use super::{Emulating, Error, Options, check};
use crate::front::{self, AccessKeys, Caller, Ports};
use crate::lambda::{self, Function, Lambda, Settings};
use crate::state::{Running, State};
use crate::{Clock, Journal, Logs, rest};

/// A listener may fall behind by so many.
const OCCURRENCES_KEPT: usize = 16_384;

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

impl Emulator {
    /// Takes the state directory and the ports.
    pub async fn bind(options: Options) -> Result<Self, Error> {
        let state = match &options.state {
            Some(directory) => State::open(directory)?,
            None => State::ephemeral()?,
        };
        // What a killed run left there: until this one is ready, none is.
        Running::remove(state.root()).map_err(|source| Error::Io {
            what: "can't remove the running.json of an earlier run",
            source,
        })?;
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
    /// its functions run. When this returns, everything answers.
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
        let journal = Journal::new(OCCURRENCES_KEPT);
        let keys = AccessKeys::default();
        let credentials = keys.issue(Caller::User);
        let settings = Settings {
            endpoint: endpoint.clone(),
            region: self.options.region.clone(),
            binaries: binaries.clone(),
            environments: self.options.environments,
            logs: Logs::new(&self.state.logs()),
            keys: keys.clone(),
            clock,
            journal: journal.clone(),
        };
        let lambda = Lambda::new(functions, settings).map_err(|source| Error::Io {
            what: "can't guard the functions' processes",
            source,
        })?;
        let (parts, offer) = Parts::start(&Ground {
            stack,
            options: &self.options,
            state: &self.state,
            clock,
            journal: &journal,
            lambda: &lambda,
            keys: &keys,
        })?;
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let invokes = |unsigned| lambda::Invokes {
            lambda: lambda.clone(),
            enqueue: Arc::clone(&offer.enqueue),
            keys: keys.clone(),
            unsigned,
        };
        let invoke = lambda::invoke_router(invokes(true));
        let aws_invoke = lambda::invoke_router(invokes(false));
        let aws = front::router(offer.services, keys.clone())
            .merge(lambda::runtime_router(lambda.clone()))
            .merge(aws_invoke)
            .merge(rest::router(offer.apis));
        let invoke_endpoint = format!("http://127.0.0.1:{}", self.invoke.port());
        self.aws.serve(&aws, &stopped, &mut tasks);
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
            tables: tables(stack),
            stream_readers: stream_readers(stack, &lambda, &self.state.buckets())?,
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
            clock,
            lambda,
            parts,
            stop,
            tasks,
            state: self.state,
        })
    }
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
