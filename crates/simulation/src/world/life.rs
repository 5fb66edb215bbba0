use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use delivery::bus::Place;
use delivery::target::Backoff;
use emulator::asynchronous::{self, Asynchronous};
use emulator::destination::Destination;
use emulator::events::{self, Buses, StackTargets};
use emulator::mapping::{self, Mappings, Polling};
use emulator::pipe::{self, Pipes, PutEvents, State};
use emulator::queue_mapping::{self, QueueMappings};
use emulator::sqs::{self, Queues, Refusal};
use emulator::{Background, Chance, DeclarationError, FailureDestination, Invoke, StoreError};
use stack::Stack;
use thiserror::Error;
use tokio::task::JoinSet;

use super::declare::declare;
use super::destinations::{Bucket, ConsumerFailures, PipeFailures};
use super::ground::Ground;
use super::stream::TableStream;
use super::targets::FaultyTargets;
use crate::functions::{Functions, PipesBus};
use crate::{Scenario, Variant};

/// The emulator could not be brought up.
#[derive(Debug, Error)]
pub(crate) enum LifeError {
    /// The application is declared wrongly.
    #[error(transparent)]
    Declaration(#[from] DeclarationError),
    /// The state can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The mapping can't be started.
    #[error(transparent)]
    Mapping(#[from] mapping::Error),
    /// The pipe can't be started.
    #[error(transparent)]
    Pipe(#[from] pipe::Error),
    /// A queue that is to be read is not there.
    #[error(transparent)]
    Queue(#[from] Refusal),
}

/// What every life of the emulator is made of.
pub(crate) struct Plan {
    stack: Stack,
    seed: u64,
    lives: u64,
    environments: Arc<AtomicU32>,
    polling: Polling,
    pauses: Backoff,
    asynchronous: asynchronous::Settings,
}

impl Life {
    /// Why the pipe does not run any more, if it stopped by itself.
    pub(crate) fn pipe_stopped(&self) -> Option<String> {
        self.pipes.states().find_map(|(_, state)| match state {
            State::Running => None,
            State::Stopped { reason } => Some(reason),
        })
    }

    /// The schedule of the function of the orders' history comes, for the `number`th time.
    pub(crate) fn come_scheduled(&mut self, number: u64) {
        while self.scheduled.try_join_next().is_some() {}
        let functions = Arc::clone(&self.functions);
        self.scheduled
            .spawn(async move { functions.run_scheduled(number).await });
    }
}

/// The emulator from its start until it is killed: dropping it is the kill.
pub(crate) struct Life {
    pub(super) queues: Queues,
    pipes: Pipes,
    _mappings: Mappings,
    pub(super) buses: Buses,
    _deliveries: Background,
    _asynchronous: Background,
    _queue_mappings: QueueMappings,
    functions: Arc<Functions>,
    /// What runs for a schedule.
    scheduled: JoinSet<()>,
}

impl Plan {
    pub(crate) fn new(scenario: &Scenario, variant: Variant) -> Self {
        let settings = &scenario.settings;
        Self {
            stack: declare(scenario.flow, settings, variant),
            seed: scenario.seed,
            lives: 0,
            environments: Arc::default(),
            polling: if settings.polls_as_aws {
                Polling::Aws
            } else {
                Polling::Instant
            },
            pauses: Backoff {
                first: Duration::from_millis(200),
                longest: settings.longest_pause,
            },
            asynchronous: asynchronous::Settings {
                concurrency: settings.consumer_concurrency,
                ..asynchronous::Settings::default()
            },
        }
    }

    /// Starts the pipe, if the flow has one.
    fn pipes(
        &self,
        ground: &Arc<Ground>,
        buses: &Buses,
        chance: &Chance,
        destination: Destination,
    ) -> Result<Pipes, LifeError> {
        let buses: Arc<dyn PutEvents> = Arc::new(PipesBus::new(
            Arc::clone(ground),
            buses.clone(),
            Arc::clone(&self.environments),
        ));
        let failures = Arc::new(PipeFailures {
            ground: Arc::clone(ground),
            destination,
        });
        Ok(Pipes::start(
            pipe::declared(&self.stack)?,
            &TableStream(Arc::clone(ground)),
            &buses,
            &self.reading(ground, chance, failures),
        )?)
    }

    /// What reads the table's stream works with.
    fn reading(
        &self,
        ground: &Ground,
        chance: &Chance,
        failures: Arc<dyn FailureDestination>,
    ) -> mapping::Surroundings {
        mapping::Surroundings {
            store: ground.store.clone(),
            clock: ground.clock,
            chance: chance.clone(),
            journal: ground.recorder.journal(),
            failures,
            polling: self.polling,
            pauses: self.pauses,
        }
    }

    /// Brings the emulator up over what is committed.
    pub(crate) fn start(&mut self, ground: &Arc<Ground>) -> Result<Life, LifeError> {
        self.lives += 1;
        let chance = Chance::seeded(self.seed ^ (self.lives << 48));
        let store = || ground.store.clone();
        let clock = ground.clock;
        let journal = || ground.recorder.journal();
        let queues = Queues::new(sqs::declared(&self.stack)?, store(), clock, chance.clone())?;
        let asynchronous = Asynchronous::new(
            asynchronous::declared(&self.stack)?,
            store(),
            clock,
            chance.clone(),
            journal(),
            self.asynchronous,
        )?;
        let targets = FaultyTargets {
            ground: Arc::clone(ground),
            targets: StackTargets {
                asynchronous: asynchronous.clone(),
                queues: queues.clone(),
            },
        };
        let buses = Buses::new(
            events::declared(&self.stack)?,
            Place {
                region: "us-east-1".to_owned(),
                account: "000000000000".to_owned(),
            },
            events::Surroundings {
                store: store(),
                clock,
                chance: chance.clone(),
                journal: journal(),
                targets: Arc::new(targets),
            },
            events::Settings::default(),
        )?;
        let functions = Arc::new(Functions::new(
            Arc::clone(ground),
            buses.clone(),
            queues.clone(),
            Arc::clone(&self.environments),
        ));
        let invoke: Arc<dyn Invoke> = functions.clone();
        let mappings = Mappings::start(
            mapping::declared(&self.stack)?,
            &TableStream(Arc::clone(ground)),
            &invoke,
            &self.reading(ground, &chance, Arc::new(Bucket(Arc::clone(ground)))),
        )?;
        let queue_mappings = QueueMappings::start(
            queue_mapping::declared(&self.stack)?,
            &queue_mapping::Surroundings {
                queues: queues.clone(),
                clock,
                chance: chance.clone(),
                journal: journal(),
                invoke: Arc::clone(&invoke),
                polling: self.polling,
                pauses: queue_mapping::Surroundings::PAUSES,
            },
        )?;
        let destination =
            || Destination::new(&self.stack, queues.clone(), PathBuf::new(), chance.clone());
        let pipes = self.pipes(ground, &buses, &chance, destination())?;
        let failures = ConsumerFailures {
            ground: Arc::clone(ground),
            destination: destination(),
        };
        Ok(Life {
            pipes,
            _mappings: mappings,
            _deliveries: buses.start(),
            buses,
            _asynchronous: asynchronous.start(invoke, Arc::new(failures)),
            _queue_mappings: queue_mappings,
            queues,
            functions,
            scheduled: JoinSet::new(),
        })
    }
}
