//! A relay whose mapping panics over the user `panic`: shows that one bad mapping does not end the
//! process, nor hold up the shard. The tests run it as Lambda does.

use std::process::ExitCode;

use events::{User, UserKey};
use outbox::{Change, Error, Events, Relay, function};
use users_relay::user_events;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    function::main(relay()).await
}

async fn relay() -> Result<(), Error> {
    Relay::from_env()?.run(user_events_or_panic).await
}

fn user_events_or_panic(change: Change<User, UserKey>) -> Events {
    assert!(
        !matches!(&change, Change::Created(user) if user.id == "panic"),
        "the mapping can't stand this user"
    );
    user_events(change)
}
