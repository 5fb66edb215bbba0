//! `TransactWriteItems` on the shop table and the outbox, with what others see of it meanwhile.
//!
//! A transaction is begun and, some time later, done: in between its items are locked, and whoever wants one of them
//! hears of a conflict (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html>).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use delivery::Time;
use outbox::transact::{CancellationReason, ReasonCode, WriteError};
use serde_json::{Value, json};

use super::Table;
use super::action::{Action, Place};
use super::attributes::{Attributes, plain, to_sdk};
use super::expression::{holds, updated};
use crate::observation::Change;

/// The name of the shop's table.
pub(crate) const SHOP: &str = "shop";

/// The name of the outbox, the table that has a stream.
pub(crate) const OUTBOX: &str = "outbox";

/// How long a token is known after its transaction was done.
const TOKEN_LIFE: Duration = Duration::from_mins(10);

/// The shop's table, and the transactions under way.
#[derive(Debug)]
pub(crate) struct Transactions {
    remembers_cancelled: bool,
    inside: Mutex<Inside>,
}

#[derive(Debug, Default)]
struct Inside {
    shop: BTreeMap<String, Attributes>,
    tokens: HashMap<String, Known>,
    locked: BTreeSet<Place>,
}

/// What is known of a token: the request that came with it.
#[derive(Debug)]
struct Known {
    request: u64,
    course: Course,
}

#[derive(Clone, Copy, Debug)]
enum Course {
    UnderWay,
    Done(Time),
    Cancelled(Time),
}

/// A transaction that is under way.
#[derive(Debug)]
pub(crate) struct Begun {
    token: String,
    places: Vec<Place>,
    after: Vec<(Place, Attributes)>,
}

/// What a transaction has written.
#[derive(Debug)]
pub(crate) enum Written {
    /// An item of the shop, with its key.
    Shop(String, Value),
    /// An item of the outbox, as its stream has it.
    Outbox(Change),
}

impl Transactions {
    /// The shop with so much of each product.
    pub(crate) fn new(stock: &[u32], remembers_cancelled: bool) -> Self {
        let item = |(product, left): (usize, &u32)| {
            let id = format!("stock#product-{product}");
            let text = |name: &str, value: Value| (name.to_owned(), value);
            let item = Attributes::from_iter([
                text("id", json!({ "S": id })),
                text("inStock", json!({ "N": left.to_string() })),
            ]);
            (id, item)
        };
        Self {
            remembers_cancelled,
            inside: Mutex::new(Inside {
                shop: stock.iter().enumerate().map(item).collect(),
                ..Inside::default()
            }),
        }
    }

    /// An item of the shop.
    pub(crate) fn item(&self, id: &str) -> Option<Attributes> {
        self.inside().shop.get(id).cloned()
    }

    /// Begins a transaction if nothing is against it; `None` if it was done before. `request` is the same number for
    /// the same actions.
    pub(crate) fn begin(
        &self,
        outbox: &Table,
        actions: &[Action],
        (token, request): (&str, u64),
        now: Time,
    ) -> Result<Option<Begun>, WriteError> {
        let mut inside = self.inside();
        if let Some(known) = inside.tokens.get(token).filter(|known| known.lives(now)) {
            match known.course {
                _ if known.request != request => return Err(WriteError::Mismatch),
                Course::UnderWay => {
                    let answer = "TransactionInProgressException";
                    return Err(WriteError::Unknown(answer.to_owned()));
                }
                Course::Done(_) => return Ok(None),
                Course::Cancelled(_) => {}
            }
        }
        let prepared = inside.prepare(outbox, actions);
        let course = match &prepared {
            Ok(_) => Some(Course::UnderWay),
            Err(WriteError::Cancelled(_)) => {
                self.remembers_cancelled.then_some(Course::Cancelled(now))
            }
            Err(_) => None,
        };
        if let Some(course) = course {
            let known = Known { request, course };
            inside.tokens.insert(token.to_owned(), known);
        }
        let after = prepared?;
        let places: Vec<Place> = actions.iter().map(|action| action.place.clone()).collect();
        inside.locked.extend(places.iter().cloned());
        Ok(Some(Begun {
            token: token.to_owned(),
            places,
            after,
        }))
    }

    /// Does what was begun.
    pub(crate) fn finish(&self, outbox: &Table, begun: Begun, now: Time) -> Vec<Written> {
        let mut inside = self.inside();
        for place in &begun.places {
            inside.locked.remove(place);
        }
        if let Some(known) = inside.tokens.get_mut(&begun.token) {
            known.course = Course::Done(now);
        }
        let mut written = Vec::new();
        for ((table, id), item) in begun.after {
            if table == OUTBOX {
                let change = outbox.put_image(&id, item, now);
                written.extend(change.map(Written::Outbox));
            } else {
                written.push(Written::Shop(id.clone(), plain(&item)));
                inside.shop.insert(id, item);
            }
        }
        written
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn lives(&self, now: Time) -> bool {
        match self.course {
            Course::UnderWay => true,
            Course::Done(at) | Course::Cancelled(at) => at.plus(TOKEN_LIFE) > now,
        }
    }
}

impl Inside {
    /// What the items will be, or why they will not.
    fn prepare(
        &self,
        outbox: &Table,
        actions: &[Action],
    ) -> Result<Vec<(Place, Attributes)>, WriteError> {
        let mut after = Vec::new();
        let mut reasons = Vec::new();
        for action in actions {
            if self.locked.contains(&action.place) {
                reasons.push(reason(ReasonCode::TransactionConflict, None));
                continue;
            }
            let (table, id) = &action.place;
            let before = if table == OUTBOX {
                outbox.image(id).map(|image| Attributes::clone(&image))
            } else {
                self.shop.get(id).cloned()
            };
            let condition = action.condition.as_deref();
            let holds = condition.map_or(Ok(true), |it| holds(it, &action.values, before.as_ref()));
            if !holds.map_err(invalid)? {
                let there = before.as_ref().filter(|_| action.shows_old);
                reasons.push(reason(ReasonCode::ConditionalCheckFailed, there));
                continue;
            }
            reasons.push(reason(ReasonCode::None, None));
            let item = match &action.update {
                None => action.item.clone(),
                Some(update) => {
                    let before = before.unwrap_or_else(|| action.item.clone());
                    updated(update, &action.values, before).map_err(invalid)?
                }
            };
            after.push((action.place.clone(), item));
        }
        if after.len() < actions.len() {
            return Err(WriteError::Cancelled(reasons));
        }
        Ok(after)
    }
}

/// The reason of an action, with the item as it is.
pub(crate) fn reason(code: ReasonCode, item: Option<&Attributes>) -> CancellationReason {
    CancellationReason {
        message: None,
        item: item.map(to_sdk),
        code,
    }
}

fn invalid(problem: String) -> WriteError {
    WriteError::Refused {
        code: "ValidationException".to_owned(),
        message: problem,
    }
}
