use serde_json::Value;

use crate::document::Document;
use crate::pattern::{Language, Pattern};
use crate::properties::Properties;

use super::SettingsError;

/// As many as AWS takes with a raised quota.
const MAXIMUM_FILTERS: usize = 10;

/// As many characters as one pattern may have.
const MAXIMUM_LENGTH: usize = 4_096;

/// Reads `filterCriteria`. A queue's messages are filtered by their body only.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html>
pub(super) fn declared(properties: &Properties<'_>) -> Result<Vec<Pattern>, SettingsError> {
    let name = "filterCriteria";
    let filters = properties.get(name).and_then(|it| it.get("filters"));
    let filters = filters.and_then(Value::as_array).map(Vec::as_slice);
    let filters = filters.unwrap_or_default();
    if filters.len() > MAXIMUM_FILTERS {
        return Err(properties.error(name, format!("AWS takes at most {MAXIMUM_FILTERS} filters")));
    }
    let patterns = filters.iter().map(pattern);
    let patterns: Result<Vec<_>, String> = patterns.collect();
    patterns.map_err(|allowed| properties.error(name, allowed))
}

fn pattern(filter: &Value) -> Result<Pattern, String> {
    let text = filter.get("pattern").and_then(Value::as_str);
    let text = text.ok_or("each filter has a `pattern`, a JSON object as text")?;
    if text.chars().count() > MAXIMUM_LENGTH {
        return Err("AWS takes patterns of at most 4,096 characters".to_owned());
    }
    let pattern = Pattern::read(text, Language::Filter).map_err(|error| error.to_string())?;
    // It was just read, so it is JSON.
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    match other_key(&value) {
        None => Ok(pattern),
        Some(key) => Err(format!(
            "AWS filters the messages of a queue by `body` only, and not by `{key}`"
        )),
    }
}

/// The first key beside `body`; the alternatives of an `$or` are looked into.
fn other_key(pattern: &Value) -> Option<&str> {
    let fields = pattern.as_object()?;
    fields.iter().find_map(|(key, value)| match value {
        Value::Array(alternatives) if key == "$or" => alternatives.iter().find_map(other_key),
        _ => (key != "body").then_some(key.as_str()),
    })
}

/// Whether a message with this body passes: the body counts as the JSON that it is, otherwise as a
/// text.
pub(super) fn wants(filters: &[Pattern], body: &str) -> bool {
    if filters.is_empty() {
        return true;
    }
    let body = match Document::parse(body) {
        Ok(_) => body.to_owned(),
        Err(_) => Value::from(body).to_string(),
    };
    let event = format!(r#"{{"body":{body}}}"#);
    Document::parse(&event).is_ok_and(|event| {
        let passes = |filter: &Pattern| filter.matches_document(&event);
        filters.iter().any(passes)
    })
}
