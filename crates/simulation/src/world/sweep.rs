//! The sweeper of the outbox: `cargo outbox verify`, over the simulation's table.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use outbox::quarantine::Quarantined;
use outbox::row::OutboxItem;
use outbox::verify::{
    Damaged, Place, Report, Verification, ids_in_failure_record, ids_in_quarantined, publish_again,
};

use super::ground::Ground;
use super::life::Life;
use crate::functions::{Bus, Marks};
use crate::observation::{Observation, Verified};
use crate::table::to_sdk;

/// How old a row is when it counts.
const GRACE: Duration = Duration::from_mins(5);

impl Ground {
    /// Looks at every row, and tells what it found.
    pub(crate) fn verify(&self, last: bool) -> Report {
        let now = i64::try_from(self.clock.now().0).unwrap_or(i64::MAX);
        let now = Timestamp::from_millisecond(now).unwrap_or(Timestamp::UNIX_EPOCH);
        let mut verification = Verification::new(now, GRACE);
        let quarantined = self
            .quarantined
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for message in quarantined.iter().flat_map(Quarantined::read) {
            for id in ids_in_quarantined(&message) {
                verification.lies(id, Place::Quarantine);
            }
        }
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        for id in failures
            .iter()
            .flat_map(|it| ids_in_failure_record(it))
            .flatten()
        {
            verification.lies(id, Place::FailureDestination);
        }
        for image in self.table.images() {
            match serde_dynamo::from_item::<_, OutboxItem>(to_sdk(&image)) {
                Ok(item) => verification.item(item),
                Err(error) => verification.damaged(Damaged {
                    id: image["id"]["S"].as_str().unwrap_or_default().to_owned(),
                    problem: error.to_string(),
                }),
            }
        }
        let report = verification.end();
        let of = |place| {
            let unpublished = report.unpublished.iter();
            let there = unpublished.filter(|(_, of)| *of == place);
            there.map(|(row, _)| row.id.clone()).collect()
        };
        let found = Verified {
            published: report.published,
            young: report.young,
            in_quarantine: of(Place::Quarantine),
            in_failure_records: of(Place::FailureDestination),
            nowhere: of(Place::Nowhere),
            damaged: report
                .damaged
                .iter()
                .map(|(row, place)| (row.id.clone(), *place == Place::Nowhere))
                .collect(),
        };
        self.observe(Observation::Verified { found, last });
        report
    }
}

impl Life {
    /// Looks at every row and publishes again what lies nowhere.
    pub(crate) async fn sweep(&self, ground: &Arc<Ground>) {
        let report = ground.verify(false);
        let bus = Bus {
            ground: Arc::clone(ground),
            buses: self.buses.clone(),
        };
        let nowhere = report.nowhere().cloned();
        publish_again(nowhere, &bus, &Marks(Arc::clone(ground))).await;
    }
}
