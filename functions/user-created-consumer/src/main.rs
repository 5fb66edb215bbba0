//! Lambda function `user-created-consumer`: receives every new user.

use std::process::ExitCode;

use events::UserCreated;
use outbox::consume::{self, Once, Received};
use outbox::{Error, function};
use user_created_consumer::note;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    function::main(consume_each_once()).await
}

async fn consume_each_once() -> Result<(), Error> {
    let once = Once::from_env("user-created-consumer")?;
    consume::run(async |event: Received<UserCreated>| {
        once.run(&event, async || note(&event).await).await
    })
    .await
}
