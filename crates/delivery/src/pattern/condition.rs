use std::net::IpAddr;

use super::numeric::{Range, number};
use super::text::TextTest;
use crate::document::{Kind, Node};

/// What one value must be like.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Condition {
    /// The same string, number (as text), boolean or null.
    Equals(Literal),
    /// A string of this form.
    Text(TextTest),
    /// A value that is none of these.
    AnythingBut(Vec<Excluded>),
    /// A value that has none of these forms.
    AnythingButText(Vec<TextTest>),
    /// A number in this range.
    Numeric(Range),
    /// A string that is an IP address of this network.
    Network(Network),
    /// The field is there (true) or not there (false).
    Exists(bool),
}

/// A value of a pattern.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Null,
    Boolean(bool),
    /// As it is written.
    Number(String),
    Text(String),
}

/// A value behind `anything-but`.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Excluded {
    Text(String),
    /// Unlike an exact number it is compared as a number, as event-ruler does.
    Number(f64),
}

impl Condition {
    /// Whether `value`, which is no array and no object, meets the condition.
    pub(super) fn allows(&self, value: &Node<'_>) -> bool {
        let text = text(value);
        match self {
            Self::Equals(expected) => expected.is(value),
            Self::Text(form) => text.is_some_and(|text| form.matches(text)),
            Self::AnythingBut(excluded) => !excluded.iter().any(|excluded| excluded.is(value)),
            Self::AnythingButText(excluded) => {
                text.is_none_or(|text| !excluded.iter().any(|test| test.matches(text)))
            }
            Self::Numeric(range) => number(value).is_some_and(|number| range.contains(number)),
            Self::Network(network) => text
                .and_then(|text| text.parse().ok())
                .is_some_and(|address| network.contains(address)),
            Self::Exists(there) => *there,
        }
    }
}

impl Literal {
    fn is(&self, value: &Node<'_>) -> bool {
        match (self, &value.kind) {
            (Self::Null, Kind::Null) => true,
            (Self::Boolean(one), Kind::Boolean(other)) => one == other,
            (Self::Number(text), Kind::Number) => text == value.text,
            (Self::Text(one), Kind::String(other)) => one == other,
            _ => false,
        }
    }
}

impl Excluded {
    fn is(&self, value: &Node<'_>) -> bool {
        match self {
            Self::Text(excluded) => text(value) == Some(excluded),
            Self::Number(excluded) => number(value) == Some(*excluded),
        }
    }
}

fn text<'a>(value: &'a Node<'_>) -> Option<&'a str> {
    match &value.kind {
        Kind::String(text) => Some(text),
        _ => None,
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
