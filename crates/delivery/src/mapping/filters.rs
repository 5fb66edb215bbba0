//! The filters of event source mappings and pipes: event patterns, in a smaller language than a rule's.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html>

use serde_json::Value;

use crate::pattern::{Language, Pattern};

/// As many as AWS takes of a mapping with a raised quota.
pub(crate) const OF_A_MAPPING: usize = 10;

/// As many characters as one pattern may have.
const MAXIMUM_LENGTH: usize = 4096;

/// Reads `filterCriteria` with at most `maximum` filters; the error says what is allowed.
pub(crate) fn declared(criteria: &Value, maximum: usize) -> Result<Vec<Pattern>, String> {
    let Some(filters) = criteria.get("filters").and_then(Value::as_array) else {
        return Ok(Vec::new());
    };
    if filters.len() > maximum {
        return Err(format!("AWS takes at most {maximum} filters"));
    }
    filters.iter().map(filter).collect()
}

fn filter(filter: &Value) -> Result<Pattern, String> {
    let text = filter.get("pattern").and_then(Value::as_str);
    let text = text.ok_or("each filter has a `pattern`, a JSON object as text")?;
    if text.chars().count() > MAXIMUM_LENGTH {
        return Err("AWS takes patterns of at most 4,096 characters".to_owned());
    }
    Pattern::read(text, Language::Filter).map_err(|error| error.to_string())
}
