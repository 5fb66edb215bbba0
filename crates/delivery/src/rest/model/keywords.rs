use serde_json::{Map, Value};

use super::ModelError;

/// What stands behind a keyword.
enum Holds {
    Schema,
    /// A schema or a list of them.
    Schemas,
    /// Schemas by name.
    Named,
    /// No schema.
    Plain,
}

/// The keywords of draft 4. <https://json-schema.org/draft-04/schema>
const KEYWORDS: [(&str, Holds); 34] = [
    ("$schema", Holds::Plain),
    ("id", Holds::Plain),
    ("title", Holds::Plain),
    ("description", Holds::Plain),
    ("default", Holds::Plain),
    ("multipleOf", Holds::Plain),
    ("maximum", Holds::Plain),
    ("exclusiveMaximum", Holds::Plain),
    ("minimum", Holds::Plain),
    ("exclusiveMinimum", Holds::Plain),
    ("maxLength", Holds::Plain),
    ("minLength", Holds::Plain),
    ("pattern", Holds::Plain),
    ("additionalItems", Holds::Schema),
    ("items", Holds::Schemas),
    ("maxItems", Holds::Plain),
    ("minItems", Holds::Plain),
    ("uniqueItems", Holds::Plain),
    ("maxProperties", Holds::Plain),
    ("minProperties", Holds::Plain),
    ("required", Holds::Plain),
    ("additionalProperties", Holds::Schema),
    ("definitions", Holds::Named),
    ("properties", Holds::Named),
    ("patternProperties", Holds::Named),
    ("dependencies", Holds::Named),
    ("enum", Holds::Plain),
    ("type", Holds::Plain),
    ("format", Holds::Plain),
    ("allOf", Holds::Schemas),
    ("anyOf", Holds::Schemas),
    ("oneOf", Holds::Schemas),
    ("not", Holds::Schema),
    ("$ref", Holds::Plain),
];

/// Refuses what a validator of draft 4 would silently leave out: keywords of later drafts, another
/// draft's name, references to other documents.
pub(super) fn check(schema: &Value) -> Result<(), ModelError> {
    if let Some(draft) = schema.get("$schema").and_then(Value::as_str)
        && !draft.contains("draft-04")
    {
        return Err(ModelError::Schema(format!(
            "`$schema` is {draft}; API Gateway takes http://json-schema.org/draft-04/schema#"
        )));
    }
    walk(schema, "#")
}

fn walk(schema: &Value, place: &str) -> Result<(), ModelError> {
    match schema {
        Value::Object(schema) => object(schema, place),
        Value::Array(schemas) => schemas
            .iter()
            .enumerate()
            .try_for_each(|(index, schema)| walk(schema, &format!("{place}/{index}"))),
        _ => Ok(()),
    }
}

fn object(schema: &Map<String, Value>, place: &str) -> Result<(), ModelError> {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str)
        && !reference.starts_with('#')
    {
        return Err(ModelError::Reference(reference.to_owned()));
    }
    for (name, value) in schema {
        let Some((_, holds)) = KEYWORDS.iter().find(|(known, _)| known == name) else {
            return Err(ModelError::Keyword {
                keyword: name.clone(),
                place: place.to_owned(),
            });
        };
        let place = format!("{place}/{name}");
        match holds {
            Holds::Schema | Holds::Schemas => walk(value, &place)?,
            Holds::Named => {
                let members = value.as_object().into_iter().flatten();
                // A dependency may be a list of names instead of a schema.
                let schemas = members.filter(|(_, schema)| schema.is_object());
                for (name, schema) in schemas {
                    walk(schema, &format!("{place}/{name}"))?;
                }
            }
            Holds::Plain => {}
        }
    }
    Ok(())
}
