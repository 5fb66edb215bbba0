//! What callers of the shop ask for and hear, and what their transactions leave.

mod rows;
mod wish;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use delivery::Time;
use serde_json::Value;

use super::violation::{Violation, ViolationKind};
use crate::observation::{Answer, Shopping};
use crate::scenario::Scenario;

use wish::Wish;

/// Everything that was seen of the shop.
#[derive(Debug)]
pub(super) struct Shop {
    scenario: Arc<Scenario>,
    calls: BTreeMap<u32, Caller>,
    /// Who sent each row.
    senders: HashMap<Arc<str>, u32>,
    /// Who placed each order.
    orders: BTreeMap<String, u32>,
    /// What is left of each product.
    stock: BTreeMap<String, i64>,
    /// The last sequence number of each aggregate.
    sequences: HashMap<String, u64>,
}

/// A caller.
#[derive(Debug)]
struct Caller {
    wish: Wish,
    asked: Time,
    /// What was sent under each token.
    sent: HashMap<Arc<str>, u64>,
    /// Each set of rows that was sent, the newest at the end.
    drawn: Vec<Vec<Arc<str>>>,
    /// The keys that its transaction wrote.
    stored: BTreeSet<Arc<str>>,
    /// The rows that its transaction wrote.
    rows: usize,
    /// It was told that nothing was written.
    refused: bool,
}

impl Shop {
    pub(super) fn new(scenario: Arc<Scenario>) -> Self {
        let stock = scenario.settings.stock.iter().enumerate();
        Self {
            stock: stock
                .map(|(product, left)| (format!("stock#product-{product}"), i64::from(*left)))
                .collect(),
            scenario,
            calls: BTreeMap::new(),
            senders: HashMap::new(),
            orders: BTreeMap::new(),
            sequences: HashMap::new(),
        }
    }

    pub(super) fn look(&mut self, at: Time, shopping: &Shopping) -> Vec<Violation> {
        let found = match shopping {
            Shopping::Asked { call, operation } => {
                let operation = self.scenario.operations.get(*operation);
                if let Some(wish) = operation.and_then(Wish::of) {
                    let caller = Caller {
                        wish,
                        asked: at,
                        sent: HashMap::new(),
                        drawn: Vec::new(),
                        stored: BTreeSet::new(),
                        rows: 0,
                        refused: false,
                    };
                    self.calls.insert(*call, caller);
                }
                None
            }
            Shopping::Sent {
                call,
                token,
                request,
                rows,
            } => self.sent(*call, token, *request, rows),
            Shopping::Stored { call, key, item } => self.stored(*call, key, item),
            Shopping::Heard { call, answer } => self.heard(*call, answer),
            Shopping::Left { .. } => None,
        };
        let found = found.map(|(kind, call, text)| self.about(at, kind, call, text));
        found.into_iter().collect()
    }

    /// A repeat is the same to the last number, and the ids of events are drawn once for an operation. An order whose
    /// token was used before is a second operation.
    fn sent(
        &mut self,
        call: u32,
        token: &Arc<str>,
        request: u64,
        rows: &[Arc<str>],
    ) -> Option<Found> {
        let caller = self.calls.get_mut(&call)?;
        for row in rows {
            self.senders.insert(Arc::clone(row), call);
        }
        if caller.drawn.last().is_none_or(|last| last != rows) {
            caller.drawn.push(rows.to_vec());
        }
        let before = caller.sent.insert(Arc::clone(token), request);
        let text = if before.is_some_and(|before| before != request) {
            format!("caller {call} sent other actions under the token {token}")
        } else if caller.drawn.len() > caller.wish.operations() {
            format!(
                "caller {call} drew the ids of its events once more, for {}",
                caller.wish
            )
        } else {
            return None;
        };
        Some((ViolationKind::NotRepeated, call, text))
    }

    /// The shop's table took an item.
    fn stored(&mut self, call: u32, key: &Arc<str>, item: &Value) -> Option<Found> {
        let caller = self.calls.get_mut(&call)?;
        let wish = &caller.wish;
        if caller.refused {
            let text = format!("caller {call} was told that nothing is written, but {key} is");
            return Some((ViolationKind::AnsweredWrongly, call, text));
        }
        if !caller.stored.insert(Arc::clone(key)) {
            let text = format!("caller {call} has written {key} twice, for {wish}");
            return Some((ViolationKind::DoneTwice, call, text));
        }
        let wrong = |text| Some((ViolationKind::StockWrong, call, text));
        let Some(left) = item["inStock"].as_i64() else {
            return self.placed(call, key, item);
        };
        let before = self.stock.insert(key.to_string(), left);
        let taken = wish.takes(key)?;
        if left < 0 {
            return wrong(format!("{key} is {left} after {wish}"));
        }
        if before.map(|before| before - taken) != Some(left) {
            return wrong(format!("{key} was {before:?} and is {left} after {wish}"));
        }
        None
    }

    fn placed(&mut self, call: u32, key: &str, item: &Value) -> Option<Found> {
        if let Some(earlier) = self.orders.insert(key.to_owned(), call) {
            let text = format!("caller {call} placed {key}, as caller {earlier} had");
            return Some((ViolationKind::DoneTwice, call, text));
        }
        let wanted = self.calls.get(&call)?.wish.order()?;
        let difference = super::oracle::difference(key, &wanted, item)?;
        Some((ViolationKind::Altered, call, difference))
    }

    fn heard(&mut self, call: u32, answer: &Answer) -> Option<Found> {
        if matches!(answer, Answer::NotWritten(_)) {
            self.calls.get_mut(&call)?.refused = true;
        }
        let caller = self.calls.get(&call)?;
        let wish = &caller.wish;
        let wrong = |text| Some((ViolationKind::AnsweredWrongly, call, text));
        match answer {
            Answer::Written if !caller.is_written() => wrong(format!(
                "caller {call} was told that {wish} is written, but it is not"
            )),
            Answer::NotWritten(reason) => {
                caller.is_touched().then_some(())?;
                wrong(format!(
                    "caller {call} was told that nothing of {wish} is written, but it is: {reason}"
                ))
            }
            Answer::AlreadyThere => {
                let key = wish.key();
                let there = self
                    .orders
                    .get(&key)
                    .and_then(|other| self.calls.get(other));
                if there.is_some_and(|there| there.wish.order() == caller.wish.order()) {
                    return None;
                }
                wrong(format!(
                    "caller {call} was told that {key} is there, but it is not"
                ))
            }
            Answer::Unknown {
                event_ids: Some(ids),
                ..
            } => {
                let sent = caller.drawn.last().map(Vec::as_slice).unwrap_or_default();
                if sent.iter().map(|id| &**id).eq(ids.iter()) {
                    return None;
                }
                wrong(format!(
                    "caller {call} was told to look for {ids:?}, but it sent {sent:?}"
                ))
            }
            _ => None,
        }
    }

    /// At the end: all of a transaction is there, or nothing.
    pub(super) fn differences(&self, at: Time) -> Vec<Violation> {
        let mut violations = Vec::new();
        let mut left: BTreeMap<String, i64> = Shop::new(Arc::clone(&self.scenario)).stock;
        for (call, caller) in self.calls.iter().filter(|(_, caller)| caller.is_touched()) {
            if !caller.is_written() {
                let text = format!(
                    "of {} {} items and {} rows are written",
                    caller.wish,
                    caller.stored.len(),
                    caller.rows
                );
                violations.push(self.about(at, ViolationKind::HalfWritten, *call, text));
            }
            for (key, left) in &mut left {
                *left -= caller.wish.takes(key).unwrap_or_default();
            }
        }
        for (key, left) in left {
            let there = self.stock.get(&key);
            if there != Some(&left) {
                let text = format!("{key} is {there:?}, but what was written leaves {left}");
                violations.push(super::ledger::about(
                    at,
                    ViolationKind::StockWrong,
                    None,
                    text,
                ));
            }
        }
        violations
    }

    fn about(&self, at: Time, kind: ViolationKind, call: u32, text: String) -> Violation {
        Violation {
            at,
            kind,
            key: self.calls.get(&call).map(|caller| caller.wish.aggregate()),
            change: None,
            text,
        }
    }
}

/// What is wrong, and with whose transaction.
type Found = (ViolationKind, u32, String);

impl Caller {
    /// Something of its transaction is there.
    fn is_touched(&self) -> bool {
        !self.stored.is_empty() || self.rows > 0
    }

    /// All of its transaction is there.
    fn is_written(&self) -> bool {
        self.stored.len() == self.wish.items() && self.rows == self.wish.rows()
    }
}
