//! Lambda function `notify-restaurant`: tells a restaurant of a new order.

use std::process::ExitCode;

use notify_restaurant::notify;
use outbox::{consume, function};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    function::main(consume::run_queue(notify)).await
}
