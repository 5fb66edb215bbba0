//! A type read from an image is the same as `serde_dynamo` reads it from the item.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use proptest::prelude::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_dynamo::{AttributeValue, Item};
use serde_json::{Value, json};

use super::Image;

fn read<T: DeserializeOwned>(json: &str) -> Result<T, String> {
    let image: Image<'_> = serde_json::from_str(json).map_err(|error| error.to_string())?;
    T::deserialize(image).map_err(|error| error.to_string())
}

fn by_serde_dynamo<T: DeserializeOwned>(json: &str) -> Result<T, String> {
    let item: Item = serde_json::from_str(json).map_err(|error| error.to_string())?;
    serde_dynamo::from_item(item).map_err(|error| error.to_string())
}

fn read_alike<T: DeserializeOwned + PartialEq + Debug>(json: &Value) -> T {
    let json = json.to_string();
    let read = read(&json).unwrap();
    assert_eq!(read, by_serde_dynamo::<T>(&json).unwrap(), "{json}");
    read
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Colour {
    Red,
    Mixed { red: u8 },
}

#[derive(Debug, PartialEq, Deserialize)]
struct Name(String);

#[derive(Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Loose {
    Number(i64),
    Text(String),
}

#[derive(Debug, PartialEq, Deserialize)]
struct Inner {
    deep: String,
    list: Vec<Value>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Everything {
    text: String,
    escaped: String,
    name: Name,
    letter: char,
    small: u8,
    negative: i64,
    fraction: f64,
    yes: bool,
    nothing: Option<String>,
    something: Option<String>,
    number: Option<u32>,
    #[serde(default)]
    missing: Option<String>,
    unit: (),
    colour: Colour,
    mixed: Colour,
    loose_number: Loose,
    loose_text: Loose,
    inner: Inner,
    pair: (String, u8),
    texts: BTreeSet<String>,
    numbers: Vec<i32>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[test]
fn every_kind_of_attribute_is_read_as_serde_dynamo_reads_it() {
    let read: Everything = read_alike(&json!({
        "text": {"S": "plain"},
        "escaped": {"S": "\"quoted\"\n\u{1f980}\\"},
        "name": {"S": "Augusta"},
        "letter": {"S": "é"},
        "small": {"N": "255"},
        "negative": {"N": "-9223372036854775808"},
        "fraction": {"N": "1.5e3"},
        "yes": {"BOOL": true},
        "nothing": {"NULL": true},
        "something": {"S": ""},
        "number": {"N": "7"},
        "unit": {"NULL": true},
        "colour": {"S": "red"},
        "mixed": {"M": {"mixed": {"M": {"red": {"N": "3"}}}}},
        "loose_number": {"N": "5"},
        "loose_text": {"S": "5"},
        "inner": {"M": {
            "deep": {"S": "d"},
            "list": {"L": [{"S": "a"}, {"N": "1"}, {"NULL": true}, {"L": []}]},
        }},
        "pair": {"L": [{"S": "a"}, {"N": "1"}]},
        "texts": {"SS": ["a", "b"]},
        "numbers": {"NS": ["1", "-2"]},
        "rest1": {"S": "kept"},
        "rest2": {"N": "2"},
    }));
    assert_eq!(read.escaped, "\"quoted\"\n\u{1f980}\\");
    assert_eq!(read.rest["rest1"], "kept");
}

#[test]
fn a_binary_is_read_as_its_bytes() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Binary {
        sets: Vec<AnyValue>,
    }
    /// What `serde_dynamo` makes of bytes, whichever way it hands them over.
    #[derive(Debug, PartialEq)]
    struct AnyValue(Vec<u8>);
    impl<'de> Deserialize<'de> for AnyValue {
        fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            struct Bytes;
            impl serde::de::Visitor<'_> for Bytes {
                type Value = Vec<u8>;
                fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    formatter.write_str("bytes")
                }
                fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                    Ok(bytes.to_vec())
                }
                fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
                    Ok(bytes)
                }
            }
            from.deserialize_byte_buf(Bytes).map(AnyValue)
        }
    }

    let one: BTreeMap<String, AnyValue> = read_alike(&json!({"binary": {"B": "AQID"}}));
    assert_eq!(one["binary"], AnyValue(vec![1, 2, 3]));
    let set: Binary = read_alike(&json!({"sets": {"BS": ["AQ==", "Ag=="]}}));
    assert_eq!(set.sets, [AnyValue(vec![1]), AnyValue(vec![2])]);
}

#[test]
fn an_item_can_be_an_enum_or_a_newtype() {
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(tag = "kind")]
    enum Tagged {
        User { id: String, age: u8 },
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct Wrapped(BTreeMap<String, String>);

    let tagged = json!({"kind": {"S": "User"}, "id": {"S": "1"}, "age": {"N": "30"}});
    read_alike::<Tagged>(&tagged);
    read_alike::<Colour>(&json!({"mixed": {"M": {"red": {"N": "3"}}}}));
    read_alike::<Wrapped>(&json!({"a": {"S": "b"}}));
    read_alike::<Option<Wrapped>>(&json!({"a": {"S": "b"}}));
}

#[test]
fn what_serde_dynamo_refuses_is_refused() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Number {
        #[allow(dead_code, reason = "never read: every one is refused")]
        id: u8,
    }
    for json in [
        r#"{"id": {"S": "5"}}"#,
        r#"{"id": {"N": "256"}}"#,
        r#"{"id": {"N": 5}}"#,
        r#"{"id": {"BOOL": true}}"#,
        r#"{"id": {"X": "5"}}"#,
        r#"{"id": {}}"#,
        r#"{"id": {"N": "5", "S": "5"}}"#,
        r#"{"id": {"B": "no base64!"}}"#,
        r#"{"id": "5"}"#,
        r"[]",
        r"{}",
    ] {
        by_serde_dynamo::<Number>(json).unwrap_err();
        read::<Number>(json).unwrap_err();
    }
    let wrong = r#"{"id": {"S": "5"}}"#;
    assert_eq!(
        read::<Number>(wrong).unwrap_err(),
        by_serde_dynamo::<Number>(wrong).unwrap_err()
    );
    assert!(read::<BTreeMap<String, String>>(r#"{"id": {"N": "5"}}"#).is_err());
}

fn attribute() -> impl Strategy<Value = AttributeValue> {
    let leaf = prop_oneof![
        any::<String>().prop_map(AttributeValue::S),
        any::<i64>().prop_map(|number| AttributeValue::N(number.to_string())),
        any::<bool>().prop_map(AttributeValue::Bool),
        Just(AttributeValue::Null(true)),
        prop::collection::vec(any::<String>(), 1..4).prop_map(AttributeValue::Ss),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(AttributeValue::L),
            prop::collection::hash_map(any::<String>(), inner, 0..4).prop_map(AttributeValue::M),
        ]
    })
}

proptest! {
    #[test]
    fn any_item_is_read_as_serde_dynamo_reads_it(
        attributes in prop::collection::hash_map(any::<String>(), attribute(), 0..6),
    ) {
        let item = Item::from(attributes);
        let json = serde_json::to_string(&item).unwrap();
        prop_assert_eq!(read::<Value>(&json), by_serde_dynamo::<Value>(&json));
        let image: Image<'_> = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(image.into_item(), item);
    }
}
