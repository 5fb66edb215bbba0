//! Lambda function `notify-restaurant`: tells a restaurant of a new order.

use std::process::ExitCode;

use events::{OrderDetailsChanged, OrderPlaced};
use outbox::consume::{self, OrFrom};
use outbox::function;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let notify = |OrFrom(event, _): OrFrom<OrderDetailsChanged, OrderPlaced>| {
        notify_restaurant::notify(event)
    };
    function::main(consume::run_queue(notify)).await
}
