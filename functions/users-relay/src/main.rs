//! Lambda function `users-relay`: publishes what the changes of the users table mean to the business.

use std::process::ExitCode;

use outbox::{Error, Relay, function};
use users_relay::user_events;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    function::main(relay()).await
}

async fn relay() -> Result<(), Error> {
    Relay::from_env()?.run(user_events).await
}
