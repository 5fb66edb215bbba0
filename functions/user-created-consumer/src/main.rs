//! Lambda function `user-created-consumer`: receives every new user.

use std::process::ExitCode;

use outbox::{consume, function};
use user_created_consumer::note;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    function::main(consume::run(note)).await
}
