//! What AWS would refuse
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>).

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::action::{Action, Facts, Item, facts};
use super::error::Invalid;
use super::plan::{Keys, Plan};
use super::size::ITEM_BYTES;
use crate::row::MARK_BYTES;

/// The most actions of a transaction.
pub const ACTIONS: usize = 100;

/// The most bytes of a transaction: 4 MB.
pub const TRANSACTION_BYTES: usize = 4 * 1024 * 1024;

/// The most bytes of an aggregate's name: with its prefix it is a partition key of at most 2,048 bytes.
pub const AGGREGATE_BYTES: usize = 2048 - "sequence#".len();

pub(super) fn counts(plan: &Plan, names: &[Action]) -> Result<(), Invalid> {
    if plan.events.is_empty() {
        return Err(Invalid::NoEvent);
    }
    match names.get(ACTIONS) {
        None => Ok(()),
        Some(first_too_many) => Err(Invalid::TooManyActions {
            given: plan.given.len(),
            events: plan.events.len(),
            counters: plan.aggregates.len(),
            limit: ACTIONS,
            first_too_many: first_too_many.clone(),
        }),
    }
}

pub(super) fn aggregates(plan: &Plan, names: &[Action]) -> Result<(), Invalid> {
    let names_of_events = &names[names.len() - plan.events.len()..];
    for (event, name) in plan.events.iter().zip(names_of_events) {
        let bytes = plan.aggregates[event.aggregate].len();
        if bytes == 0 || bytes > AGGREGATE_BYTES {
            return Err(Invalid::Aggregate {
                event: name.clone(),
                bytes,
                limit: AGGREGATE_BYTES,
            });
        }
    }
    Ok(())
}

/// A put tells its key only to those who know the key's names: from [`Keys`], or from another action on the table.
pub(super) fn same_item(
    request: &[TransactWriteItem],
    names: &[Action],
    keys: &Keys,
) -> Result<(), Invalid> {
    let mut keys: BTreeMap<&str, Vec<&str>> = keys
        .iter()
        .map(|(table, names)| {
            (
                table_name(table),
                names.iter().map(String::as_str).collect(),
            )
        })
        .collect();
    let all: Vec<Facts<'_>> = request.iter().filter_map(facts).collect();
    for facts in all.iter().filter(|facts| facts.item.is_none()) {
        if let Some(key) = facts.key {
            keys.entry(table_name(facts.table))
                .or_insert_with(|| key.keys().map(String::as_str).collect());
        }
    }
    let located: Vec<_> = all.iter().map(|facts| located(facts, &keys)).collect();
    for (second, place) in located.iter().enumerate() {
        if let Some(first) = located[..second].iter().position(|other| other == place) {
            return Err(Invalid::SameItemTwice {
                first: names[first].clone(),
                second: names[second].clone(),
            });
        }
    }
    Ok(())
}

fn located<'a>(facts: &Facts<'a>, keys: &BTreeMap<&str, Vec<&str>>) -> (&'a str, Item) {
    let table = table_name(facts.table);
    let attributes = facts.key.cloned().unwrap_or_default();
    let key = match (facts.item, keys.get(table)) {
        (Some(_), Some(names)) => attributes
            .into_iter()
            .filter(|(name, _)| names.contains(&name.as_str()))
            .collect(),
        _ => attributes,
    };
    (table, key)
}

/// `arn:aws:dynamodb:us-east-1:000000000000:table/orders` is the table `orders`.
fn table_name(table: &str) -> &str {
    match table.strip_prefix("arn:") {
        Some(arn) => arn.rsplit(":table/").next().unwrap_or(table),
        None => table,
    }
}

pub(super) fn sizes(request: &[TransactWriteItem], names: &[Action]) -> Result<(), Invalid> {
    let mut total = 0;
    let mut largest = (0, 0);
    for (nth, facts) in request.iter().filter_map(facts).enumerate() {
        let bytes = facts.bytes();
        let limit = match names[nth] {
            // A row that can't be marked as published would never expire.
            Action::Event { .. } => ITEM_BYTES - MARK_BYTES,
            _ => ITEM_BYTES,
        };
        if facts.item.is_some() && bytes > limit {
            return Err(Invalid::ItemTooLarge {
                action: names[nth].clone(),
                bytes,
                limit,
            });
        }
        total += bytes;
        largest = largest.max((bytes, nth));
    }
    if total > TRANSACTION_BYTES {
        return Err(Invalid::TooLarge {
            bytes: total,
            limit: TRANSACTION_BYTES,
            largest: names[largest.1].clone(),
        });
    }
    Ok(())
}
