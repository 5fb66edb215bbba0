//! A consumer that fails on every event: what it is given must end in its failure queue.

use std::io;
use std::process::ExitCode;

use events::UserCreated;
use outbox::consume::{self, Received};
use outbox::function;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    function::main(consume::run(fail)).await
}

async fn fail(_event: Received<UserCreated>) -> io::Result<()> {
    std::future::ready(Err(io::Error::other("this consumer always fails"))).await
}
