//! The pattern of a rule comes from the event's type, and asks for nothing that is never published.

#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use contract::{Event, EventPattern};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Stage {
    /// With a description, so that its schema is a choice between constants.
    Packed,
    /// The next one.
    OnItsWay,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ParcelMoved {
    stage: Stage,
    city: String,
    grams: u32,
    express: bool,
    note: Option<String>,
}

impl Event for ParcelMoved {
    const SOURCE: &'static str = "warehouse.parcels";
    const DETAIL_TYPE: &'static str = "ParcelMoved";
    const VERSION: u32 = 1;

    fn sample() -> Self {
        Self {
            stage: Stage::Packed,
            city: "Bern".to_owned(),
            grams: 250,
            express: true,
            note: Some("fragile".to_owned()),
        }
    }
}

const MOVED: EventPattern = EventPattern::of::<ParcelMoved>();

#[test]
fn a_pattern_takes_the_source_and_the_detail_type() {
    assert_eq!(
        MOVED.to_string(),
        r#"{"source":["warehouse.parcels"],"detail-type":["ParcelMoved"]}"#
    );
}

#[test]
fn a_pattern_also_takes_the_values_of_fields() {
    let pattern = MOVED
        .with("stage", [Stage::OnItsWay, Stage::Packed])
        .and_then(|pattern| pattern.with("express", [true]))
        .and_then(|pattern| pattern.with("note", [None::<&str>]))
        .unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(&pattern.to_string()).unwrap(),
        json!({
            "source": ["warehouse.parcels"],
            "detail-type": ["ParcelMoved"],
            "detail": { "stage": ["ON_ITS_WAY", "PACKED"], "express": [true], "note": [null] },
        })
    );
    assert_ne!(pattern, MOVED);
    assert_eq!(pattern, pattern.clone());
}

#[test]
fn the_last_values_of_a_field_count() {
    let twice = MOVED.with("city", ["Bern"]).unwrap().with("city", ["Thun"]);
    assert_eq!(twice.unwrap(), MOVED.with("city", ["Thun"]).unwrap());
}

#[test]
fn what_is_never_published_is_refused_with_the_field_and_the_value() {
    let cases = [
        (
            "stage",
            json!("packed"),
            r#"no ParcelMoved is ever published with "packed" as its `stage`"#,
        ),
        ("stage", json!(1), "with 1 as its `stage`"),
        ("city", json!(null), "with null as its `city`"),
        ("grams", json!("250"), r#"with "250" as its `grams`"#),
        ("town", json!("Bern"), "ParcelMoved has no field `town`"),
        (
            "city",
            json!({ "prefix": "B" }),
            r#"`city` can't be asked for {"prefix":"B"}"#,
        ),
        (
            "city",
            json!(["Bern"]),
            r#"`city` can't be asked for ["Bern"]"#,
        ),
    ];
    for (field, value, message) in cases {
        let error = MOVED.with(field, [value]).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
    let none = MOVED.with("city", [""; 0]).unwrap_err().to_string();
    assert_eq!(
        none,
        "no value of `city` is asked for: such a pattern takes no ParcelMoved"
    );
}
