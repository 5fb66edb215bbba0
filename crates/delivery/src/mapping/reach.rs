use super::SequenceNumber;

/// How far a shard was read.
#[derive(Debug, Default)]
pub(super) struct Reach {
    /// Everything up to here is in a lane or done.
    pub(super) read_to: Option<SequenceNumber>,
    /// Nothing more can be read at the moment.
    pub(super) exhausted: bool,
    /// Nothing more will ever come.
    pub(super) closed: bool,
}

impl Reach {
    /// Whether a record with this number would have been read.
    pub(super) fn includes(&self, number: &SequenceNumber) -> bool {
        self.closed || self.read_to.as_ref().is_some_and(|to| to >= number)
    }
}
