//! DynamoDB as a caller of the shop reaches it.

use std::collections::HashMap;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use outbox::transact::{ReadError, ReasonCode, Store, WriteError};
use tokio::sync::oneshot;
use tokio::time::sleep;

use crate::observation::{Observation, Shopping};
use crate::scenario::FaultKind;
use crate::table::{Action, Attributes, OUTBOX, Written, reason, request, to_sdk};
use crate::world::Ground;

type Item = HashMap<String, AttributeValue>;

/// The shop's table and the outbox, for one caller.
pub(super) struct DynamoDb {
    pub(super) ground: Arc<Ground>,
    pub(super) call: u32,
    /// How many requests were sent.
    pub(super) attempts: AtomicU32,
}

/// What goes wrong with one request.
#[derive(Clone, Copy, PartialEq)]
enum Trouble {
    Throttled,
    Fails,
    FailsAfterwards,
    Lost,
    AnswerLost,
    Late(Duration),
    Slow(Duration),
    Conflicts,
}

impl Store for DynamoDb {
    async fn write(&self, actions: &[TransactWriteItem], token: &str) -> Result<(), WriteError> {
        let ground = &self.ground;
        let read: Option<Vec<Action>> = actions.iter().map(Action::of).collect();
        let Some(mut actions) = read else {
            return Err(WriteError::Refused {
                code: "ValidationException".to_owned(),
                message: "an action of another kind than the application has".to_owned(),
            });
        };
        let attempt = self.attempts.fetch_add(1, Ordering::Relaxed) + 1;
        let mut token = token.to_owned();
        ground
            .variant
            .transaction(&mut actions, &mut token, attempt);
        let number = request(&actions);
        ground.observe(Observation::Shopping(Shopping::Sent {
            call: self.call,
            token: token.as_str().into(),
            request: number,
            rows: actions
                .iter()
                .filter_map(Action::row)
                .map(Arc::from)
                .collect(),
        }));
        ground.passes(1, 10).await;
        let failed = |code: &str| Err(WriteError::Unknown(code.to_owned()));
        let trouble = self.trouble();
        let (late, slow) = match trouble {
            Some(Trouble::Throttled) => {
                return Err(WriteError::Throttled("ThrottlingException".to_owned()));
            }
            Some(Trouble::Fails) => return failed("InternalServerError"),
            Some(Trouble::Lost) => return pending().await,
            Some(Trouble::Conflicts) => {
                let one = ground.draw(actions.len());
                let code = |place| {
                    if place == one {
                        ReasonCode::TransactionConflict
                    } else {
                        ReasonCode::None
                    }
                };
                let reasons = (0..actions.len()).map(|place| reason(code(place), None));
                return Err(WriteError::Cancelled(reasons.collect()));
            }
            Some(Trouble::Late(pause)) => (pause, Duration::ZERO),
            Some(Trouble::Slow(pause)) => (Duration::ZERO, pause),
            Some(Trouble::FailsAfterwards | Trouble::AnswerLost) | None => Default::default(),
        };
        let (tell, answer) = oneshot::channel();
        let served = Served {
            ground: Arc::clone(ground),
            call: self.call,
            token,
            number,
            actions,
        };
        // DynamoDB goes on whether or not anybody waits.
        tokio::spawn(async move {
            sleep(late).await;
            let answer = served.serve(slow).await;
            let _ = tell.send(answer);
        });
        let answer = answer.await;
        match trouble {
            Some(Trouble::FailsAfterwards) => failed("InternalServerError"),
            Some(Trouble::AnswerLost) => pending().await,
            _ => {
                ground.passes(1, 10).await;
                answer.unwrap_or_else(|_| failed("no answer"))
            }
        }
    }

    async fn read(&self, table: &str, key: Item) -> Result<Option<Item>, ReadError> {
        let ground = &self.ground;
        ground.passes(1, 10).await;
        if ground.strikes(&FaultKind::ReadFails) {
            return Err(ReadError::Transient("InternalServerError".to_owned()));
        }
        let id = match key.get("id") {
            Some(AttributeValue::S(id)) => id.as_str(),
            _ => "",
        };
        let item = if table == OUTBOX {
            ground
                .table
                .image(id)
                .map(|image| Attributes::clone(&image))
        } else {
            ground.transactions.item(id)
        };
        ground.passes(1, 10).await;
        Ok(item.as_ref().map(to_sdk))
    }
}

impl DynamoDb {
    fn trouble(&self) -> Option<Trouble> {
        self.ground.strike(|kind| match kind {
            FaultKind::TransactionThrottled => Some(Trouble::Throttled),
            FaultKind::TransactionFails => Some(Trouble::Fails),
            FaultKind::TransactionFailsAfterwards => Some(Trouble::FailsAfterwards),
            FaultKind::TransactionLost => Some(Trouble::Lost),
            FaultKind::TransactionAnswerLost => Some(Trouble::AnswerLost),
            FaultKind::TransactionLate(pause) => Some(Trouble::Late(*pause)),
            FaultKind::TransactionSlow(pause) => Some(Trouble::Slow(*pause)),
            FaultKind::TransactionConflicts => Some(Trouble::Conflicts),
            _ => None,
        })
    }
}

/// A request that has arrived.
struct Served {
    ground: Arc<Ground>,
    call: u32,
    token: String,
    number: u64,
    actions: Vec<Action>,
}

impl Served {
    async fn serve(self, slow: Duration) -> Result<(), WriteError> {
        let ground = &self.ground;
        let (table, transactions) = (&ground.table, &ground.transactions);
        let token = (self.token.as_str(), self.number);
        let now = ground.clock.now();
        let Some(begun) = transactions.begin(table, &self.actions, token, now)? else {
            return Ok(());
        };
        ground.passes(1, 10).await;
        sleep(slow).await;
        for written in transactions.finish(table, begun, ground.clock.now()) {
            ground.observe(match written {
                Written::Outbox(change) => Observation::Committed(change),
                Written::Shop(key, item) => Observation::Shopping(Shopping::Stored {
                    call: self.call,
                    key: key.into(),
                    item: Arc::new(item),
                }),
            });
        }
        Ok(())
    }
}
