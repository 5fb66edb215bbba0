//! Lambda function `notify-restaurant`: tells a restaurant of a new order.

use std::process::ExitCode;

use events::{OrderDetailsChanged, OrderPlaced};
use notify_restaurant::notify;
use outbox::consume::{self, Once, OrFrom};
use outbox::{Error, function};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    function::main(notify_restaurants()).await
}

async fn notify_restaurants() -> Result<(), Error> {
    let once = Once::from_env("notify-restaurant")?;
    consume::run_queue(
        async |OrFrom(event, _): OrFrom<OrderDetailsChanged, OrderPlaced>| {
            once.run(&event, async || notify(&event).await).await
        },
    )
    .await
}
