//! Lambda function `outbox-relay`: publishes the rows of an outbox table as they are.
//!
//! It knows no type of any application, so it can be deployed unchanged by everybody who writes rows with
//! `outbox::transact`: on the table's stream, with the variables `EVENT_BUS_NAME`, `QUARANTINE_QUEUE_URL` and
//! `OUTBOX_TABLE_NAME`.

use std::process::ExitCode;

use outbox::row::row_events;
use outbox::{Error, OutboxTable, Relay, function};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    function::main(relay()).await
}

async fn relay() -> Result<(), Error> {
    let table = OutboxTable::from_env()?;
    Relay::from_env()?
        .with_observer(table)
        .run(row_events)
        .await
}
