use boon::{ErrorKind, InstanceToken, ValidationError};
use serde_json::Value;

/// What is wrong with a document, in the words of the validator that API Gateway uses (a Java library,
/// json-schema-validator), as clients see them in `$context.error.validationErrorString`.
pub(super) fn of(error: &ValidationError<'_, '_>, document: &Value) -> Vec<String> {
    let mut words = Vec::new();
    collect(error, document, &mut words);
    words.sort();
    words.dedup();
    words
}

fn collect(error: &ValidationError<'_, '_>, document: &Value, words: &mut Vec<String>) {
    let whole = matches!(
        error.kind,
        ErrorKind::AnyOf | ErrorKind::OneOf(_) | ErrorKind::Not
    );
    if whole || error.causes.is_empty() {
        words.push(word(error, document));
        return;
    }
    for cause in &error.causes {
        collect(cause, document, words);
    }
}

fn word(error: &ValidationError<'_, '_>, document: &Value) -> String {
    let found = value(error, document);
    match &error.kind {
        ErrorKind::Required { want } => {
            format!("object has missing required properties ({})", list(want))
        }
        ErrorKind::Type { want, .. } => {
            let allowed: Vec<String> = want.iter().map(|kind| kind.to_string()).collect();
            format!(
                "instance type ({}) does not match any allowed primitive type (allowed: {})",
                type_of(found),
                list(&allowed)
            )
        }
        ErrorKind::Enum { want } => {
            let possible: Vec<String> = want.iter().map(Value::to_string).collect();
            format!(
                "instance value ({found}) not found in enum (possible values: [{}])",
                possible.join(",")
            )
        }
        ErrorKind::AdditionalProperties { got } => format!(
            "object instance has properties which are not allowed by the schema: {}",
            list(got)
        ),
        ErrorKind::Pattern { want, .. } => {
            format!("ECMA 262 regex \"{want}\" does not match input string {found}")
        }
        ErrorKind::MinLength { got, want } => {
            format!("string {found} is too short (length: {got}, required minimum: {want})")
        }
        ErrorKind::MaxLength { got, want } => {
            format!("string {found} is too long (length: {got}, maximum allowed: {want})")
        }
        ErrorKind::Minimum { got, want } => format!(
            "numeric instance is lower than the required minimum (minimum: {want}, found: {got})"
        ),
        ErrorKind::Maximum { got, want } => format!(
            "numeric instance is greater than the required maximum (maximum: {want}, found: {got})"
        ),
        ErrorKind::MinItems { got, want } => format!(
            "array is too short: must have at least {want} elements but instance has {got} elements"
        ),
        ErrorKind::MaxItems { got, want } => format!(
            "array is too long: must have at most {want} elements but instance has {got} elements"
        ),
        other => other.to_string(),
    }
}

/// The part of the document that the error is about.
fn value<'a>(error: &ValidationError<'_, '_>, document: &'a Value) -> &'a Value {
    let tokens = error.instance_location.tokens.iter();
    let found = tokens
        .into_iter()
        .try_fold(document, |value, token| match token {
            InstanceToken::Prop(name) => value.get(name.as_ref()),
            InstanceToken::Item(index) => value.get(index),
        });
    found.unwrap_or(&Value::Null)
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// `["a","b"]`
fn list<T: AsRef<str>>(names: &[T]) -> String {
    let mut names: Vec<String> = names
        .iter()
        .map(|name| Value::from(name.as_ref()).to_string())
        .collect();
    names.sort();
    format!("[{}]", names.join(","))
}
