//! Lambda function `writer`: stores one user.

use std::process::ExitCode;

use lambda_runtime::{LambdaEvent, service_fn};
use outbox::function;
use writer::{dynamodb::UsersTable, handler};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    function::main(write_users()).await
}

async fn write_users() -> Result<(), lambda_runtime::Error> {
    let users = UsersTable::from_env()?;
    let write = |event: LambdaEvent<_>| handler::handle(event, &users);
    lambda_runtime::run(service_fn(write)).await
}
