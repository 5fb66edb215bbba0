#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use std::sync::Arc;

use delivery::bus::Place;
use stack::Stack;

use crate::asynchronous::{self, Asynchronous};
use crate::events::{self, Buses, StackTargets};
use crate::sqs::{self, Queues};
use crate::{Chance, Clock, Journal, Store};

/// What services work with.
pub(crate) struct Ground {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) chance: Chance,
    pub(crate) journal: Journal,
}

/// The services that events pass through, none of which works yet.
pub(crate) struct Services {
    pub(crate) queues: Queues,
    pub(crate) asynchronous: Asynchronous,
    pub(crate) buses: Buses,
}

impl Services {
    /// Those that a stack declares.
    pub(crate) fn declared(
        stack: &Stack,
        place: Place,
        ground: &Ground,
        settings: events::Settings,
    ) -> Self {
        let Ground {
            store,
            clock,
            chance,
            journal,
        } = ground;
        let declared = sqs::declared(stack).unwrap();
        let queues = Queues::new(declared, store.clone(), *clock, chance.clone()).unwrap();
        let asynchronous = Asynchronous::new(
            asynchronous::declared(stack).unwrap(),
            store.clone(),
            *clock,
            chance.clone(),
            journal.clone(),
            asynchronous::Settings::default(),
        )
        .unwrap();
        let surroundings = events::Surroundings {
            store: store.clone(),
            clock: *clock,
            chance: chance.clone(),
            journal: journal.clone(),
            targets: Arc::new(StackTargets {
                asynchronous: asynchronous.clone(),
                queues: queues.clone(),
            }),
        };
        let declared = events::declared(stack).unwrap();
        let buses = Buses::new(declared, place, surroundings, settings).unwrap();
        Self {
            queues,
            asynchronous,
            buses,
        }
    }
}
