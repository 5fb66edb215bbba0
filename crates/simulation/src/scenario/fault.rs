use std::time::Duration;

use crate::observation::Target;

/// Something that goes wrong for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// From when on.
    pub from: Duration,
    /// Until when.
    pub until: Duration,
    /// How often it strikes when it can, per thousand.
    pub per_mille: u16,
    /// It strikes at most so often; absent: without a limit.
    pub at_most: Option<u32>,
    /// Decides when it strikes. Every fault has its own, so that leaving one out does not change the others.
    pub seed: u64,
    /// What happens.
    pub kind: FaultKind,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The bus refuses an entry with this code.
    EntryRefused(&'static str),
    /// The bus refuses a whole call.
    CallRefused {
        /// The HTTP status.
        status: u16,
        /// AWS's code; empty if the answer has none.
        code: &'static str,
    },
    /// The bus takes the entries at once and answers only after this time.
    CallSlow(Duration),
    /// The bus takes the entries, but its answer is lost.
    AnswerLost,
    /// The call is lost on its way, and nobody says so.
    CallLost,
    /// The relay ends before it publishes anything.
    RelayEndsBeforePublishing(Crash),
    /// The relay's process exits so long after its start, whatever it is doing.
    RelayExitsAfter(Duration),
    /// The relay ends between publishing and answering.
    RelayEndsBeforeAnswering(Crash),
    /// The relay is not run: too many are running.
    RelayThrottled,
    /// The quarantine queue can't be reached.
    QuarantineUnreachable,
    /// The quarantine queue takes a message, but its answer is lost.
    QuarantineAnswerLost,
    /// The mapping's failure destination can't be reached.
    FailureDestinationUnreachable,
    /// The mapping can't read the stream.
    StreamUnreadable,
    /// A target refuses for now.
    TargetRefuses {
        /// Which.
        target: Target,
        /// AWS's code for it.
        code: &'static str,
    },
    /// A target is gone: its events go to its dead-letter queue at once.
    TargetGone(Target),
    /// A target's dead-letter queue refuses: what it should hold is lost.
    DeadLetterQueueRefuses(Target),
    /// A target gets an event twice.
    TargetTwice(Target),
    /// A target gets an event later than those behind it.
    TargetLate(Target),
    /// The consumer's handler fails.
    ConsumerFails(Crash),
    /// The consumer completes its work, but then ends before it answers.
    ConsumerEndsBeforeAnswering(Crash),
    /// The consumer is not run: too many are running.
    ConsumerThrottled,
    /// The consumer's failure destination can't be reached.
    ConsumerDestinationUnreachable,
    /// The consumer of a queue leaves a message of its batch undone; its process may exit in the middle of the batch.
    QueueConsumerFails(Target, Crash),
    /// The consumer of a queue completes a message and then says that it failed.
    QueueConsumerForgets(Target),
    /// The consumer of a queue works on its batch, but then ends before it answers.
    QueueConsumerEndsBeforeAnswering(Target, Crash),
    /// The consumer of a queue is not run: too many are running.
    QueueConsumerThrottled(Target),
    /// The tracking table can't be reached.
    TrackingUnreachable,
    /// The tracking table takes a status, but its answer is lost.
    TrackingAnswerLost,
    /// The consumer of a queue does its work, but ends before that is recorded.
    QueueConsumerEndsBeforeRecording(Target, Crash),
    /// The idempotency records can't be reached.
    RecordsUnreachable,
    /// The idempotency records take a change, but their answer is lost.
    RecordsAnswerLost,
    /// The order table is too busy.
    OrderTableThrottled,
    /// The order table can't be reached.
    OrderTableUnreachable,
    /// The order table takes a change, but its answer is lost.
    OrderTableAnswerLost,
    /// DynamoDB is too busy to begin a transaction.
    TransactionThrottled,
    /// DynamoDB fails before it has done a transaction.
    TransactionFails,
    /// DynamoDB fails when it has done a transaction.
    TransactionFailsAfterwards,
    /// A transaction is lost on its way.
    TransactionLost,
    /// DynamoDB does a transaction, but its answer is lost.
    TransactionAnswerLost,
    /// DynamoDB begins a transaction only after this time, and nobody waits for its answer any more.
    TransactionLate(Duration),
    /// DynamoDB works on a transaction for this time.
    TransactionSlow(Duration),
    /// Somebody else is at work on an item of a transaction.
    TransactionConflicts,
    /// A consistent read fails.
    ReadFails,
    /// A row can't be marked as published.
    MarkUnreachable,
    /// A row is marked as published, but the answer is lost.
    MarkAnswerLost,
}

/// How a function ends too early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    /// Its process exits; the environment's memory is gone.
    Exits,
    /// It panics; the panic is caught, so the environment lives on.
    Panics,
    /// It runs into its time-out; the environment's memory is gone.
    TimesOut,
    /// It answers with an error.
    Errors,
}

impl FaultKind {
    /// A name for counts and traces.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::EntryRefused(_) => "entry refused",
            Self::CallRefused { .. } => "call refused",
            Self::CallSlow(_) => "call slow",
            Self::AnswerLost => "answer lost",
            Self::CallLost => "call lost",
            Self::RelayEndsBeforePublishing(_) => "relay ends before publishing",
            Self::RelayExitsAfter(_) => "relay exits while publishing",
            Self::RelayEndsBeforeAnswering(_) => "relay ends before answering",
            Self::RelayThrottled => "relay throttled",
            Self::QuarantineUnreachable => "quarantine unreachable",
            Self::QuarantineAnswerLost => "quarantine's answer lost",
            Self::FailureDestinationUnreachable => "failure destination unreachable",
            Self::StreamUnreadable => "stream unreadable",
            Self::TargetRefuses { .. } => "target refuses",
            Self::TargetGone(_) => "target gone",
            Self::DeadLetterQueueRefuses(_) => "dead-letter queue refuses",
            Self::TargetTwice(_) => "delivered twice",
            Self::TargetLate(_) => "delivered late",
            Self::ConsumerFails(_) => "consumer fails",
            Self::ConsumerEndsBeforeAnswering(_) => "consumer ends before answering",
            Self::ConsumerThrottled => "consumer throttled",
            Self::ConsumerDestinationUnreachable => "consumer's destination unreachable",
            Self::QueueConsumerFails(..) => "queue consumer fails",
            Self::QueueConsumerForgets(_) => "queue consumer forgets",
            Self::QueueConsumerEndsBeforeAnswering(..) => "queue consumer ends before answering",
            Self::QueueConsumerThrottled(_) => "queue consumer throttled",
            Self::TrackingUnreachable => "tracking table unreachable",
            Self::TrackingAnswerLost => "tracking table's answer lost",
            Self::QueueConsumerEndsBeforeRecording(..) => "queue consumer ends before recording",
            Self::RecordsUnreachable => "idempotency records unreachable",
            Self::RecordsAnswerLost => "idempotency records' answer lost",
            Self::OrderTableThrottled => "order table throttled",
            Self::OrderTableUnreachable => "order table unreachable",
            Self::OrderTableAnswerLost => "order table's answer lost",
            Self::TransactionThrottled => "transaction throttled",
            Self::TransactionFails => "transaction fails",
            Self::TransactionFailsAfterwards => "transaction fails afterwards",
            Self::TransactionLost => "transaction lost",
            Self::TransactionAnswerLost => "transaction's answer lost",
            Self::TransactionLate(_) => "transaction late",
            Self::TransactionSlow(_) => "transaction slow",
            Self::TransactionConflicts => "transaction conflicts",
            Self::ReadFails => "read fails",
            Self::MarkUnreachable => "mark unreachable",
            Self::MarkAnswerLost => "mark's answer lost",
        }
    }
}
