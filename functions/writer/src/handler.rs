//! One invocation, from the event to the answer.

use std::time::{Duration, SystemTime};

use events::User;
use jiff::Timestamp;
use lambda_runtime::LambdaEvent;
use serde_json::Value;
use tracing::info;

use crate::error::{Error, Failure};
use crate::input::Input;
use crate::store::{Insertion, StoreError, Users};
use crate::user::user;

/// Time kept back from the deadline to answer that the store did not.
const TO_ANSWER: Duration = Duration::from_millis(200);

/// Stores the user that the event describes and answers it.
pub async fn handle(event: LambdaEvent<Value>, users: &impl Users) -> Result<User, Failure> {
    let (event, context) = event.into_parts();
    let time_left = context
        .deadline()
        .duration_since(SystemTime::now())
        .unwrap_or_default();
    let new = user(
        Input::from_event(event)?,
        Timestamp::now(),
        &mut rand::rng(),
    )?;
    Ok(store(new, users, time_left.saturating_sub(TO_ANSWER)).await?)
}

async fn store(user: User, users: &impl Users, within: Duration) -> Result<User, Error> {
    let insertion = tokio::time::timeout(within, users.insert(&user))
        .await
        .unwrap_or_else(|_| {
            Err(StoreError::Unknown {
                reason: "DynamoDB did not answer before the function's deadline".to_owned(),
            })
        });
    match insertion {
        Ok(Insertion::Stored) => info!(user_id = user.id, "user stored"),
        Ok(Insertion::AlreadyThere) => info!(user_id = user.id, "user was already stored"),
        Ok(Insertion::Taken) => return Err(Error::Taken { id: user.id }),
        Err(source) => {
            return Err(Error::Store {
                id: user.id,
                source,
            });
        }
    }
    Ok(user)
}
