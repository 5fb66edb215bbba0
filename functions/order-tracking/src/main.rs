//! Lambda function `order-tracking`: keeps the latest status of each order.

use std::process::ExitCode;

use events::{OrderDetailsChanged, OrderPlaced};
use order_tracking::dynamodb::TrackingTable;
use order_tracking::track;
use outbox::consume::{self, Once, OrFrom};
use outbox::{Error, function};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    function::main(track_orders()).await
}

async fn track_orders() -> Result<(), Error> {
    let tracking = TrackingTable::from_env()?;
    let once = Once::from_env("order-tracking")?;
    consume::run_queue(
        async |OrFrom(event, _): OrFrom<OrderDetailsChanged, OrderPlaced>| {
            once.run(&event, async || track(&event, &tracking).await)
                .await
        },
    )
    .await
}
