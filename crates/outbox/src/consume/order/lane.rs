//! What is decided about a key's next event, apart from where it is stored.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Bounds;

/// How far a key is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lane {
    /// The sequence of the last event that was consumed; 0 before the first.
    pub seen: u64,
    /// The delivery that is at work.
    pub hold: Option<Hold>,
    /// Events that wait, by their sequence.
    pub parked: BTreeMap<u64, Parked>,
    /// Gaps that were given up. What still arrives of them is consumed late.
    pub given_up: Vec<Gap>,
}

/// A delivery at work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Drawn for this delivery.
    pub owner: String,
    /// The end of its lease.
    #[serde(with = "milliseconds")]
    pub until: Timestamp,
}

/// An event that waits for those before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parked {
    /// As EventBridge delivered it: JSON.
    pub event: String,
    /// Since when it waits.
    #[serde(with = "milliseconds")]
    pub since: Timestamp,
}

/// Events that did not come, from the first to the last of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The sequence of the first missing event.
    pub first: u64,
    /// The sequence of the last missing event.
    pub last: u64,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing is ready.
    Wait,
    /// This one is ready.
    Consume(u64),
    /// This one has waited long enough for those before it.
    GiveUp(Gap, u64),
}

impl Lane {
    /// Whether the event was consumed already.
    pub(super) fn has_consumed(&self, sequence: u64) -> bool {
        sequence <= self.seen && !self.is_late(sequence)
    }

    /// Whether the event belongs to a gap that was given up.
    pub(super) fn is_late(&self, sequence: u64) -> bool {
        self.given_up
            .iter()
            .any(|gap| (gap.first..=gap.last).contains(&sequence))
    }

    pub(super) fn is_held_by_another(&self, owner: &str, now: Timestamp) -> bool {
        self.hold
            .as_ref()
            .is_some_and(|hold| hold.owner != owner && now < hold.until)
    }

    pub(super) fn is_held_by(&self, owner: &str) -> bool {
        self.hold.as_ref().is_some_and(|hold| hold.owner == owner)
    }

    /// Keeps an event until its turn. One that waits already goes on waiting.
    pub(super) fn park(&mut self, sequence: u64, event: &str, now: Timestamp) {
        self.parked.entry(sequence).or_insert_with(|| Parked {
            event: event.to_owned(),
            since: now,
        });
    }

    /// Since when the longest has waited.
    #[must_use]
    pub fn parked_since(&self) -> Option<Timestamp> {
        self.parked.values().map(|parked| parked.since).min()
    }

    pub(super) fn is_over(&self, bounds: &Bounds) -> bool {
        let bytes: usize = self.parked.values().map(|parked| parked.event.len()).sum();
        self.parked.len() > bounds.events || bytes > bounds.bytes
    }

    pub(super) fn next(&self, bounds: &Bounds, now: Timestamp) -> Next {
        let Some((&sequence, _)) = self.parked.first_key_value() else {
            return Next::Wait;
        };
        if sequence <= self.seen + 1 {
            return Next::Consume(sequence);
        }
        let waited_for = |since| now.duration_since(since).unsigned_abs();
        let too_long = self
            .parked_since()
            .is_some_and(|since| waited_for(since) >= bounds.patience);
        if too_long || self.is_over(bounds) {
            let gap = Gap {
                first: self.seen + 1,
                last: sequence - 1,
            };
            Next::GiveUp(gap, sequence)
        } else {
            Next::Wait
        }
    }

    /// The event was consumed, in its turn or late.
    pub(super) fn consumed(&mut self, sequence: u64) {
        self.parked.remove(&sequence);
        if sequence > self.seen {
            if sequence > self.seen + 1 {
                self.given_up.push(Gap {
                    first: self.seen + 1,
                    last: sequence - 1,
                });
            }
            self.seen = sequence;
        } else {
            self.given_up = self
                .given_up
                .iter()
                .flat_map(|gap| gap.without(sequence))
                .collect();
        }
    }
}

impl Gap {
    fn without(self, sequence: u64) -> impl Iterator<Item = Self> {
        let Self { first, last } = self;
        let parts = if (first..=last).contains(&sequence) {
            // A sequence begins with 1, so that one before it is no underflow.
            [
                Self {
                    first,
                    last: sequence - 1,
                },
                Self {
                    first: sequence + 1,
                    last,
                },
            ]
        } else {
            [self, Self { first: 1, last: 0 }]
        };
        parts.into_iter().filter(|gap| gap.first <= gap.last)
    }
}

/// A moment as the milliseconds since 1970.
mod milliseconds {
    use jiff::Timestamp;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i64(at.as_millisecond())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        let milliseconds = i64::deserialize(from)?;
        Timestamp::from_millisecond(milliseconds).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

    use std::time::Duration;

    use super::*;

    const BOUNDS: Bounds = Bounds {
        events: 2,
        bytes: 10,
        patience: Duration::from_mins(1),
    };

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn lane(seen: u64, parked: &[u64]) -> Lane {
        let mut lane = Lane {
            seen,
            ..Lane::default()
        };
        for sequence in parked {
            lane.park(*sequence, "{}", at(0));
        }
        lane
    }

    #[test]
    fn the_next_event_is_the_one_after_the_last_and_a_gap_is_waited_for_within_the_bounds() {
        let gap = |first, last| Gap { first, last };
        for (lane, second, expected) in [
            (lane(0, &[]), 0, Next::Wait),
            (lane(0, &[1, 2]), 0, Next::Consume(1)),
            (lane(4, &[5]), 0, Next::Consume(5)),
            (lane(4, &[6]), 59, Next::Wait),
            (lane(4, &[6]), 60, Next::GiveUp(gap(5, 5), 6)),
            (lane(4, &[9, 10, 11]), 0, Next::GiveUp(gap(5, 8), 9)),
        ] {
            assert_eq!(lane.next(&BOUNDS, at(second)), expected, "{lane:?}");
        }
        let mut large = lane(0, &[]);
        large.park(2, "0123456789a", at(0));
        assert_eq!(large.next(&BOUNDS, at(0)), Next::GiveUp(gap(1, 1), 2));
    }

    #[test]
    fn what_a_gap_still_brings_is_late_once_and_then_consumed() {
        let mut lane = lane(1, &[6]);
        lane.consumed(6);
        assert_eq!(lane.seen, 6);
        for sequence in [4, 2, 5, 3] {
            assert!(lane.is_late(sequence) && !lane.has_consumed(sequence));
            lane.consumed(sequence);
            assert!(!lane.is_late(sequence) && lane.has_consumed(sequence));
            assert_eq!(lane.seen, 6);
        }
        assert_eq!(lane.given_up, []);
        assert!(lane.has_consumed(1) && !lane.has_consumed(7));
    }

    #[test]
    fn a_hold_is_anothers_until_it_ends() {
        let mut lane = lane(0, &[]);
        assert!(!lane.is_held_by_another("a", at(0)));
        lane.hold = Some(Hold {
            owner: "b".to_owned(),
            until: at(10),
        });
        assert!(lane.is_held_by_another("a", at(9)));
        assert!(!lane.is_held_by_another("a", at(10)));
        assert!(!lane.is_held_by_another("b", at(9)));
    }
}
