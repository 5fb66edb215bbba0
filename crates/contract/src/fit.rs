//! Finds the first place where a value does not fit a schema, for an error that a person can act on.

use std::fmt;

use serde_json::{Map, Value};

/// The field of an event that does not fit its contract. It holds the field's path and kind, never its value, so it
/// can be logged even when the value is personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    field: String,
    problem: String,
}

impl Misfit {
    /// The path of the field in the event, such as `detail.metadata.sequence`.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    pub(crate) fn missing(field: &str) -> Self {
        Self {
            field: field.to_owned(),
            problem: "is missing".to_owned(),
        }
    }

    fn forbidden(field: &str) -> Self {
        Self {
            field: field.to_owned(),
            problem: "is not allowed by the schema".to_owned(),
        }
    }

    pub(crate) fn kind(field: &str, expected: &str, found: &Value) -> Self {
        let found = kind_of(found);
        Self {
            field: field.to_owned(),
            problem: format!("is {found}, but {expected} is expected"),
        }
    }

    /// For the fields that carry no data of the business: source and detail-type.
    pub(crate) fn other(field: &str, expected: &str, found: &str) -> Self {
        Self {
            field: field.to_owned(),
            problem: format!("is `{found}`, but `{expected}` is expected"),
        }
    }

    /// For what serde refuses and the schema does not explain. Serde's text may quote the value: only its category
    /// is kept.
    #[must_use]
    pub fn refused(field: &str, error: &serde_json::Error) -> Self {
        Self {
            field: field.to_owned(),
            problem: format!(
                "holds a value its type refuses ({:?} error)",
                error.classify()
            ),
        }
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "the event does not fit its contract: field `{}` {}",
            self.field, self.problem
        )
    }
}

impl std::error::Error for Misfit {}

/// Compares `value` with `schema`, whose references point into `root`, and tells the first difference in what serde
/// checks: kinds, required properties, enumerations. `place` is the path of `value` in the event.
pub(crate) fn first_misfit(
    root: &Value,
    schema: &Value,
    value: &Value,
    place: &str,
) -> Option<Misfit> {
    let schema = resolve(root, schema);
    if let Some(options) = schema["anyOf"]
        .as_array()
        .or_else(|| schema["oneOf"].as_array())
    {
        let fits = options
            .iter()
            .any(|option| first_misfit(root, option, value, place).is_none());
        return (!fits).then(|| Misfit::kind(place, "one of the declared forms", value));
    }
    if let Some(parts) = schema["allOf"].as_array()
        && let Some(misfit) = parts
            .iter()
            .find_map(|part| first_misfit(root, part, value, place))
    {
        return Some(misfit);
    }
    if let Some(allowed) = schema["enum"].as_array()
        && !allowed.contains(value)
    {
        return Some(Misfit::kind(
            place,
            &format!("one of {}", Value::from(allowed.clone())),
            value,
        ));
    }
    if let Some(constant) = schema.get("const")
        && constant != value
    {
        return Some(Misfit::kind(
            place,
            &format!("the constant {constant}"),
            value,
        ));
    }
    let kinds = kinds(schema);
    if !kinds.is_empty() && !kinds.iter().any(|kind| is_of_kind(value, kind)) {
        return Some(Misfit::kind(place, &kinds.join(" or "), value));
    }
    match value {
        Value::Object(fields) => misfit_in_object(root, schema, fields, place),
        Value::Array(items) => items.iter().enumerate().find_map(|(index, item)| {
            first_misfit(root, &schema["items"], item, &format!("{place}[{index}]"))
        }),
        _ => None,
    }
}

fn misfit_in_object(
    root: &Value,
    schema: &Value,
    fields: &Map<String, Value>,
    place: &str,
) -> Option<Misfit> {
    let required = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    for name in required {
        if !fields.contains_key(name) {
            return Some(Misfit::missing(&format!("{place}.{name}")));
        }
    }
    fields.iter().find_map(|(name, field)| {
        let Some(property) = schema["properties"].get(name) else {
            return (schema["additionalProperties"] == false)
                .then(|| Misfit::forbidden(&format!("{place}.{name}")));
        };
        first_misfit(root, property, field, &format!("{place}.{name}"))
    })
}

/// Follows `$ref` inside the document; a reference that leads nowhere allows everything.
pub(crate) fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let mut schema = schema;
    // A schema that refers to itself without end is no schema: stop after as many steps as no real one needs.
    for _ in 0..32 {
        let Some(pointer) = schema["$ref"]
            .as_str()
            .and_then(|reference| reference.strip_prefix('#'))
        else {
            break;
        };
        schema = root.pointer(pointer).unwrap_or(&Value::Null);
    }
    schema
}

pub(crate) fn kinds(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn is_of_kind(value: &Value, kind: &str) -> bool {
    match kind {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "null" => value.is_null(),
        _ => true,
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
