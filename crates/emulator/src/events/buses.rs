use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use delivery::Time;
use delivery::bus::{Bucket, Place, Quotas};
use delivery::target::Backoff;
use tokio::sync::Notify;

use super::declared::DEFAULT_BUS;
use super::target::Targets;
use super::{Bus, Declared, archive, deliveries, driver, schedules};
use crate::background::Background;
use crate::{Chance, Clock, Journal, Outage, Store, StoreError};

/// What may differ from AWS so that a person need not wait for minutes, and what AWS only promises not
/// to promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The pauses between attempts to deliver to a target.
    pub backoff: Backoff,
    /// How many events a second are taken and delivered; those of the Region if absent.
    pub quotas: Option<Quotas>,
    /// Whether targets and dead-letter queues must let their rules in, as on AWS.
    pub permissions: bool,
    /// Of a thousand deliveries so many are made twice. AWS says that it happens, not how often.
    pub repeats_per_thousand: u32,
    /// Deliveries begin up to so much later than their event, so that they overtake each other. AWS
    /// promises no order.
    pub disorder: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            backoff: Backoff::default(),
            quotas: None,
            permissions: true,
            repeats_per_thousand: 0,
            disorder: Duration::ZERO,
        }
    }
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
    pub(super) outage: Outage,
    put_events: Mutex<Bucket>,
    invocations: Mutex<Bucket>,
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
        store.create(schedules::SCHEMA)?;
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
        let quotas = settings
            .quotas
            .unwrap_or_else(|| Quotas::of_region(&place.region));
        let bucket = |per_second| Mutex::new(Bucket::new(per_second, clock.now()));
        Ok(Self(Arc::new(Inner {
            put_events: bucket(quotas.put_events_per_second),
            invocations: bucket(quotas.invocations_per_second),
            declared,
            place,
            store,
            clock,
            chance,
            journal,
            targets,
            settings,
            taken: Notify::new(),
            outage: Outage::default(),
        })))
    }

    /// Delivers what is pending until the answer is dropped.
    #[must_use]
    pub fn start(&self) -> Background {
        Background::start(driver::drive(self.clone()))
    }

    /// How to make `PutEvents` fail, whoever calls it; what was taken goes on to its targets.
    #[must_use]
    pub fn outage(&self) -> &Outage {
        &self.0.outage
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

    /// Whether the Region takes one more event now.
    pub(super) fn takes_one_more(&self) -> bool {
        lock(&self.0.put_events).take(self.0.clock.now())
    }

    /// How many targets may be invoked now.
    pub(super) fn invocations_left(&self) -> u64 {
        lock(&self.0.invocations).tokens(self.0.clock.now())
    }

    /// When a target may be invoked again.
    pub(super) fn next_invocation(&self) -> Time {
        lock(&self.0.invocations).next(self.0.clock.now())
    }

    /// Counts one invocation of a target.
    pub(super) fn count_invocation(&self) {
        lock(&self.0.invocations).take(self.0.clock.now());
    }
}

fn lock(bucket: &Mutex<Bucket>) -> std::sync::MutexGuard<'_, Bucket> {
    bucket.lock().unwrap_or_else(PoisonError::into_inner)
}
