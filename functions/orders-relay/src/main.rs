//! Lambda function `orders-relay`: publishes what the changes of the orders table mean to the business.

use std::process::ExitCode;

use orders_relay::order_events;
use outbox::{Error, Relay, function};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    function::main(relay()).await
}

async fn relay() -> Result<(), Error> {
    Relay::from_env()?.run(order_events).await
}
