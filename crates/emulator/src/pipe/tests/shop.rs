//! The declared stack, run on virtual time.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use delivery::bus::Place;
use delivery::pipe::CallError;
use serde_json::{Value, json};
use stack::Resource;
use tokio::sync::broadcast::Receiver;

use super::bus::Bus;
use super::declared::{pipe, stack_with};
use crate::destination::Destination;
use crate::dynamodb::{self, DynamoDb, Location, Tables};
use crate::events;
use crate::front::Service;
use crate::mapping::{Polling, Surroundings};
use crate::pipe::{Error, Pipes, PutEvents, State, declared};
use crate::sqs::Queues;
use crate::testing::{Ground, Services};
use crate::{Background, Chance, Clock, Journal, Occurrence, Store};

/// What outlives a run.
pub(super) struct Machine {
    pub(super) tables: Tables,
    pub(super) store: Store,
    pub(super) clock: Clock,
}

/// One run of an emulator.
pub(super) struct Run {
    pub(super) pipes: Pipes,
    pub(super) bus: Arc<Bus>,
    pub(super) queues: Queues,
    pub(super) journal: Receiver<Occurrence>,
    _background: Background,
}

impl Machine {
    pub(super) fn in_memory() -> Self {
        Self::with(&Location::Memory, Store::in_memory().unwrap())
    }

    pub(super) fn with(location: &Location, store: Store) -> Self {
        let clock = Clock::system();
        let stack = stack_with(pipe(&json!({}), &json!({})));
        let tables = Tables::open(
            location,
            "eu-west-1",
            "123456789012",
            dynamodb::declared(&stack).unwrap(),
            clock,
            Journal::new(16),
        )
        .unwrap();
        Self {
            tables,
            store,
            clock,
        }
    }

    /// Starts the pipe with these parameters of its stream over a bus that works.
    pub(super) fn start(&self, stream: &Value) -> Run {
        self.start_with(pipe(stream, &json!({})), |_| None)
    }

    pub(super) fn start_with(
        &self,
        pipe: Resource,
        script: impl FnMut(&Value) -> Option<Result<Value, CallError>> + Send + 'static,
    ) -> Run {
        self.try_start(pipe, script).unwrap()
    }

    pub(super) fn try_start(
        &self,
        pipe: Resource,
        script: impl FnMut(&Value) -> Option<Result<Value, CallError>> + Send + 'static,
    ) -> Result<Run, Error> {
        let stack = stack_with(pipe);
        let ground = Ground {
            store: self.store.clone(),
            clock: self.clock,
            chance: Chance::system(),
            journal: Journal::new(4_096),
        };
        let place = Place {
            region: "eu-west-1".to_owned(),
            account: "123456789012".to_owned(),
        };
        let settings = events::Settings::default();
        let Services { queues, buses, .. } = Services::declared(&stack, place, &ground, settings);
        let background = buses.start();
        let bus = Bus::new(buses, script);
        let folder = Path::new("").to_owned();
        let failures = Destination::new(&stack, queues.clone(), folder, ground.chance.clone());
        let Ground {
            store,
            clock,
            chance,
            journal,
        } = ground;
        let listening = journal.listen();
        let surroundings = Surroundings {
            store,
            clock,
            chance,
            journal,
            failures: Arc::new(failures),
            polling: Polling::Instant,
            pauses: Surroundings::PAUSES,
        };
        let taking: Arc<dyn PutEvents> = bus.clone();
        let pipes = declared(&stack).unwrap();
        Ok(Run {
            pipes: Pipes::start(pipes, &self.tables, &taking, &surroundings)?,
            bus,
            queues,
            journal: listening,
            _background: background,
        })
    }

    pub(super) async fn put(&self, id: &str, note: &str) {
        let item =
            json!({ "id": { "S": id }, "status": { "S": "CREATED" }, "note": { "S": note } });
        self.call("PutItem", json!({ "TableName": "orders", "Item": item }))
            .await;
    }

    pub(super) async fn call(&self, operation: &str, request: Value) {
        DynamoDb::new(self.tables.clone())
            .call(operation, request)
            .await
            .unwrap();
    }

    pub(super) async fn put_all(&self, ids: std::ops::Range<u32>) {
        for id in ids {
            self.put(&id.to_string(), "").await;
        }
    }
}

impl Run {
    /// The next event that the rule's queue gets.
    pub(super) async fn event(&self) -> Value {
        serde_json::from_str(&self.queues.next_body("changes").await).unwrap()
    }

    /// The ids of the orders in the queue once it gets no more, in order of arrival.
    pub(super) async fn arrived(&self) -> Vec<String> {
        let mut ids = Vec::new();
        while let Ok(event) = tokio::time::timeout(Duration::from_mins(1), self.event()).await {
            ids.push(event["detail"]["id"].as_str().unwrap().to_owned());
        }
        ids
    }

    /// The next message of the pipe's dead-letter queue.
    pub(super) async fn dead_letter(&self) -> Value {
        serde_json::from_str(&self.queues.next_body("pipe-failed").await).unwrap()
    }

    pub(super) fn state(&self) -> State {
        self.pipes.watch("orders").unwrap().borrow().clone()
    }

    /// What was told since the last time.
    pub(super) fn told(&mut self) -> Vec<Occurrence> {
        std::iter::from_fn(|| self.journal.try_recv().ok()).collect()
    }

    pub(super) fn warnings(&mut self) -> Vec<String> {
        let told = self.told().into_iter();
        told.filter_map(|it| match it {
            Occurrence::Warning(text) => Some(text),
            _ => None,
        })
        .collect()
    }
}
