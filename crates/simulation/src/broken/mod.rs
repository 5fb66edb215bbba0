//! Deliberately broken relays and engines: what the checker must find.

mod hooks;
mod order;
mod shop;
#[cfg(test)]
mod tests;

use clap::ValueEnum;

use crate::scenario::Flow;

/// What runs: the product, or one that is broken on purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Variant {
    /// The product as it is.
    #[default]
    Sound,
    /// A relay that takes a `PutEvents` call for done as soon as it is answered.
    IgnoresFailedEntryCount,
    /// A relay that swallows its errors and answers success.
    AnswersSuccessOnError,
    /// A mapping that goes past the whole batch when a part of it is done.
    AdvancesPastPartialFailure,
    /// A relay that reports the last unfinished record in place of the first.
    ReportsHighest,
    /// A relay that takes every change of an item for its creation.
    CallsModifyCreated,
    /// A relay that leaves out what it can't map.
    DropsPoison,
    /// A relay that writes `BatchItemFailures`.
    MisspellsResponseKey,
    /// A relay that works on a batch from its end.
    ReordersKey,
    /// A mapping that starts at the beginning after each restart.
    ForgetsCheckpoint,
    /// Consumers of queues that answer success whatever came of the batch.
    QueueConsumersAnswerSuccess,
    /// A pipe that runs nothing again of a call that was answered, whatever the answer says.
    PipeIgnoresFailedEntries,
    /// A pipe that starts at the beginning after each restart.
    PipeForgetsCheckpoint,
    /// A pipe whose template has its placeholders between quotes.
    PipeQuotesPlaceholders,
    /// A consumer that tracks the status of the event that comes last, not of the newest.
    TracksLastArrival,
    /// A transaction that takes each repeat for a new operation, with a new token and new ids of its events.
    RepeatsAsNewOperation,
    /// A transaction that reads the counter of an aggregate, but does not hold it to what it has read.
    CountsUnchecked,
    /// A shop that takes from its stock whatever is left.
    SellsUnchecked,
    /// A caller that takes a transaction for not written as soon as nobody knows.
    TakesUnknownForRefused,
    /// A relay that marks rows as published and then publishes them.
    MarksBeforePublishing,
    /// Idempotency records that give a lease which somebody else has.
    IgnoresLease,
    /// Idempotency records that are complete as soon as the work begins.
    CompletesBeforeWork,
    /// An order table that takes whatever is saved, whether or not it has changed meanwhile.
    SavesUnchecked,
    /// A consumer that does not mind that another delivery has the key.
    IgnoresHold,
    /// A consumer that lets go of a key without looking for what was parked meanwhile.
    LetsGoBlindly,
    /// A consumer that drops what is parked when it gives a gap up.
    DropsParked,
    /// A consumer that takes what it has given up for consumed.
    ForgetsGaps,
    /// A consumer that does not wait for what is missing.
    GivesUpAtOnce,
    /// A consumer without a schedule.
    HasNoSchedule,
}

impl Variant {
    /// The flow in which it shows.
    #[must_use]
    pub fn flow(self) -> Option<Flow> {
        match self {
            Self::Sound | Self::QueueConsumersAnswerSuccess => None,
            Self::PipeIgnoresFailedEntries
            | Self::PipeForgetsCheckpoint
            | Self::PipeQuotesPlaceholders
            | Self::TracksLastArrival
            | Self::IgnoresLease
            | Self::CompletesBeforeWork => Some(Flow::Orders),
            Self::RepeatsAsNewOperation
            | Self::CountsUnchecked
            | Self::SellsUnchecked
            | Self::TakesUnknownForRefused
            | Self::MarksBeforePublishing
            | Self::SavesUnchecked
            | Self::IgnoresHold
            | Self::LetsGoBlindly
            | Self::DropsParked
            | Self::ForgetsGaps
            | Self::GivesUpAtOnce
            | Self::HasNoSchedule => Some(Flow::Checkout),
            _ => Some(Flow::Users),
        }
    }
}
