//! What makes two events the same: their data, whatever the order of its fields.

use std::fmt::Write as _;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// The SHA-256 of canonical JSON: fields sorted by name, no white space.
pub(super) fn hash(payload: &Value) -> String {
    let mut text = String::new();
    write(payload, &mut text);
    hex::encode(Sha256::digest(text.as_bytes()))
}

fn write(value: &Value, text: &mut String) {
    let list = |text: &mut String,
                ends: [char; 2],
                parts: &mut dyn Iterator<Item = (Option<&String>, &Value)>| {
        text.push(ends[0]);
        for (position, (name, part)) in parts.enumerate() {
            if position > 0 {
                text.push(',');
            }
            if let Some(name) = name {
                scalar(&Value::from(name.as_str()), text);
                text.push(':');
            }
            write(part, text);
        }
        text.push(ends[1]);
    };
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields
                .iter()
                .map(|(name, part)| (Some(name), part))
                .collect();
            fields.sort_by_key(|(name, _)| *name);
            list(text, ['{', '}'], &mut fields.into_iter());
        }
        Value::Array(parts) => list(text, ['[', ']'], &mut parts.iter().map(|part| (None, part))),
        other => scalar(other, text),
    }
}

fn scalar(value: &Value, text: &mut String) {
    // A string takes everything that is written to it.
    let _ = write!(text, "{value}");
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_order_of_fields_does_not_count_and_everything_else_does() {
        let payload = json!({ "id": "1", "line": { "sku": "s", "n": 2 }, "tags": ["a", "b"] });
        let same = json!({ "tags": ["a", "b"], "line": { "n": 2, "sku": "s" }, "id": "1" });
        assert_eq!(hash(&payload), hash(&same));
        for other in [
            json!({ "id": "1", "line": { "sku": "s", "n": 2 }, "tags": ["b", "a"] }),
            json!({ "id": "1", "line": { "sku": "s", "n": "2" }, "tags": ["a", "b"] }),
            json!({ "id": "1", "line": { "sku": "s", "n": 2 }, "tags": ["a", "b"], "more": null }),
            json!({ "id": "1", "line": { "sku": "s" }, "n": 2, "tags": ["a", "b"] }),
            json!({ "id": "1\",\"x\":\"", "line": {}, "tags": [] }),
        ] {
            assert_ne!(hash(&payload), hash(&other), "{other}");
        }
    }

    #[test]
    fn the_hash_is_that_of_canonical_json() {
        let mut text = String::new();
        write(
            &json!({ "b": [1, { "z": null, "a": "\"" }], "a": true }),
            &mut text,
        );
        assert_eq!(text, r#"{"a":true,"b":[1,{"a":"\"","z":null}]}"#);
    }
}
