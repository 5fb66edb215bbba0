//! The request of a transaction, without its input and output.

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem, Update};
use contract::{Metadata, SequenceKind};

use super::action::{Action, Item};
use super::check;
use super::error::Invalid;
use super::plan::{Plan, Planned, key};
use crate::entry::entry;
use crate::row::{self, Row};

impl Plan {
    /// The request, given the last sequence number of each aggregate; checked for all that AWS would refuse it for.
    pub(super) fn request(
        &self,
        last: &[u64],
        names: &[Action],
    ) -> Result<Vec<TransactWriteItem>, Invalid> {
        check::counts(self, names)?;
        check::aggregates(self, names)?;
        let mut next = last.to_vec();
        let mut rows = Vec::with_capacity(self.events.len());
        let names_of_events = &names[names.len() - self.events.len()..];
        for (event, name) in self.events.iter().zip(names_of_events) {
            let sequence = &mut next[event.aggregate];
            *sequence = sequence.checked_add(1).ok_or_else(|| {
                self.damaged(event.aggregate, "it can't be counted on".to_owned())
            })?;
            rows.push(self.row(event, *sequence, name)?);
        }
        let counters = last.iter().zip(&next).zip(&self.aggregates);
        let counters = counters.map(|((last, next), aggregate)| {
            let update = count(&self.table, aggregate, *last, *next);
            TransactWriteItem::builder().update(update).build()
        });
        let rows = rows.into_iter().map(|row| {
            let put = put(&self.table, row);
            TransactWriteItem::builder().put(put).build()
        });
        let request: Vec<_> = self
            .given
            .iter()
            .cloned()
            .chain(counters)
            .chain(rows)
            .collect();
        check::same_item(&request, names, &self.keys)?;
        check::sizes(&request, names)?;
        Ok(request)
    }

    fn row(&self, event: &Planned, sequence: u64, name: &Action) -> Result<Row, Invalid> {
        let created_at = format!("{:.3}", self.created);
        let aggregate = &self.aggregates[event.aggregate];
        let mut metadata = Metadata {
            event_id: String::new(),
            occurred_at: created_at.clone(),
            key: aggregate.clone(),
            sequence: sequence.into(),
            sequence_kind: SequenceKind::Counter,
            version: event.draft.version,
            traceparent: self.traceparent.clone(),
        };
        let event_id = event.event_id.clone();
        let entry = entry(event.draft.clone(), event_id, &mut metadata, self.created);
        let entry = entry.map_err(|problem| Invalid::Event {
            event: name.clone(),
            problem,
        })?;
        Ok(Row {
            id: entry.event_id,
            aggregate: aggregate.clone(),
            sequence,
            source: entry.source.into_owned(),
            detail_type: entry.detail_type.into_owned(),
            version: event.draft.version,
            detail: entry.detail,
            traceparent: self.traceparent.clone(),
            created_at,
            published_at: None,
        })
    }
}

/// Takes the numbers behind `last` up to `next`, if nobody else has taken one of them.
#[allow(
    clippy::expect_used,
    reason = "the builder fails only without the table, the key and the expression, which are given"
)]
fn count(table: &str, aggregate: &str, last: u64, next: u64) -> Update {
    let number = |number: u64| AttributeValue::N(number.to_string());
    let update = Update::builder()
        .table_name(table)
        .set_key(Some(key(row::counter_id(aggregate))))
        .update_expression("SET lastSequence = :next")
        .expression_attribute_values(":next", number(next));
    let update = if last == 0 {
        update.condition_expression("attribute_not_exists(lastSequence)")
    } else {
        update
            .condition_expression("lastSequence = :last")
            .expression_attribute_values(":last", number(last))
    };
    update.build().expect("complete")
}

/// The row, if it is not there yet.
#[allow(
    clippy::expect_used,
    reason = "the builder fails only without the table and the item, which are given"
)]
fn put(table: &str, row: Row) -> Put {
    let text = |name: &str, value: String| (name.to_owned(), AttributeValue::S(value));
    let number = |name: &str, value: u64| (name.to_owned(), AttributeValue::N(value.to_string()));
    let mut item = Item::from([
        text(row::KEY, row.id),
        text("aggregate", row.aggregate),
        number("sequence", row.sequence),
        text("source", row.source),
        text("detailType", row.detail_type),
        number("version", row.version.into()),
        text("detail", row.detail),
        text("createdAt", row.created_at),
    ]);
    item.extend(row.traceparent.map(|value| text("traceparent", value)));
    Put::builder()
        .table_name(table)
        .set_item(Some(item))
        .condition_expression("attribute_not_exists(id)")
        .build()
        .expect("complete")
}
