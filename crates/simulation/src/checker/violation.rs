use std::fmt;

use delivery::Time;

/// What was promised and not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ViolationKind {
    /// The relay told Lambda that a record is done which is neither on the bus nor quarantined.
    AcknowledgedUnfinished,
    /// A change ended nowhere: not at every target, not in a dead-letter place, not quarantined.
    Lost,
    /// All faults are over and nothing happens any more, but a change has not ended.
    Stuck,
    /// The bus first accepted an event of a key after a later event of that key.
    OutOfOrder,
    /// The mapping went past a record of a key that was not done.
    WentPast,
    /// A record came again although its checkpoint was durable.
    CameAgain,
    /// An event or a record that no change means.
    Invented,
    /// An event or a record that is not what its change means.
    Altered,
    /// A target was given an event that its rule does not match.
    WrongTarget,
    /// A record was quarantined that could have been published.
    QuarantinedWithoutReason,
    /// A record or an event was given up before a limit was reached.
    GivenUpEarly,
    /// A record or an event was tried more often than its settings allow.
    TriedTooOften,
    /// The tracking table went back to an older status.
    WentBack,
    /// The tracking table does not have the newest status that its consumer completed.
    TrackedWrongly,
    /// More waits than was put in.
    QueueGrew,
    /// A transaction was sent again, but not as it was.
    NotRepeated,
    /// An operation was done twice.
    DoneTwice,
    /// A part of a transaction was written.
    HalfWritten,
    /// The stock is not what is left of it.
    StockWrong,
    /// A sequence number of an aggregate was given twice or left out.
    WrongSequence,
    /// A caller was told something else than what is so.
    AnsweredWrongly,
    /// A row is marked as published that the bus never took.
    MarkedUnpublished,
    /// The sweeper of the outbox does not come to an end, or does not say what is so.
    Unverified,
    /// Two deliveries of an event were worked on at a time.
    RanTogether,
    /// An event was worked on again after that was completed.
    RanAgain,
    /// An event that was ready was left behind when its key was let go of.
    LeftBehind,
    /// The run itself failed or panicked.
    RunFailed,
}

impl ViolationKind {
    /// What it means, in a few words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AcknowledgedUnfinished => "acknowledged, but unfinished",
            Self::Lost => "lost",
            Self::Stuck => "stuck",
            Self::OutOfOrder => "out of order",
            Self::WentPast => "the mapping went past it",
            Self::CameAgain => "came again after its checkpoint",
            Self::Invented => "invented",
            Self::Altered => "altered",
            Self::WrongTarget => "at a target it is not for",
            Self::QuarantinedWithoutReason => "quarantined without a reason",
            Self::GivenUpEarly => "given up too early",
            Self::TriedTooOften => "tried too often",
            Self::WentBack => "went back to an older status",
            Self::TrackedWrongly => "tracked otherwise than the table has it",
            Self::QueueGrew => "a queue grew without bound",
            Self::NotRepeated => "repeated otherwise",
            Self::DoneTwice => "done twice",
            Self::HalfWritten => "written in part",
            Self::StockWrong => "the stock is wrong",
            Self::WrongSequence => "a wrong sequence number",
            Self::AnsweredWrongly => "answered wrongly",
            Self::MarkedUnpublished => "marked, but not published",
            Self::Unverified => "not verified",
            Self::RanTogether => "two deliveries ran together",
            Self::RanAgain => "ran again after its completion",
            Self::LeftBehind => "ready, but left behind",
            Self::RunFailed => "the run failed",
        }
    }
}

impl fmt::Display for ViolationKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// One broken promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// When it was seen, in virtual time.
    pub at: Time,
    /// Which promise.
    pub kind: ViolationKind,
    /// The key of the item concerned, if it is about one.
    pub key: Option<String>,
    /// The stream's id of the change concerned, if it is about one.
    pub change: Option<String>,
    /// What was seen, in one sentence.
    pub text: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.kind, self.text)
    }
}
