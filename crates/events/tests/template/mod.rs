//! What a pipe makes of a template, as far as these tests need it
//! (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html>).

use serde_json::Value;

/// Replaces each `<$.path>` by the record's value there: as JSON, or between quotes as the bare text.
pub(crate) fn render(template: &str, record: &Value) -> String {
    let mut rendered = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("<$") {
        let (path, after) = after.split_once('>').unwrap();
        rendered.push_str(before);
        let value = record.pointer(&path.replace('.', "/")).cloned();
        let value = value.unwrap_or_else(|| Value::from(""));
        match value {
            Value::String(text) if before.ends_with('"') => rendered.push_str(&text),
            value => rendered.push_str(&value.to_string()),
        }
        rest = after;
    }
    rendered + rest
}
