//! Lambda function `orders-recovery`: reads what the pipe of the orders gave up from the stream, and quarantines it.

use std::process::ExitCode;

use outbox::{Error, Recovery, function};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    function::main(recover()).await
}

async fn recover() -> Result<(), Error> {
    Recovery::from_env()?.run().await
}
