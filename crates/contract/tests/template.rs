//! The input template of a pipe makes of an item what a relay makes of it.

#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use contract::{Event, InputTemplate, TemplateError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An event of one field, with this type and name.
macro_rules! event {
    ($name:ident, $field:ident: $kind:ty = $sample:expr, $detail_type:literal) => {
        #[derive(Serialize, Deserialize, JsonSchema)]
        struct $name {
            $field: $kind,
        }

        impl Event for $name {
            const SOURCE: &'static str = "test";
            const DETAIL_TYPE: &'static str = $detail_type;
            const VERSION: u32 = 7;

            fn sample() -> Self {
                Self { $field: $sample }
            }
        }
    };
    ($name:ident, $field:ident: $kind:ty = $sample:expr) => {
        event!($name, $field: $kind = $sample, "Changed");
    };
}

#[derive(Serialize, Deserialize, JsonSchema)]
enum Shade {
    /// Described, hence a choice between constants.
    Light,
    /// The other one.
    Dark,
}

event!(Text, city: String = "Bern".to_owned());
event!(Choice, shade: Shade = Shade::Light);
event!(Integer, count: u32 = 1);
event!(Optional, note: Option<String> = None);
event!(List, lines: Vec<String> = Vec::new());
event!(Truth, express: bool = true);
event!(Nested, shades: std::collections::BTreeMap<String, String> = [].into());
event!(Anything, json: serde_json::Value = serde_json::Value::Null);
event!(QuotedName, city: String = String::new(), "Chan\"ged");
event!(Long, city: String = String::new(), "Changed");

#[test]
fn a_template_holds_the_data_at_the_top_and_the_metadata() {
    assert_eq!(
        InputTemplate::of::<Text>("parcel_id", "movedAt")
            .unwrap()
            .to_string(),
        concat!(
            r#"{"city":<$.dynamodb.NewImage.city.S>,"#,
            r#""metadata":{"eventId":"<$.eventID>:Changed","#,
            r#""occurredAt":<$.dynamodb.NewImage.movedAt.S>,"#,
            r#""key":<$.dynamodb.NewImage.parcel_id.S>,"#,
            r#""sequence":<$.dynamodb.SequenceNumber>,"#,
            r#""sequenceKind":"stream","version":7}}"#,
        )
    );
}

#[test]
fn an_enumeration_is_a_string_as_well() {
    let template = InputTemplate::of::<Choice>("id", "at").unwrap().to_string();
    assert!(
        template.starts_with(r#"{"shade":<$.dynamodb.NewImage.shade.S>,"#),
        "{template}"
    );
}

#[test]
fn a_field_that_is_not_always_a_string_is_refused_by_name() {
    fn refusal<E: Event>() -> String {
        InputTemplate::of::<E>("id", "at").unwrap_err().to_string()
    }
    for (refusal, field) in [
        (refusal::<Integer>(), "the field `count` is integer"),
        (refusal::<Optional>(), "the field `note` is string or null"),
        (refusal::<List>(), "the field `lines` is array"),
        (refusal::<Truth>(), "the field `express` is boolean"),
        (refusal::<Nested>(), "the field `shades` is object"),
        (
            refusal::<Anything>(),
            "the field `json` is of several kinds",
        ),
    ] {
        assert!(refusal.starts_with(field), "{refusal}");
        assert!(
            refusal.contains("store it as a string attribute"),
            "{refusal}"
        );
    }
}

#[test]
fn a_name_that_would_need_quoting_is_refused() {
    for name in ["", "a-b", "a.b", "2nd", "id>", "straße", "a\"b"] {
        let expected = TemplateError::Name {
            name: name.to_owned(),
        };
        assert_eq!(InputTemplate::of::<Text>(name, "at").unwrap_err(), expected);
        assert_eq!(InputTemplate::of::<Text>("id", name).unwrap_err(), expected);
    }
    let error = InputTemplate::of::<QuotedName>("id", "at")
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("`Chan\"ged` can't stand in a template"),
        "{error}"
    );
}

#[test]
fn a_template_longer_than_a_pipe_takes_is_refused() {
    let around = InputTemplate::of::<Long>("k", "at")
        .unwrap()
        .to_string()
        .len()
        - 1;
    let longest = "k".repeat(InputTemplate::LENGTH - around);
    assert!(InputTemplate::of::<Long>(&longest, "at").is_ok());
    let error = InputTemplate::of::<Long>(&format!("{longest}k"), "at").unwrap_err();
    assert_eq!(
        error,
        TemplateError::TooLong {
            length: InputTemplate::LENGTH + 1
        }
    );
}
