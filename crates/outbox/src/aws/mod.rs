//! The bus and the quarantine on AWS, and the relay as a Lambda function.

mod api;
mod bus;
mod dynamodb;
mod endpoint;
mod idempotency_table;
mod order_table;
mod queue;
mod run;
mod signature;

pub use bus::EventBus;
pub use idempotency_table::IdempotencyTable;
pub use order_table::OrderTable;
pub use queue::QuarantineQueue;
