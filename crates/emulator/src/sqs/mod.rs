//! Standard queues, durable in the [`Store`](crate::Store).
//!
//! See <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html>.

mod arrivals;
mod attributes;
mod declared;
mod messages;
mod move_tasks;
mod moving;
mod parameters;
mod purge;
mod queues;
mod receive;
mod receive_message;
mod received;
mod refusal;
mod send;
mod service;
mod tasks;

#[cfg(test)]
mod tests;

pub use declared::{Queue, declared};
pub use queues::{Outgoing, Queues};
pub use refusal::Refusal;

pub(crate) use receive::{Delivered, Request};
