use std::net::IpAddr;

use serde_json::Value;

use super::numeric::Range;
use super::text::TextTest;

/// What one value must be like.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Condition {
    /// The same string, number (as text), boolean or null.
    Equals(Value),
    /// A string of this form.
    Text(TextTest),
    /// A value that is none of these.
    AnythingBut(Vec<Value>),
    /// A value that has none of these forms.
    AnythingButText(Vec<TextTest>),
    /// A number in this range.
    Numeric(Range),
    /// A string that is an IP address of this network.
    Network(Network),
    /// The field is there (true) or not there (false).
    Exists(bool),
}

impl Condition {
    /// Whether `value`, which is no array and no object, meets the condition.
    pub(super) fn allows(&self, value: &Value) -> bool {
        match self {
            Self::Equals(expected) => expected == value,
            Self::Text(test) => value.as_str().is_some_and(|text| test.matches(text)),
            Self::AnythingBut(excluded) => !excluded.contains(value),
            Self::AnythingButText(excluded) => value
                .as_str()
                .is_none_or(|text| !excluded.iter().any(|test| test.matches(text))),
            Self::Numeric(range) => value.as_f64().is_some_and(|number| range.contains(number)),
            Self::Network(network) => value
                .as_str()
                .and_then(|text| text.parse().ok())
                .is_some_and(|address| network.contains(address)),
            Self::Exists(there) => *there,
        }
    }
}

/// A range of IP addresses in CIDR notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Network {
    address: IpAddr,
    prefix: u32,
}

impl Network {
    /// Parses `10.0.0.0/24` or `2001:db8::/32`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let address: IpAddr = address.parse().ok()?;
        let prefix: u32 = prefix.parse().ok()?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        (prefix <= longest).then_some(Self { address, prefix })
    }

    fn contains(self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                (network.to_bits() ^ address.to_bits())
                    .checked_shr(32 - self.prefix)
                    .unwrap_or(0)
                    == 0
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                (network.to_bits() ^ address.to_bits())
                    .checked_shr(128 - self.prefix)
                    .unwrap_or(0)
                    == 0
            }
            _ => false,
        }
    }
}
