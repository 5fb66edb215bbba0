//! A rule's target: what it is given, whether it may be given it, how long that is tried and what
//! becomes of the event then.
//!
//! See <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html> and
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html>.

mod dead_letter;
pub mod input;
pub mod permission;
mod refusal;
mod retry;

#[cfg(test)]
mod tests;

pub use dead_letter::dead_letter_attributes;
pub use refusal::Refusal;
pub use retry::{Backoff, Delivery, Exhausted, Next, RetryPolicy, after_refusal};
