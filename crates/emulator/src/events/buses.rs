use std::sync::Arc;

use delivery::bus::Place;
use delivery::target::Backoff;
use tokio::sync::Notify;

use super::declared::DEFAULT_BUS;
use super::target::Targets;
use super::{Bus, Declared, archive, deliveries, driver};
use crate::background::Background;
use crate::{Chance, Clock, Journal, Store, StoreError};

/// What may differ from AWS so that a person need not wait for minutes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The pauses between attempts to deliver to a target.
    pub backoff: Backoff,
}

/// All buses of a stack. Cheap to clone: clones are the same buses.
#[derive(Clone)]
pub struct Buses(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) declared: Declared,
    pub(super) place: Place,
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) chance: Chance,
    pub(super) journal: Journal,
    pub(super) targets: Arc<dyn Targets>,
    pub(super) settings: Settings,
    pub(super) taken: Notify,
}

/// What the buses need of the emulator.
pub struct Surroundings {
    /// Where events and pending deliveries are kept.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// Event ids and jitter.
    pub chance: Chance,
    /// Where they tell what they do.
    pub journal: Journal,
    /// What takes the events.
    pub targets: Arc<dyn Targets>,
}

impl Buses {
    /// The declared buses and the account's `default` bus, over their events in the store.
    pub fn new(
        mut declared: Declared,
        place: Place,
        surroundings: Surroundings,
        settings: Settings,
    ) -> Result<Self, StoreError> {
        let Surroundings {
            store,
            clock,
            chance,
            journal,
            targets,
        } = surroundings;
        store.create(deliveries::SCHEMA)?;
        store.create(archive::SCHEMA)?;
        if declared.buses.iter().all(|bus| bus.name != DEFAULT_BUS) {
            declared.buses.push(Bus {
                name: DEFAULT_BUS.to_owned(),
                arn: format!(
                    "arn:aws:events:{}:{}:event-bus/{DEFAULT_BUS}",
                    place.region, place.account
                ),
                description: None,
            });
        }
        Ok(Self(Arc::new(Inner {
            declared,
            place,
            store,
            clock,
            chance,
            journal,
            targets,
            settings,
            taken: Notify::new(),
        })))
    }

    /// Delivers what is pending until the answer is dropped.
    #[must_use]
    pub fn start(&self) -> Background {
        Background::start(driver::drive(self.clone()))
    }

    /// The bus with this name or ARN.
    pub(super) fn bus(&self, name_or_arn: Option<&str>) -> Option<&Bus> {
        let wanted = name_or_arn.unwrap_or(DEFAULT_BUS);
        self.0
            .declared
            .buses
            .iter()
            .find(|bus| bus.name == wanted || bus.arn == wanted)
    }
}
