use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_dynamodb::types::{
    AttributeValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};

use super::expression::{Expression, holds, updated};
use crate::transact::{CancellationReason, ReadError, ReasonCode, Store, WriteError};

type Item = HashMap<String, AttributeValue>;

/// DynamoDB tables in memory, each with the string key `id`, for tests of a
/// [`Transaction`](crate::transact::Transaction): all or nothing, idempotency tokens, cancellation reasons, and
/// failures as told. Clones are the same tables.
///
/// Of expressions it knows those that stock and counters need: conditions `attribute_exists(a)`,
/// `attribute_not_exists(a)`, `a = :v` and `a >= :v` joined by `AND`, and updates `SET a = :v`, `a = a + :v` and
/// `a = a - :v`.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    items: BTreeMap<(String, String), Item>,
    tokens: HashMap<String, Vec<TransactWriteItem>>,
    faults: VecDeque<Fault>,
    reads: VecDeque<ReadError>,
    requests: Vec<(String, Vec<TransactWriteItem>)>,
}

/// What becomes of one call that writes.
#[derive(Debug, Clone)]
pub enum Fault {
    /// Nothing: the call does what it should.
    None,
    /// Nothing is done, and this is the answer.
    Before(WriteError),
    /// All is done, but this is the answer.
    After(WriteError),
    /// Nothing is done, and no answer comes.
    LostRequest,
    /// All is done, but no answer comes.
    LostAnswer,
    /// Nothing is done: another transaction is at work on the item of the action with this place, 0 for the first.
    Conflict(usize),
    /// DynamoDB forgets all tokens, as ten minutes later or after an emulator's restart; then the call is done.
    ForgottenTokens,
}

impl Tables {
    /// Empty tables.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Does this to the next call that writes, and so on.
    #[must_use]
    pub fn then(self, fault: Fault) -> Self {
        self.state().faults.push_back(fault);
        self
    }

    /// Answers the next read so.
    #[must_use]
    pub fn then_read(self, error: ReadError) -> Self {
        self.state().reads.push_back(error);
        self
    }

    /// Stores an item; the attribute `id` is its key.
    #[must_use]
    pub fn with(self, table: &str, item: Item) -> Self {
        let id = id(&item);
        self.state().items.insert((table.to_owned(), id), item);
        self
    }

    /// An item.
    #[must_use]
    pub fn item(&self, table: &str, id: &str) -> Option<Item> {
        let place = (table.to_owned(), id.to_owned());
        self.state().items.get(&place).cloned()
    }

    /// The items of a table, by their keys.
    #[must_use]
    pub fn items(&self, table: &str) -> Vec<Item> {
        let state = self.state();
        let items = state.items.iter();
        items
            .filter(|((of, _), _)| of == table)
            .map(|(_, item)| item.clone())
            .collect()
    }

    /// Every call that wanted to write: its token and its actions.
    #[must_use]
    pub fn requests(&self) -> Vec<(String, Vec<TransactWriteItem>)> {
        self.state().requests.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for Tables {
    async fn write(&self, actions: &[TransactWriteItem], token: &str) -> Result<(), WriteError> {
        // Others may come first.
        tokio::task::yield_now().await;
        let fault = {
            let mut state = self.state();
            state.requests.push((token.to_owned(), actions.to_vec()));
            state.faults.pop_front().unwrap_or(Fault::None)
        };
        match fault {
            Fault::None => self.state().write(actions, token),
            Fault::Before(answer) => Err(answer),
            Fault::After(answer) => {
                self.state().write(actions, token)?;
                Err(answer)
            }
            Fault::LostRequest => std::future::pending().await,
            Fault::LostAnswer => {
                // Whatever the answer is.
                let _ = self.state().write(actions, token);
                std::future::pending().await
            }
            Fault::Conflict(place) => {
                let reason =
                    |nth| reason((nth == place).then_some(ReasonCode::TransactionConflict));
                Err(WriteError::Cancelled(
                    (0..actions.len()).map(reason).collect(),
                ))
            }
            Fault::ForgottenTokens => {
                let mut state = self.state();
                state.tokens.clear();
                state.write(actions, token)
            }
        }
    }

    async fn read(&self, table: &str, key: Item) -> Result<Option<Item>, ReadError> {
        tokio::task::yield_now().await;
        if let Some(error) = self.state().reads.pop_front() {
            return Err(error);
        }
        Ok(self.item(table, &id(&key)))
    }
}

impl State {
    fn write(&mut self, actions: &[TransactWriteItem], token: &str) -> Result<(), WriteError> {
        if let Some(done) = self.tokens.get(token) {
            return if done == actions {
                Ok(())
            } else {
                Err(WriteError::Mismatch)
            };
        }
        let mut reasons = Vec::new();
        let mut changes = Vec::new();
        for action in actions {
            let action = read(action).ok_or_else(|| refused("an action of an unknown kind"))?;
            let place = (action.table.clone(), id(&action.key));
            let before = self.items.get(&place);
            let fulfilled = match &action.condition {
                Some(condition) => holds(condition, before).map_err(|text| refused(&text))?,
                None => true,
            };
            let mut reason = reason((!fulfilled).then_some(ReasonCode::ConditionalCheckFailed));
            if !fulfilled && action.shows_old {
                reason.item = before.cloned();
            }
            reasons.push(reason);
            if !fulfilled {
                continue;
            }
            changes.push(match action.change {
                Change::Put(item) => Some((place, Some(item))),
                Change::Delete => Some((place, None)),
                Change::Nothing => None,
                Change::Update(update) => {
                    let item = before.cloned().unwrap_or(action.key);
                    let item = updated(&update, item).map_err(|text| refused(&text))?;
                    Some((place, Some(item)))
                }
            });
        }
        if reasons.iter().any(|reason| reason.code != ReasonCode::None) {
            return Err(WriteError::Cancelled(reasons));
        }
        for (place, item) in changes.into_iter().flatten() {
            match item {
                Some(item) => self.items.insert(place, item),
                None => self.items.remove(&place),
            };
        }
        self.tokens.insert(token.to_owned(), actions.to_vec());
        Ok(())
    }
}

struct Action {
    table: String,
    key: Item,
    condition: Option<Expression>,
    shows_old: bool,
    change: Change,
}

enum Change {
    Put(Item),
    Update(Expression),
    Delete,
    Nothing,
}

macro_rules! action {
    ($of:expr, $key:expr, $change:expr) => {{
        let of = $of.clone();
        let expression = |text: String| Expression {
            text,
            names: of.expression_attribute_names.clone().unwrap_or_default(),
            values: of.expression_attribute_values.clone().unwrap_or_default(),
        };
        let all_old = ReturnValuesOnConditionCheckFailure::AllOld;
        #[allow(
            clippy::useless_conversion,
            reason = "the condition of a ConditionCheck is no Option"
        )]
        let condition: Option<String> = of.condition_expression.clone().into();
        Some(Action {
            table: of.table_name.clone(),
            key: $key(&of),
            condition: condition.map(expression),
            shows_old: of.return_values_on_condition_check_failure.clone() == Some(all_old),
            change: $change(&of, &expression),
        })
    }};
}

fn read(action: &TransactWriteItem) -> Option<Action> {
    use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, Update};
    type Words<'a> = &'a dyn Fn(String) -> Expression;
    if let Some(put) = &action.put {
        let change = |put: &Put, _: Words<'_>| Change::Put(put.item.clone());
        return action!(put, |put: &Put| put.item.clone(), change);
    }
    if let Some(update) = &action.update {
        let change =
            |it: &Update, words: Words<'_>| Change::Update(words(it.update_expression.clone()));
        return action!(update, |it: &Update| it.key.clone(), change);
    }
    if let Some(delete) = &action.delete {
        let change = |_: &Delete, _: Words<'_>| Change::Delete;
        return action!(delete, |it: &Delete| it.key.clone(), change);
    }
    let check = action.condition_check.as_ref()?;
    let change = |_: &ConditionCheck, _: Words<'_>| Change::Nothing;
    action!(check, |it: &ConditionCheck| it.key.clone(), change)
}

fn id(item: &Item) -> String {
    match item.get("id") {
        Some(AttributeValue::S(id)) => id.clone(),
        _ => String::new(),
    }
}

fn reason(code: Option<ReasonCode>) -> CancellationReason {
    CancellationReason {
        message: code.as_ref().map(|_| "as the test's table says".to_owned()),
        code: code.unwrap_or(ReasonCode::None),
        item: None,
    }
}

fn refused(problem: &str) -> WriteError {
    WriteError::Refused {
        code: "ValidationException".to_owned(),
        message: problem.to_owned(),
    }
}
