//! The shop table, keyed by `id`: orders under `order#<id>`, and the stock of each product under `stock#<sku>` with
//! the number `inStock`.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, Put, ReturnValuesOnConditionCheckFailure, Update};
use events::{OrderLine, OrderPlaced, StockReserved};
use fastrand::Rng;
use jiff::Timestamp;
use outbox::environment::{MissingVariable, required};
use outbox::transact::{self, Cancelled, ReadError, ReasonCode, Store, Token, Transaction};
use tokio::time::{Instant, timeout};

use crate::error::{Error, Shortage};
use crate::order::{Order, Request};

type Item = HashMap<String, AttributeValue>;

/// How long the look at an order may take.
const TO_LOOK: Duration = Duration::from_secs(2);

/// The shop and its outbox.
#[derive(Debug)]
pub struct Shop<S> {
    store: S,
    table: String,
    outbox: String,
    random: Mutex<Rng>,
    now: Option<Timestamp>,
}

/// How placing an order ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// It is placed now.
    Placed,
    /// The very same order was there: an earlier request had placed it.
    AlreadyThere,
}

impl Shop<Client> {
    /// The tables that `TABLE_NAME` and `OUTBOX_TABLE_NAME` name, reached with the function's own credentials.
    pub fn from_env() -> Result<Self, MissingVariable> {
        let table = required("TABLE_NAME", "the name of the shop table")?;
        let outbox = required("OUTBOX_TABLE_NAME", "the name of the outbox table")?;
        Ok(Self::new(outbox::sdk::dynamodb_client()?, table, outbox))
    }
}

impl<S: Store + Sync> Shop<S> {
    /// The shop in this table, with this outbox.
    pub fn new(store: S, table: impl Into<String>, outbox: impl Into<String>) -> Self {
        let table = table.into();
        // The standard library's hasher is seeded by the operating system, differently in each process.
        let seed = RandomState::new().hash_one(&table);
        Self {
            store,
            table,
            outbox: outbox.into(),
            random: Mutex::new(Rng::with_seed(seed)),
            now: None,
        }
    }

    /// Where event ids, tokens and jitter come from; seeded by the operating system unless told.
    #[must_use]
    pub fn with_random(mut self, random: Rng) -> Self {
        self.random = Mutex::new(random);
        self
    }

    /// The moment that the events tell of; that of each call unless told.
    #[must_use]
    pub fn at(mut self, now: Timestamp) -> Self {
        self.now = Some(now);
        self
    }

    fn fork(&self) -> Rng {
        // Nobody leaves it half changed.
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        random.fork()
    }

    /// Places an order: all of it, with its events, or nothing. `within` is how long conflicts and unknown results are
    /// tried again.
    pub async fn place(&self, request: &Request, within: Duration) -> Result<Placement, Error> {
        let order = &request.order;
        let end = Instant::now() + within;
        // The same order again finds its token used, for ten minutes, and the order itself afterwards.
        let token = Token::from(&aggregate(order));
        let answer = match self.commit(request, token, within).await {
            Err(transact::Error::TokenUsed { .. }) => {
                if let Some(there) = self.find(order).await? {
                    return same(order, &there);
                }
                // The earlier request was refused, for want of stock perhaps. The condition on the order keeps two
                // from being placed.
                let token = Token::from(format!("{:032x}", self.fork().u128(..)));
                let left = end.saturating_duration_since(Instant::now());
                self.commit(request, token, left).await
            }
            answer => answer,
        };
        match answer {
            Ok(_) => Ok(Placement::Placed),
            Err(transact::Error::Cancelled(cancelled)) => why(request, cancelled),
            Err(source) => Err(Error::Transaction {
                id: order.id.clone(),
                source,
            }),
        }
    }

    async fn commit(
        &self,
        request: &Request,
        token: Token,
        within: Duration,
    ) -> Result<transact::Receipt, transact::Error> {
        let order = &request.order;
        let aggregate = aggregate(order);
        let mut transaction = Transaction::new(&self.store, &self.outbox)
            .key_of(&self.table, ["id"])
            .put(self.put(order)?)
            .event(
                &aggregate,
                OrderPlaced {
                    id: order.id.clone(),
                    restaurant: order.restaurant.clone(),
                    lines: order.lines.clone(),
                },
            );
        for line in &order.lines {
            let reserved = StockReserved {
                order_id: order.id.clone(),
                sku: line.sku.clone(),
                quantity: line.quantity,
            };
            transaction = transaction
                .update(self.take(line)?)
                .event(&aggregate, reserved);
        }
        if let Some(now) = self.now {
            transaction = transaction.at(now);
        }
        let transaction = transaction
            .retry_conflicts_for(within)
            .settle_for(within)
            .with_random(self.fork());
        Box::pin(transaction.commit(token)).await
    }

    /// The order, if its id is new.
    fn put(&self, order: &Order) -> Result<Put, transact::Error> {
        let mut item: Item = serde_dynamo::to_item(order).map_err(not_built)?;
        item.extend(key(aggregate(order)));
        Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(id)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(not_built)
    }

    /// So much of a product, if as much is left.
    fn take(&self, line: &OrderLine) -> Result<Update, transact::Error> {
        Update::builder()
            .table_name(&self.table)
            .set_key(Some(key(format!("stock#{}", line.sku))))
            .update_expression("SET inStock = inStock - :quantity")
            .condition_expression("inStock >= :quantity")
            .expression_attribute_values(":quantity", AttributeValue::N(line.quantity.to_string()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(not_built)
    }

    async fn find(&self, order: &Order) -> Result<Option<Item>, Error> {
        let unknown = |reason| Error::Unknown {
            id: order.id.clone(),
            reason,
        };
        let found = self.store.read(&self.table, key(aggregate(order)));
        let found = timeout(TO_LOOK, found).await;
        let found = found.map_err(|_| unknown("DynamoDB gave no answer".to_owned()))?;
        found.map_err(|error| match error {
            ReadError::Transient(reason) => unknown(reason),
            ReadError::Refused { code, message } => unknown(format!("{code}: {message}")),
        })
    }
}

/// What the events of an order belong to, and the key of its item.
fn aggregate(order: &Order) -> String {
    format!("order#{}", order.id)
}

fn key(id: String) -> Item {
    Item::from([("id".to_owned(), AttributeValue::S(id))])
}

fn not_built(error: impl std::fmt::Display) -> transact::Error {
    transact::Error::Refused {
        code: "NotSent".to_owned(),
        message: error.to_string(),
    }
}

/// An order with the same id is there: whether it is the same.
fn same(order: &Order, there: &Item) -> Result<Placement, Error> {
    match serde_dynamo::from_item::<_, Order>(there.clone()) {
        Ok(there) if there == *order => Ok(Placement::AlreadyThere),
        _ => Err(Error::Taken {
            id: order.id.clone(),
        }),
    }
}

/// Why the transaction was cancelled, in words of the shop: the first action is the order, one for each line follow.
fn why(request: &Request, cancelled: Cancelled) -> Result<Placement, Error> {
    let failed = |position| {
        let reason = cancelled.reason(position);
        reason.filter(|reason| reason.code == ReasonCode::ConditionalCheckFailed)
    };
    if let Some(reason) = failed(1) {
        return same(&request.order, &reason.item.clone().unwrap_or_default());
    }
    let lines = request.order.lines.iter().zip(&request.named_in).zip(2..);
    let shortages: Vec<_> = lines
        .filter_map(|((line, named_in), position)| {
            let reason = failed(position)?;
            Some(Shortage {
                lines: named_in.clone(),
                sku: line.sku.clone(),
                quantity: line.quantity,
                in_stock: reason.item.as_ref().map(in_stock),
            })
        })
        .collect();
    if shortages.is_empty() {
        return Err(Error::Transaction {
            id: request.order.id.clone(),
            source: transact::Error::Cancelled(cancelled),
        });
    }
    Err(Error::TooLittleStock(shortages))
}

fn in_stock(item: &Item) -> u64 {
    match item.get("inStock") {
        Some(AttributeValue::N(number)) => number.parse().unwrap_or_default(),
        _ => 0,
    }
}
