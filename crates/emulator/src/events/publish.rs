//! `PutEvents`.

use delivery::Time;
use delivery::bus::{Entry, EntryError, Event, RequestError, read};
use delivery::document::Document;
use delivery::pattern::Pattern;
use serde_json::{Value, json};

use super::deliveries::First;
use super::{Buses, Settings, Target, archive, deliveries};
use crate::front::ServiceError;
use crate::{Occurrence, StoreError};

/// An accepted entry: what goes into the store, and what there is to tell.
struct Accepted<'a> {
    id: String,
    event: String,
    targets: Vec<(&'a str, &'a Target)>,
    archives: Vec<&'a str>,
    bus: String,
    detail_type: String,
    bus_exists: bool,
    matched_rules: usize,
}

impl Buses {
    /// Takes the entries of one request: answers when all that was accepted is committed.
    pub(super) fn put_events(&self, body: Value) -> Result<Value, ServiceError> {
        if let Some(error) = self.0.outage.error(self.0.clock.now()) {
            return Err(error);
        }
        let entries = read(body).map_err(|error| refused(&error))?;
        let entries: Vec<Result<Accepted<'_>, EntryError>> = entries
            .into_iter()
            .map(|entry| self.within_quota(entry?))
            .map(|entry| entry.map(|entry| self.accept(entry)))
            .collect();
        self.keep(&entries).map_err(|error| ServiceError {
            code: "InternalException".to_owned(),
            ..ServiceError::internal(format!("nothing was published: {error}"))
        })?;
        self.0.taken.notify_one();
        self.tell(&entries);
        let failed = entries.iter().filter(|entry| entry.is_err()).count();
        let answers: Vec<Value> = entries
            .iter()
            .map(|entry| match entry {
                Ok(accepted) => json!({"EventId": accepted.id}),
                Err(error) => json!({"ErrorCode": error.code, "ErrorMessage": error.message}),
            })
            .collect();
        Ok(json!({"FailedEntryCount": failed, "Entries": answers}))
    }

    /// Refuses what the Region does not take in this second.
    fn within_quota(&self, entry: Entry) -> Result<Entry, EntryError> {
        if self.takes_one_more() {
            return Ok(entry);
        }
        Err(EntryError {
            bus: entry.bus,
            detail_type: Some(entry.detail_type),
            code: "ThrottlingException",
            message: "Rate exceeded".to_owned(),
        })
    }

    fn accept(&self, entry: Entry) -> Accepted<'_> {
        let id = self.0.chance.uuid().to_string();
        let detail_type = entry.detail_type.clone();
        let bus = self.bus(entry.bus.as_deref());
        let named = entry.bus.clone();
        let place = self.0.place.clone();
        let event = Event::of(entry, id.clone(), place, self.0.clock.now());
        let text = event.to_text();
        let event = Document::parse(&text).ok();
        let matches = |pattern: &Pattern| {
            let event = event.as_ref();
            event.is_some_and(|event| pattern.matches_document(event))
        };
        let declared = &self.0.declared;
        let matching: Vec<_> = declared
            .rules
            .iter()
            .filter(|rule| bus.is_some_and(|bus| bus.name == rule.bus))
            .filter(|rule| rule.enabled && rule.pattern.as_ref().is_some_and(matches))
            .collect();
        let archives = declared
            .archives
            .iter()
            .filter(|archive| bus.is_some_and(|bus| bus.arn == archive.bus_arn))
            .filter(|archive| archive.pattern.as_ref().is_none_or(matches))
            .map(|archive| archive.arn.as_str())
            .collect();
        Accepted {
            targets: matching
                .iter()
                .flat_map(|rule| rule.with_targets())
                .collect(),
            archives,
            bus: bus.map_or_else(|| named.unwrap_or_default(), |bus| bus.name.clone()),
            bus_exists: bus.is_some(),
            matched_rules: matching.len(),
            id,
            detail_type,
            event: text,
        }
    }

    /// One transaction for all entries.
    fn keep(&self, entries: &[Result<Accepted<'_>, EntryError>]) -> Result<(), StoreError> {
        let now = self.0.clock.now();
        self.0.store.commit(|transaction| {
            for accepted in entries.iter().flatten() {
                if !accepted.targets.is_empty() {
                    let deliveries = self.deliveries(&accepted.targets, now);
                    deliveries::insert(transaction, &accepted.event, &deliveries, now)?;
                }
                for archive in &accepted.archives {
                    archive::insert(transaction, archive, &accepted.event, now)?;
                }
            }
            Ok(())
        })
    }

    /// One delivery to each target, or two, each at its time.
    pub(super) fn deliveries<'a>(
        &self,
        targets: &[(&'a str, &'a Target)],
        now: Time,
    ) -> Vec<First<'a>> {
        let Settings {
            repeats_per_thousand,
            disorder,
            ..
        } = self.0.settings;
        let mut deliveries = Vec::with_capacity(targets.len());
        for &(rule_arn, target) in targets {
            let twice = repeats_per_thousand > 0
                && self.0.chance.fraction() * 1000.0 < f64::from(repeats_per_thousand);
            for _ in 0..=u8::from(twice) {
                let late = if disorder.is_zero() {
                    disorder
                } else {
                    disorder.mul_f64(self.0.chance.fraction())
                };
                deliveries.push(First {
                    rule_arn,
                    target,
                    due_at: now.plus(late),
                });
            }
        }
        deliveries
    }

    fn tell(&self, entries: &[Result<Accepted<'_>, EntryError>]) {
        let journal = &self.0.journal;
        for entry in entries {
            match entry {
                Ok(accepted) => {
                    if !accepted.bus_exists {
                        self.warn(format!(
                            "the event bus {:?} does not exist: {} {} was answered with success and dropped, as on AWS",
                            accepted.bus, accepted.detail_type, accepted.id
                        ));
                    }
                    journal.tell(Occurrence::Published {
                        bus: accepted.bus.clone(),
                        detail_type: accepted.detail_type.clone(),
                        event_id: Some(accepted.id.clone()),
                        error_code: None,
                        matched_rules: accepted.matched_rules,
                    });
                }
                Err(error) => journal.tell(Occurrence::Published {
                    bus: error.bus.clone().unwrap_or_default(),
                    detail_type: error.detail_type.clone().unwrap_or_default(),
                    event_id: None,
                    error_code: Some(error.code.to_owned()),
                    matched_rules: 0,
                }),
            }
        }
        journal.tell(Occurrence::PutEventsCall {
            entries: entries.len(),
            failed: entries.iter().filter(|entry| entry.is_err()).count(),
        });
    }
}

fn refused(error: &RequestError) -> ServiceError {
    let code = match error {
        RequestError::Shape(_) => "SerializationException",
        RequestError::Validation(_) => "ValidationException",
    };
    ServiceError::bad_request(code, error.to_string())
}
