//! Lambda function `order-tracking`: keeps the latest status of each order.

use std::process::ExitCode;

use events::{OrderDetailsChanged, OrderPlaced};
use order_tracking::dynamodb::TrackingTable;
use order_tracking::track;
use outbox::consume::{self, OrFrom};
use outbox::{Error, function};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    function::main(track_orders()).await
}

async fn track_orders() -> Result<(), Error> {
    let tracking = TrackingTable::from_env()?;
    consume::run_queue(
        |OrFrom(event, _): OrFrom<OrderDetailsChanged, OrderPlaced>| track(event, &tracking),
    )
    .await
}
