use delivery::target::Refusal;
use rusqlite::Transaction;

use crate::StoreError;
use crate::asynchronous::{Asynchronous, EnqueueError};
use crate::sqs::{self, Outgoing, Queues};

/// What takes events off a bus.
///
/// "Taken" is what AWS calls delivered: the queue has the message, or the function's asynchronous
/// queue has the event. It happens in the transaction that ends the delivery, so a kill between the
/// two neither loses nor repeats it.
pub trait Targets: Send + Sync {
    /// Hands an event (the envelope's JSON text) to the target with this ARN.
    fn take(
        &self,
        transaction: &Transaction<'_>,
        target_arn: &str,
        event: &str,
    ) -> Result<Result<(), Refusal>, StoreError>;

    /// Puts a message into a dead-letter queue.
    fn dead_letter(
        &self,
        transaction: &Transaction<'_>,
        queue_arn: &str,
        message: &Outgoing,
    ) -> Result<Result<(), Refusal>, StoreError>;

    /// The transaction was committed: whoever waits for messages or events may look.
    fn committed(&self);
}

/// The functions and queues of a stack.
#[derive(Clone, Debug)]
pub struct StackTargets {
    /// Takes events for functions.
    pub asynchronous: Asynchronous,
    /// Takes events for queues.
    pub queues: Queues,
}

impl Targets for StackTargets {
    fn take(
        &self,
        transaction: &Transaction<'_>,
        target_arn: &str,
        event: &str,
    ) -> Result<Result<(), Refusal>, StoreError> {
        if target_arn.starts_with("arn:aws:sqs:") {
            let message = Outgoing {
                body: event.to_owned(),
                ..Outgoing::default()
            };
            return self.dead_letter(transaction, target_arn, &message);
        }
        match self
            .asynchronous
            .enqueue_in(transaction, target_arn, event.as_bytes())?
        {
            Ok(_) => Ok(Ok(())),
            Err(EnqueueError::Store(error)) => Err(error),
            Err(error @ EnqueueError::NoFunction(_)) => {
                Ok(Err(Refusal::no_resource(error.to_string())))
            }
            Err(error @ EnqueueError::TooLarge(_)) => {
                Ok(Err(Refusal::invalid_parameter(error.to_string())))
            }
        }
    }

    fn dead_letter(
        &self,
        transaction: &Transaction<'_>,
        queue_arn: &str,
        message: &Outgoing,
    ) -> Result<Result<(), Refusal>, StoreError> {
        match self.queues.send_in(transaction, queue_arn, message)? {
            Ok(_) => Ok(Ok(())),
            Err(sqs::Refusal::Store(error)) => Err(error),
            Err(error @ sqs::Refusal::NoQueue(_)) => {
                Ok(Err(Refusal::no_resource(error.to_string())))
            }
            Err(error @ sqs::Refusal::Request { .. }) => {
                Ok(Err(Refusal::invalid_parameter(error.to_string())))
            }
        }
    }

    fn committed(&self) {
        self.asynchronous.announce();
        self.queues.announce();
    }
}
