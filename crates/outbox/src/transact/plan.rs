//! What a transaction is to write.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use jiff::Timestamp;

use super::action::{Action, Item, facts};
use super::error::Invalid;
use crate::events::Draft;
use crate::row;

/// The names of the key attributes of tables.
pub(super) type Keys = BTreeMap<String, Vec<String>>;

/// What is written, but for the sequence numbers.
pub(super) struct Plan {
    pub(super) table: String,
    pub(super) given: Vec<TransactWriteItem>,
    pub(super) events: Vec<Planned>,
    /// Of the events, each once.
    pub(super) aggregates: Vec<String>,
    pub(super) keys: Keys,
    pub(super) created: Timestamp,
    pub(super) traceparent: Option<String>,
}

/// An event of the plan.
pub(super) struct Planned {
    pub(super) event_id: String,
    /// Its place among the aggregates.
    pub(super) aggregate: usize,
    pub(super) draft: Draft,
}

impl Plan {
    /// All actions in the order in which they are sent.
    pub(super) fn names(&self) -> Result<Vec<Action>, Invalid> {
        let given = self.given.iter().enumerate().map(|(nth, action)| {
            let position = nth + 1;
            let facts = facts(action).ok_or(Invalid::UnknownAction { position })?;
            Ok(Action::Given {
                position,
                kind: facts.kind,
                table: facts.table.to_owned(),
            })
        });
        let counters = self.aggregates.iter().map(|aggregate| {
            Ok(Action::Counter {
                aggregate: aggregate.clone(),
            })
        });
        let events = self.events.iter().enumerate().map(|(nth, event)| {
            Ok(Action::Event {
                position: nth + 1,
                detail_type: event.draft.detail_type.to_owned(),
                aggregate: self.aggregates[event.aggregate].clone(),
            })
        });
        given.chain(counters).chain(events).collect()
    }

    /// The last sequence number in an aggregate's counter; 0 when it has none yet.
    pub(super) fn last_sequence(
        &self,
        aggregate: usize,
        counter: Option<&Item>,
    ) -> Result<u64, Invalid> {
        let Some(counter) = counter else {
            return Ok(0);
        };
        match counter.get(row::LAST_SEQUENCE) {
            Some(AttributeValue::N(number)) => number
                .parse()
                .map_err(|_| self.damaged(aggregate, format!("lastSequence is {number}"))),
            _ => Err(self.damaged(aggregate, "it has no number lastSequence".to_owned())),
        }
    }

    pub(super) fn damaged(&self, aggregate: usize, problem: String) -> Invalid {
        let aggregate = self.aggregates[aggregate].clone();
        Invalid::Counter { aggregate, problem }
    }
}

/// The key of an item of the outbox table.
pub(super) fn key(id: String) -> Item {
    Item::from([(row::KEY.to_owned(), AttributeValue::S(id))])
}
