//! The functions of `$util`.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;

use super::RenderError;
use super::value::Value;

/// The functions that are done here; each takes one argument.
pub(super) const UTILITIES: [&str; 6] = [
    "base64Decode",
    "base64Encode",
    "escapeJavaScript",
    "parseJson",
    "urlDecode",
    "urlEncode",
];

/// Does `$util.<name>(argument)`.
pub(super) fn utility(name: &str, argument: &Value) -> Result<Value, RenderError> {
    if matches!(argument, Value::Null) {
        return Ok(Value::Null);
    }
    let text = argument.to_text();
    let failed = |reason: String| RenderError::Failed(format!("$util.{name}: {reason}"));
    let result = match name {
        "base64Encode" => STANDARD.encode(&text),
        "base64Decode" => {
            let bytes = STANDARD.decode(&text);
            let bytes = bytes.map_err(|error| failed(error.to_string()))?;
            String::from_utf8(bytes).map_err(|error| failed(error.to_string()))?
        }
        "escapeJavaScript" => escape_java_script(&text),
        "parseJson" => {
            let parsed = serde_json::from_str::<Json>(&text);
            let parsed = parsed.map_err(|error| failed(error.to_string()))?;
            return Ok(Value::from_json(&parsed));
        }
        "urlEncode" => form_urlencoded::byte_serialize(text.as_bytes()).collect(),
        "urlDecode" => {
            let spaced = text.replace('+', " ");
            let decoded = percent_encoding::percent_decode_str(&spaced).decode_utf8_lossy();
            decoded.into_owned()
        }
        _ => return Ok(Value::Null),
    };
    Ok(Value::text(&result))
}

/// As Java's `StringEscapeUtils` does, which API Gateway's documentation describes: single quotes are
/// escaped too, which JSON does not allow, so that one appends `.replaceAll("\\'","'")`.
fn escape_java_script(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '"' | '\'' | '\\' | '/' => escaped.extend(['\\', character]),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            '\u{8}' => escaped.push_str("\\b"),
            '\u{c}' => escaped.push_str("\\f"),
            ' '..='~' => escaped.push(character),
            _ => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    // Writing to a string can't fail.
                    let _ = write!(escaped, "\\u{unit:04X}");
                }
            }
        }
    }
    escaped
}
