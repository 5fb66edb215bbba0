use std::sync::Mutex;
use std::time::Duration;

use emulator::{Chance, Clock, Store, StoreError};
use outbox::consume::order::Bounds;
use outbox::quarantine::Message;

use super::faults::{Faults, between};
use super::recorder::Recorder;
use crate::functions::{Lanes, Records, Statuses};
use crate::observation::Observation;
use crate::scenario::{FaultKind, Flow};
use crate::table::{Table, Transactions};
use crate::trace::START;
use crate::{Scenario, Variant};

/// What a kill does not touch: the durable state, the table, and what plays the rest of the world.
#[derive(Debug)]
pub(crate) struct Ground {
    pub(crate) flow: Flow,
    pub(crate) seed: u64,
    pub(crate) variant: Variant,
    pub(crate) clock: Clock,
    pub(crate) table: Table,
    /// The shop's table, and its transactions with the outbox.
    pub(crate) transactions: Transactions,
    /// What the mapping's failure destination holds.
    pub(crate) failures: Mutex<Vec<String>>,
    /// What the quarantine took.
    pub(crate) quarantined: Mutex<Vec<Message>>,
    pub(crate) statuses: Statuses,
    /// What consumers know of the events that they have had.
    pub(crate) records: Records,
    /// How far the consumer of each order's history is.
    pub(crate) lanes: Lanes,
    pub(crate) order_bounds: Bounds,
    pub(crate) rows_kept_for: Duration,
    pub(crate) store: Store,
    pub(crate) recorder: Recorder,
    pub(crate) relay_timeout: Duration,
    faults: Faults,
    chance: Chance,
}

impl Ground {
    pub(crate) fn new(scenario: &Scenario, variant: Variant) -> Result<Self, StoreError> {
        let clock = Clock::starting_at(START);
        Ok(Self {
            flow: scenario.flow,
            seed: scenario.seed,
            variant,
            clock,
            table: Table::new(scenario.flow, scenario.seed, scenario.settings.shards),
            transactions: Transactions::new(
                &scenario.settings.stock,
                scenario.settings.remembers_cancelled,
            ),
            failures: Mutex::default(),
            quarantined: Mutex::default(),
            statuses: Statuses::default(),
            records: Records::default(),
            lanes: Lanes::default(),
            order_bounds: scenario.settings.order_bounds,
            rows_kept_for: scenario.settings.rows_kept_for,
            store: Store::in_memory()?,
            recorder: Recorder::new(clock),
            relay_timeout: scenario.settings.relay_timeout,
            faults: Faults::new(&scenario.faults, START),
            chance: Chance::seeded(scenario.seed),
        })
    }

    /// A number below `count`.
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts of actions are small"
    )]
    pub(crate) fn draw(&self, count: usize) -> usize {
        (self.chance.fraction() * count as f64) as usize
    }

    /// Whether a fault of the wanted kind strikes now, and what it says.
    pub(crate) fn strike<T>(&self, wanted: impl Fn(&FaultKind) -> Option<T>) -> Option<T> {
        let (name, what) = self.faults.strike(self.clock.now(), wanted)?;
        self.recorder.strike(name);
        Some(what)
    }

    /// Whether this fault strikes now.
    pub(crate) fn strikes(&self, kind: &FaultKind) -> bool {
        self.strike(|live| (live == kind).then_some(())).is_some()
    }

    pub(crate) fn observe(&self, what: Observation) {
        self.recorder.observe(what);
    }

    /// Time that something takes. Never ends in an emulator that was killed meanwhile, so that nothing it has begun
    /// goes on.
    pub(crate) async fn takes(&self, least: u64, most: u64) {
        self.passes(least, most).await;
        self.alive().await;
    }

    /// Time that something takes which is no part of the emulator.
    pub(crate) async fn passes(&self, least: u64, most: u64) {
        let milliseconds = Duration::from_millis;
        let fraction = self.chance.fraction();
        tokio::time::sleep(between(milliseconds(least), milliseconds(most), fraction)).await;
    }

    /// Returns at once, or never if the emulator was killed.
    pub(crate) async fn alive(&self) {
        if self.store.is_failing() {
            std::future::pending::<()>().await;
        }
    }
}
