//! Lambda function `place-order`: places an order and takes its lines from the stock, all or nothing.

use std::process::ExitCode;

use lambda_runtime::{LambdaEvent, service_fn};
use outbox::function;
use place_order::handler;
use place_order::shop::Shop;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    function::main(place_orders()).await
}

async fn place_orders() -> Result<(), lambda_runtime::Error> {
    let shop = Shop::from_env()?;
    let place = |event: LambdaEvent<_>| handler::handle(event, &shop);
    lambda_runtime::run(service_fn(place)).await
}
