//! JSON Schema of a Rust type as draft 4, which the models of API Gateway REST APIs are in
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html>).
//!
//! ```
//! use schemars::JsonSchema;
//! # use serde::Deserialize;
//!
//! /// A parcel to pick up.
//! #[derive(Deserialize, JsonSchema)]
//! #[serde(deny_unknown_fields)]
//! struct PickUp {
//!     /// How heavy it is.
//!     #[schemars(extend("exclusiveMinimum" = 0))]
//!     grams: u32,
//! }
//!
//! let schema = contract::draft4::schema_of::<PickUp>()?;
//! assert_eq!(schema["$schema"], "http://json-schema.org/draft-04/schema#");
//! assert_eq!(schema["properties"]["grams"]["minimum"], 0);
//! assert_eq!(schema["properties"]["grams"]["exclusiveMinimum"], true);
//! assert_eq!(schema["additionalProperties"], false);
//! # Ok::<(), contract::draft4::Inexpressible>(())
//! ```

mod bounds;
mod keywords;

use std::fmt;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use schemars::transform::ReplaceConstValue;
use serde_json::{Map, Value, json};

use keywords::{Holds, KEYWORDS};

/// The name of the draft, as `$schema` holds it.
pub const DRAFT_4: &str = "http://json-schema.org/draft-04/schema#";

/// The schema of what `T` reads from JSON, as one document of draft 4.
///
/// What the draft says in other words is converted: constants, bounds, definitions, tuples, choices between constants
/// (one enumeration). What only people read and the draft does not know is left out: examples, extensions (`x-…`).
///
/// # Errors
/// [`Inexpressible`] names the place and the rule that draft 4 has no words for.
pub fn schema_of<T: JsonSchema>() -> Result<Value, Inexpressible> {
    let settings = SchemaSettings::draft07()
        .with(|settings| settings.meta_schema = Some(DRAFT_4.into()))
        .with_transform(ReplaceConstValue::default());
    let schema = settings.into_generator().into_root_schema_for::<T>();
    convert(&schema.to_value(), "#")
}

/// A rule of a schema that draft 4 has no words for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inexpressible {
    place: String,
    rule: String,
}

impl Inexpressible {
    fn new(place: &str, rule: impl Into<String>) -> Self {
        Self {
            place: place.to_owned(),
            rule: rule.into(),
        }
    }

    /// Where the rule stands in the schema: a JSON pointer such as `#/properties/id`.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }
}

impl fmt::Display for Inexpressible {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} at {} can't be said in JSON Schema draft 4: change the type, or say it with a rule that the draft has",
            self.rule, self.place
        )
    }
}

impl std::error::Error for Inexpressible {}

fn convert(schema: &Value, place: &str) -> Result<Value, Inexpressible> {
    match schema {
        Value::Object(schema) => object(schema, place),
        // Draft 4 has no schemas that are booleans.
        Value::Bool(true) => Ok(json!({})),
        Value::Bool(false) => Ok(json!({ "not": {} })),
        _ => Err(Inexpressible::new(
            place,
            "a schema that is no object and no boolean",
        )),
    }
}

fn object(schema: &Map<String, Value>, place: &str) -> Result<Value, Inexpressible> {
    let mut converted = Map::new();
    for (name, value) in schema {
        let holds = KEYWORDS
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, holds)| *holds);
        let here = format!("{place}/{name}");
        let value = match holds {
            Some(Holds::Plain) => value.clone(),
            // The one place beside `additionalItems` where draft 4 takes a boolean.
            Some(Holds::SchemaOrBoolean) if value.is_boolean() => value.clone(),
            Some(Holds::SchemaOrBoolean | Holds::Schema) => convert(value, &here)?,
            Some(Holds::Schemas) => schemas(value, &here)?,
            Some(Holds::Named) => named(value, &here)?,
            Some(Holds::Nothing) => continue,
            None if name.starts_with("x-") => continue,
            None => return Err(Inexpressible::new(place, format!("the rule `{name}`"))),
        };
        converted.insert(name.clone(), value);
    }
    // The draft wants one name at least.
    if converted.get("required") == Some(&json!([])) {
        converted.remove("required");
    }
    bounds::convert(&mut converted, place)?;
    one_enumeration(&mut converted);
    Ok(Value::Object(converted))
}

/// One schema or a list of them.
fn schemas(value: &Value, place: &str) -> Result<Value, Inexpressible> {
    let Value::Array(schemas) = value else {
        return convert(value, place);
    };
    let each = schemas.iter().enumerate();
    each.map(|(index, schema)| convert(schema, &format!("{place}/{index}")))
        .collect()
}

/// Schemas by name.
fn named(value: &Value, place: &str) -> Result<Value, Inexpressible> {
    let schemas = value.as_object().into_iter().flatten();
    let converted = schemas.map(|(name, schema)| {
        let converted = convert(schema, &format!("{place}/{name}"))?;
        Ok((name.clone(), converted))
    });
    Ok(Value::Object(converted.collect::<Result<_, _>>()?))
}

/// A choice between constants of one type is an enumeration. A caller who sends another value is then told all that
/// are possible, instead of why each one is not it.
fn one_enumeration(schema: &mut Map<String, Value>) {
    if schema.contains_key("type") || schema.contains_key("enum") {
        return;
    }
    for choice in ["oneOf", "anyOf"] {
        let branches = schema.get(choice).and_then(Value::as_array);
        if let Some((kind, constants)) = branches.and_then(|branches| constants(branches)) {
            schema.remove(choice);
            schema.insert("type".to_owned(), kind);
            schema.insert("enum".to_owned(), Value::Array(constants));
            return;
        }
    }
}

/// The type and the constants of branches that allow nothing else, each constant once.
fn constants(branches: &[Value]) -> Option<(Value, Vec<Value>)> {
    let kind = branches.first()?.get("type")?;
    let mut constants = Vec::new();
    for branch in branches {
        let rules = branch.as_object()?.keys();
        let only_constants =
            |name: &String| matches!(name.as_str(), "type" | "enum" | "title" | "description");
        if !rules.into_iter().all(only_constants) || branch.get("type") != Some(kind) {
            return None;
        }
        for constant in branch.get("enum")?.as_array()? {
            if constants.contains(constant) {
                return None;
            }
            constants.push(constant.clone());
        }
    }
    Some((kind.clone(), constants))
}
