//! A relay whose mapping changes a field: `cargo outbox demo` must notice that the consumer is told
//! something else than what is stored.

use std::process::ExitCode;

use events::{User, UserKey};
use outbox::{Change, Error, Events, Relay, function};
use users_relay::user_events;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    function::main(relay()).await
}

async fn relay() -> Result<(), Error> {
    Relay::from_env()?.run(events_of_a_changed_user).await
}

fn events_of_a_changed_user(change: Change<User, UserKey>) -> Events {
    match change {
        Change::Created(mut user) => {
            user.username.push('!');
            user_events(Change::Created(user))
        }
        other => user_events(other),
    }
}
