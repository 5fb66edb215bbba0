//! Callers of the shop: each places an order with the function's own library, or brings more of a product.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, Update};
use contract::Event;
use jiff::Timestamp;
use outbox::transact::{self, Token, Transaction};
use place_order::error::Error;
use place_order::input::{Input, Line as InputLine};
use place_order::order::Request;
use place_order::shop::{Placement, Shop};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

mod dynamodb;

use self::dynamodb::DynamoDb;
use crate::observation::{Answer, Observation, Shopping};
use crate::scenario::{Line, Operation, Write};
use crate::table::{OUTBOX, SHOP};
use crate::world::Ground;

/// More of a product is there. It belongs to the product, so that all who bring some want one counter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
struct Restocked {
    sku: String,
    quantity: u32,
}

impl Event for Restocked {
    const SOURCE: &'static str = "shop.stock";
    const DETAIL_TYPE: &'static str = "Restocked";
    const VERSION: u32 = 1;

    fn sample() -> Self {
        Self {
            sku: "tea".to_owned(),
            quantity: 2,
        }
    }
}

/// One caller, from its wish to what it hears. `number` counts callers, `place` is that of the operation.
pub(crate) async fn call(ground: Arc<Ground>, operation: Operation, place: usize, number: u32) {
    let tell = |shopping| ground.observe(Observation::Shopping(shopping));
    let (call, patience) = match &operation.write {
        Write::Place { call, .. } | Write::Restock { call, .. } => (*call, call.dies_after),
        _ => return,
    };
    tell(Shopping::Asked {
        call: number,
        operation: place,
    });
    let caller = Caller {
        dynamodb: DynamoDb {
            ground: Arc::clone(&ground),
            call: number,
            attempts: AtomicU32::new(0),
        },
        random: fastrand::Rng::with_seed(ground.seed ^ (u64::from(number) << 32)),
        now: now(&ground),
        within: call.within,
    };
    let working = async {
        match &operation.write {
            Write::Place { lines, .. } => caller.place(operation.key, lines).await,
            Write::Restock { line, .. } => caller.restock(operation.key, *line).await,
            _ => Answer::NotWritten("nothing was asked for".to_owned()),
        }
    };
    let heard = timeout(patience.unwrap_or(Duration::MAX), working).await;
    tell(match heard {
        Ok(answer) => Shopping::Heard {
            call: number,
            answer: ground.variant.understood(answer),
        },
        Err(_) => Shopping::Left { call: number },
    });
}

fn now(ground: &Ground) -> Timestamp {
    let now = i64::try_from(ground.clock.now().0).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(now).unwrap_or(Timestamp::UNIX_EPOCH)
}

struct Caller {
    dynamodb: DynamoDb,
    random: fastrand::Rng,
    now: Timestamp,
    within: Duration,
}

impl Caller {
    async fn place(self, key: u16, lines: &[Line]) -> Answer {
        let input = Input {
            id: Some(format!("order-{key}")),
            restaurant: Some(format!("restaurant {}", key % 7)),
            lines: lines.iter().copied().map(input_line).collect(),
        };
        let request = match Request::new(input, "") {
            Ok(request) => request,
            Err(error) => return Answer::NotWritten(error.to_string()),
        };
        let shop = Shop::new(self.dynamodb, SHOP, OUTBOX)
            .with_random(self.random)
            .at(self.now);
        match shop.place(&request, self.within).await {
            Ok(Placement::Placed) => Answer::Written,
            Ok(Placement::AlreadyThere) => Answer::AlreadyThere,
            Err(Error::Transaction { source, .. }) => answer(source),
            Err(Error::Unknown { reason, .. }) => Answer::Unknown {
                event_ids: None,
                reason,
            },
            Err(error) => Answer::NotWritten(error.to_string()),
        }
    }

    async fn restock(self, key: u16, line: Line) -> Answer {
        let sku = line.sku();
        let update = Update::builder()
            .table_name(SHOP)
            .key("id", AttributeValue::S(format!("stock#{sku}")))
            .update_expression("SET inStock = inStock + :quantity")
            .condition_expression("attribute_exists(inStock)")
            .expression_attribute_values(":quantity", AttributeValue::N(line.quantity.to_string()))
            .build();
        let update = match update {
            Ok(update) => update,
            Err(error) => return Answer::NotWritten(error.to_string()),
        };
        let quantity = line.quantity;
        let committing = Transaction::new(&self.dynamodb, OUTBOX)
            .update(update)
            .event(format!("product#{sku}"), Restocked { sku, quantity })
            .retry_conflicts_for(self.within)
            .settle_for(self.within)
            .with_random(self.random)
            .at(self.now)
            .commit(Token::from(format!("delivery-{key}")));
        match committing.await {
            Ok(_) => Answer::Written,
            Err(error) => answer(error),
        }
    }
}

fn input_line(line: Line) -> InputLine {
    InputLine {
        sku: line.sku(),
        quantity: line.quantity,
    }
}

fn answer(error: transact::Error) -> Answer {
    match error {
        transact::Error::Unknown {
            event_ids, reason, ..
        } => Answer::Unknown {
            event_ids: Some(event_ids),
            reason,
        },
        error => Answer::NotWritten(error.to_string()),
    }
}
