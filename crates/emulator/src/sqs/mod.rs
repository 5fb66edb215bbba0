//! Standard queues, durable in the [`Store`](crate::Store).
//!
//! See <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html>.

mod declared;
mod messages;
mod queues;
mod receive;
mod refusal;

#[cfg(test)]
mod tests;

pub use declared::{Queue, declared};
pub use queues::{Outgoing, Queues};
pub use refusal::Refusal;
