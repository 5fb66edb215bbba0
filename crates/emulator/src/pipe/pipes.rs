use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::to_bus::ToBus;
use super::{Error, Pipe, PutEvents};
use crate::Occurrence;
use crate::mapping::{Coordinator, Reader, Saved, Streams, Surroundings};

/// What a pipe is doing: AWS's `CurrentState` with its `StateReason`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It reads its stream.
    Running,
    /// It does not; it keeps its position.
    Stopped {
        /// Why.
        reason: String,
    },
}

/// Running pipes. Dropping this ends them at once; what was under way comes again at the next start.
#[derive(Debug)]
pub struct Pipes {
    states: BTreeMap<String, watch::Receiver<State>>,
    _tasks: JoinSet<()>,
}

impl Pipes {
    /// Starts every pipe that is wanted running: `buses` take their events.
    ///
    /// # Errors
    /// A pipe's stream is not there, or its progress can't be read: none is started then. A stream that can't be read
    /// now is tried again.
    pub fn start(
        pipes: Vec<Pipe>,
        streams: &dyn Streams,
        buses: &Arc<dyn PutEvents>,
        surroundings: &Surroundings,
    ) -> Result<Self, Error> {
        let saved = Saved::open(surroundings.store.clone())?;
        let mut states = BTreeMap::new();
        let mut running = Vec::new();
        for pipe in pipes {
            let stream = streams
                .stream(&pipe.source_arn)
                .ok_or_else(|| Error::NoStream {
                    pipe: pipe.name.clone(),
                    stream: pipe.source_arn.clone(),
                })?;
            for remark in &pipe.settings.remarks {
                let remark = format!("the pipe {} {remark}", pipe.name);
                surroundings.journal.tell(Occurrence::Warning(remark));
            }
            let name = pipe.name.clone();
            if !pipe.settings.reading.enabled {
                let reason = "USER_INITIATED: `desiredState` is STOPPED".to_owned();
                states.insert(name, watch::channel(State::Stopped { reason }).1);
                continue;
            }
            let (state, states_of_it) = watch::channel(State::Running);
            let reader = Reader {
                title: format!("the pipe {name}"),
                id: pipe.arn.clone(),
                settings: pipe.settings.reading.clone(),
                consumer: ToBus::new(pipe, Arc::clone(buses), surroundings.clone(), state),
            };
            let coordinator =
                Coordinator::new(reader, stream, saved.clone(), surroundings.clone())?;
            running.push((coordinator, states_of_it.clone()));
            states.insert(name, states_of_it);
        }
        let mut tasks = JoinSet::new();
        for (coordinator, state) in running {
            tasks.spawn(run(coordinator, state));
        }
        Ok(Self {
            states,
            _tasks: tasks,
        })
    }

    /// What each pipe is doing, by its name.
    pub fn states(&self) -> impl Iterator<Item = (&str, State)> {
        self.states
            .iter()
            .map(|(name, state)| (name.as_str(), state.borrow().clone()))
    }

    /// What a pipe is doing, now and from now on.
    #[must_use]
    pub fn watch(&self, name: &str) -> Option<watch::Receiver<State>> {
        self.states.get(name).cloned()
    }
}

/// Runs until the pipe stops by itself: what was under way is dropped then, and its position is kept.
async fn run(coordinator: Coordinator, mut state: watch::Receiver<State>) {
    tokio::select! {
        biased;
        _ = state.wait_for(|state| *state != State::Running) => {}
        () = coordinator.run() => {}
    }
}
