//! The actions of a transaction, and how errors name them.

use std::collections::HashMap;
use std::fmt;

use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Put, TransactWriteItem, Update,
};

/// Attributes by name.
pub(super) type Item = HashMap<String, AttributeValue>;

/// One action of a transaction, as errors name it: the caller's by its place, the others by what they are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// An action that the caller gave.
    Given {
        /// 1 for the first one.
        position: usize,
        /// What it does.
        kind: Kind,
        /// The name or the ARN of its table.
        table: String,
    },
    /// The counter that gives an aggregate's events their sequence numbers.
    Counter {
        /// The aggregate.
        aggregate: String,
    },
    /// The outbox row of an event.
    Event {
        /// 1 for the first event.
        position: usize,
        /// Its detail-type.
        detail_type: String,
        /// What it belongs to.
        aggregate: String,
    },
}

/// What an action does (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItem.html>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "AWS's words")]
pub enum Kind {
    Put,
    Update,
    Delete,
    ConditionCheck,
}

impl fmt::Display for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given {
                position,
                kind,
                table,
            } => write!(formatter, "action {position} ({kind:?} in {table:?})"),
            Self::Counter { aggregate } => {
                write!(formatter, "the counter of the aggregate {aggregate:?}")
            }
            Self::Event {
                position,
                detail_type,
                aggregate,
            } => write!(
                formatter,
                "event {position} ({detail_type} of {aggregate:?})"
            ),
        }
    }
}

/// What the checks before sending need to know of an action.
pub(super) struct Facts<'a> {
    pub(super) kind: Kind,
    pub(super) table: &'a str,
    /// The key, or for a put the whole item.
    pub(super) key: Option<&'a Item>,
    pub(super) item: Option<&'a Item>,
    values: Option<&'a Item>,
}

impl Facts<'_> {
    /// The bytes that the request surely has of this action: what DynamoDB counts is the item after the write, which
    /// for an update nobody knows before.
    pub(super) fn bytes(&self) -> usize {
        let of = |item: Option<&Item>| item.map_or(0, super::size::item);
        match self.kind {
            Kind::Put => of(self.item),
            Kind::Update => of(self.key) + of(self.values),
            Kind::Delete | Kind::ConditionCheck => of(self.key),
        }
    }
}

pub(super) fn facts(action: &TransactWriteItem) -> Option<Facts<'_>> {
    let facts = |kind, table, key, item, values| Facts {
        kind,
        table,
        key,
        item,
        values,
    };
    if let Some(Put {
        table_name, item, ..
    }) = &action.put
    {
        return Some(facts(Kind::Put, table_name, Some(item), Some(item), None));
    }
    if let Some(Update {
        table_name,
        key,
        expression_attribute_values: values,
        ..
    }) = &action.update
    {
        let values = values.as_ref();
        return Some(facts(Kind::Update, table_name, Some(key), None, values));
    }
    if let Some(Delete {
        table_name, key, ..
    }) = &action.delete
    {
        return Some(facts(Kind::Delete, table_name, Some(key), None, None));
    }
    if let Some(ConditionCheck {
        table_name, key, ..
    }) = &action.condition_check
    {
        let key = Some(key);
        return Some(facts(Kind::ConditionCheck, table_name, key, None, None));
    }
    None
}
