//! The bus, the quarantine and the streams on AWS, and the relay and the recovery as Lambda functions.

mod api;
mod bus;
mod dynamodb;
mod endpoint;
mod idempotency_table;
mod look;
mod order_table;
mod outbox_table;
mod queue;
mod recover;
mod run;
mod signature;
mod streams;

pub use bus::EventBus;
pub use idempotency_table::IdempotencyTable;
pub use look::LookError;
pub use order_table::OrderTable;
pub use outbox_table::OutboxTable;
pub use queue::QuarantineQueue;
pub use streams::DynamoDbStreams;
