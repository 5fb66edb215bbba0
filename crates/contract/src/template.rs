use std::fmt;

use serde_json::{Value, json};

use crate::{Contract, Event, SequenceKind, fit};

/// The input template of a pipe that reads a DynamoDB stream: it makes of each record the detail of an event, with the
/// item's attributes as the data at the top and the same `metadata` as a relay adds
/// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html>).
///
/// A placeholder without quotes around it is replaced by a JSON value, so quotes and newlines in an attribute do no
/// harm; between quotes the bare text would stand, and a quote in it would end the string. Only the record's own event
/// id, which is hexadecimal, stands between quotes. A missing attribute becomes an empty string, so every field is a
/// string that may be empty: an optional one is stored as `""` and no field is ever absent or null.
///
/// Its `Display` form is the text that the pipe's `InputTemplate` takes.
///
/// ```
/// use contract::{Event, InputTemplate};
/// # use schemars::JsonSchema;
/// # use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize, JsonSchema)]
/// struct ParcelMoved {
///     city: String,
/// }
///
/// impl Event for ParcelMoved {
/// #     const SOURCE: &'static str = "warehouse.parcels";
///     const DETAIL_TYPE: &'static str = "ParcelMoved";
/// #     const VERSION: u32 = 1;
///     // …
/// #     fn sample() -> Self {
/// #         Self { city: "Bern".to_owned() }
/// #     }
/// }
///
/// let template = InputTemplate::of::<ParcelMoved>("parcelId", "movedAt")?;
/// let start = r#"{"city":<$.dynamodb.NewImage.city.S>,"metadata":{"eventId":"<$.eventID>:ParcelMoved","#;
/// assert!(template.to_string().starts_with(start));
/// # Ok::<(), contract::TemplateError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputTemplate(String);

impl InputTemplate {
    /// The most characters that a pipe takes
    /// (<https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeTargetParameters.html>).
    pub const LENGTH: usize = 8192;

    /// The template for items whose attributes are named as the fields of `E`. `key` is the attribute that orders the
    /// events (the table's key), `occurred_at` the one that holds the moment of the write: RFC 3339 with milliseconds.
    ///
    /// # Errors
    /// [`TemplateError`] names the field or attribute that a template can't hold.
    pub fn of<E: Event>(key: &str, occurred_at: &str) -> Result<Self, TemplateError> {
        let contract = Contract::of::<E>();
        let mut fields = Vec::new();
        let properties = contract.schema["properties"].as_object();
        for (name, schema) in properties.into_iter().flatten() {
            if name != "metadata" {
                let schema = fit::resolve(&contract.schema, schema);
                if !holds_text(&contract.schema, schema) {
                    return Err(TemplateError::NotText {
                        field: name.clone(),
                        kind: kind(schema),
                    });
                }
                fields.push(format!("{}:{}", Value::from(name.as_str()), image(name)?));
            }
        }
        fields.push(format!(
            r#""metadata":{{"eventId":"<$.eventID>:{}","occurredAt":{},"key":{},"sequence":<$.dynamodb.SequenceNumber>,"sequenceKind":{},"version":{}}}"#,
            plain(E::DETAIL_TYPE)?,
            image(occurred_at)?,
            image(key)?,
            json!(SequenceKind::Stream),
            E::VERSION,
        ));
        let text = format!("{{{}}}", fields.join(","));
        let length = text.chars().count();
        if length > Self::LENGTH {
            return Err(TemplateError::TooLong { length });
        }
        Ok(Self(text))
    }
}

impl fmt::Display for InputTemplate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The placeholder of a string attribute of the item as it is after the change.
fn image(attribute: &str) -> Result<String, TemplateError> {
    let first = attribute.bytes().next();
    let is_name = first.is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && attribute
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_name {
        Ok(format!("<$.dynamodb.NewImage.{attribute}.S>"))
    } else {
        Err(TemplateError::Name {
            name: attribute.to_owned(),
        })
    }
}

/// A text that stands as it is in a template between quotes.
fn plain(text: &str) -> Result<&str, TemplateError> {
    let is_special = |each: char| matches!(each, '"' | '\\' | '<' | '>') || each.is_control();
    if text.contains(is_special) {
        Err(TemplateError::Name {
            name: text.to_owned(),
        })
    } else {
        Ok(text)
    }
}

/// Whether every value of the schema is a string.
fn holds_text(root: &Value, schema: &Value) -> bool {
    let schema = fit::resolve(root, schema);
    let branches = schema["oneOf"].as_array().or(schema["anyOf"].as_array());
    let by_branches = branches.is_some_and(|branches| {
        !branches.is_empty() && branches.iter().all(|branch| holds_text(root, branch))
    });
    fit::kinds(schema) == ["string"] || by_branches
}

fn kind(schema: &Value) -> String {
    match fit::kinds(schema).join(" or ") {
        kinds if kinds.is_empty() => "of several kinds".to_owned(),
        kinds => kinds,
    }
}

/// An event that an input template can't make of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "each field is named in its variant's text")]
pub enum TemplateError {
    /// A field is something else than a string in every event.
    NotText { field: String, kind: String },
    /// A name would need quoting in a JSON path or in a string, which pipes do not document.
    Name { name: String },
    /// The template is longer than a pipe takes.
    TooLong { length: usize },
}

impl fmt::Display for TemplateError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotText { field, kind } => write!(
                formatter,
                "the field `{field}` is {kind}, but a template makes strings only: store it as a string attribute, \
                 an optional one as the empty string, or publish with a relay"
            ),
            Self::Name { name } => write!(
                formatter,
                "`{name}` can't stand in a template: an attribute may hold letters, digits and underscores and not \
                 start with a digit, a detail-type no quote, backslash, angle bracket or control character"
            ),
            Self::TooLong { length } => write!(
                formatter,
                "the template has {length} characters, {} are allowed: publish fewer fields",
                InputTemplate::LENGTH
            ),
        }
    }
}

impl std::error::Error for TemplateError {}
