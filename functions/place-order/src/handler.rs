//! One invocation, from the event to the answer.

use std::time::{Duration, SystemTime};

use lambda_runtime::LambdaEvent;
use outbox::transact::Store;
use serde_json::Value;
use tracing::info;

use crate::error::Error;
use crate::input::Input;
use crate::order::{Order, Request};
use crate::shop::{Placement, Shop};

/// Kept free for the last attempt and for the answer.
const TO_ANSWER: Duration = Duration::from_secs(3);

/// Places the order that the event describes, and answers it. The same event again has no second effect: its id, else
/// the id of the request, is the id of the order.
pub async fn handle<S: Store + Sync>(
    event: LambdaEvent<Value>,
    shop: &Shop<S>,
) -> Result<Order, Error> {
    let (event, context) = event.into_parts();
    let time_left = context
        .deadline()
        .duration_since(SystemTime::now())
        .unwrap_or_default();
    let request = Request::new(Input::from_event(event)?, &context.request_id)?;
    let placement = shop
        .place(&request, time_left.saturating_sub(TO_ANSWER))
        .await?;
    let order_id = request.order.id.as_str();
    match placement {
        Placement::Placed => info!(order_id, lines = request.order.lines.len(), "order placed"),
        Placement::AlreadyThere => info!(order_id, "order was already placed"),
    }
    Ok(request.order)
}
