use serde_json::Value;

use crate::document::Document;
use crate::mapping::filters;
use crate::pattern::Pattern;
use crate::properties::Properties;

use super::SettingsError;

/// Reads `filterCriteria`. A queue's messages are filtered by their body only.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html>
pub(super) fn declared(properties: &Properties<'_>) -> Result<Vec<Pattern>, SettingsError> {
    let name = "filterCriteria";
    let criteria = properties.get(name).unwrap_or(&Value::Null);
    let patterns = filters::declared(criteria, filters::OF_A_MAPPING)
        .map_err(|it| properties.error(name, it))?;
    let declared = criteria.get("filters").and_then(Value::as_array);
    let texts = declared.into_iter().flatten();
    let texts = texts.filter_map(|filter| filter.get("pattern")?.as_str());
    // They were just read, so they are JSON.
    let key = texts
        .filter_map(|text| serde_json::from_str(text).ok())
        .find_map(|pattern: Value| other_key(&pattern).map(str::to_owned));
    match key {
        None => Ok(patterns),
        Some(key) => Err(properties.error(
            name,
            format!("AWS filters the messages of a queue by `body` only, and not by `{key}`"),
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
