use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize, Serializer};

/// A decimal number that grows per key, of up to 40 digits, kept as text because no integer type holds it.
///
/// The sequence number of a DynamoDB stream record has 21 to 40 digits
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html>); gaps between
/// two of them mean nothing. Numbers compare by length first and then as text, here and nowhere else:
///
/// ```
/// use contract::Sequence;
///
/// let ninth: Sequence = "999999999999999999999".parse()?;
/// let tenth: Sequence = "1000000000000000000000".parse()?;
/// assert!(ninth < tenth);
/// # Ok::<(), contract::NotASequence>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Sequence(String);

impl Sequence {
    /// The most digits a sequence number has.
    pub const DIGITS: usize = 40;

    /// The number as decimal text without leading zeros.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number with leading zeros up to 40 digits, for places that sort as text: a DynamoDB number holds 38
    /// digits only.
    ///
    /// ```
    /// # use contract::Sequence;
    /// let sequence: Sequence = "4421584500000000017450439091".parse()?;
    /// assert_eq!(sequence.padded(), "0000000000004421584500000000017450439091");
    /// # Ok::<(), contract::NotASequence>(())
    /// ```
    #[must_use]
    pub fn padded(&self) -> String {
        format!("{:0>width$}", self.0, width = Self::DIGITS)
    }
}

impl Ord for Sequence {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.0.len(), &self.0).cmp(&(other.0.len(), &other.0))
    }
}

impl PartialOrd for Sequence {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TryFrom<String> for Sequence {
    type Error = NotASequence;

    fn try_from(mut text: String) -> Result<Self, NotASequence> {
        let zeros = text.bytes().take_while(|byte| *byte == b'0').count();
        if text.is_empty()
            || !text.bytes().all(|byte| byte.is_ascii_digit())
            || text.len() - zeros > Self::DIGITS
        {
            return Err(NotASequence(text));
        }
        text.drain(..zeros.min(text.len() - 1));
        Ok(Self(text))
    }
}

impl std::str::FromStr for Sequence {
    type Err = NotASequence;

    fn from_str(text: &str) -> Result<Self, NotASequence> {
        text.to_owned().try_into()
    }
}

impl From<u64> for Sequence {
    fn from(counter: u64) -> Self {
        Self(counter.to_string())
    }
}

impl Serialize for Sequence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl From<Sequence> for String {
    fn from(sequence: Sequence) -> Self {
        sequence.0
    }
}

impl JsonSchema for Sequence {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Sequence".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]{1,40}$" })
    }
}

/// The text is not a sequence number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotASequence(String);

impl fmt::Display for NotASequence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "`{}` is not a sequence number: 1 to 40 decimal digits expected",
            self.0
        )
    }
}

impl std::error::Error for NotASequence {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed parse is a failed test")]

    use super::*;

    fn sequence(text: &str) -> Sequence {
        text.parse().unwrap()
    }

    #[test]
    fn the_longer_number_is_the_greater_one() {
        assert!(sequence("9") < sequence("10"));
        assert!(
            sequence("99999999999999999999999999999999999999")
                < sequence("100000000000000000000000000000000000000")
        );
    }

    #[test]
    fn numbers_of_one_length_compare_as_text() {
        assert!(
            sequence("4421584500000000017450439091") < sequence("4421584500000000017450439092")
        );
    }

    #[test]
    fn leading_zeros_do_not_count() {
        assert_eq!(sequence("0007"), sequence("7"));
        assert_eq!(sequence("000").as_str(), "0");
        assert!(sequence("0009") < sequence("10"));
    }

    #[test]
    fn padded_numbers_sort_as_text_in_the_same_order() {
        let (small, large) = (sequence("999"), sequence("4421584500000000017450439091"));
        assert!(small.padded() < large.padded());
        assert_eq!(small.padded().len(), 40);
        assert_eq!(sequence(&large.padded()), large);
    }

    #[test]
    fn what_is_no_number_is_refused_with_the_text_and_the_limit() {
        for wrong in ["", "-1", "1.0", "12a", "１", &"9".repeat(41)] {
            let error = wrong.parse::<Sequence>().unwrap_err().to_string();
            assert!(
                error.contains(wrong) && error.contains("1 to 40 decimal digits"),
                "{error}"
            );
        }
    }
}
