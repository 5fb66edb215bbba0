//! Bounds and formats: draft 4 has exclusive bounds as booleans beside the bound, and fewer formats.

use serde_json::{Map, Number, Value};

use super::Inexpressible;

/// The formats of draft 4 (<https://datatracker.ietf.org/doc/html/draft-fge-json-schema-validation-00#section-7.3>).
const FORMATS: [&str; 6] = ["date-time", "email", "hostname", "ipv4", "ipv6", "uri"];

/// The ranges that `schemars` writes as formats.
fn range(format: &str) -> Option<(Number, Number)> {
    let range = match format {
        "int8" => (i8::MIN.into(), i8::MAX.into()),
        "int16" => (i16::MIN.into(), i16::MAX.into()),
        "int32" => (i32::MIN.into(), i32::MAX.into()),
        "int64" | "int" => (i64::MIN.into(), i64::MAX.into()),
        "uint8" => (0.into(), u8::MAX.into()),
        "uint16" => (0.into(), u16::MAX.into()),
        "uint32" => (0.into(), u32::MAX.into()),
        "uint64" | "uint" => (0.into(), u64::MAX.into()),
        _ => return None,
    };
    Some(range)
}

pub(super) fn convert(schema: &mut Map<String, Value>, place: &str) -> Result<(), Inexpressible> {
    exclusive(schema, "minimum", "exclusiveMinimum", |bound, other| {
        bound >= other
    });
    exclusive(schema, "maximum", "exclusiveMaximum", |bound, other| {
        bound <= other
    });
    let Some(format) = schema.get("format").and_then(Value::as_str) else {
        return Ok(());
    };
    if FORMATS.contains(&format) {
        return Ok(());
    }
    match (range(format), format) {
        (Some((lowest, highest)), _) => {
            let entry = schema.entry("minimum");
            entry.or_insert_with(|| lowest.into());
            schema.entry("maximum").or_insert_with(|| highest.into());
        }
        (None, "float" | "double") => {}
        (None, other) => return Err(Inexpressible::new(place, format!("the format `{other}`"))),
    }
    schema.remove("format");
    Ok(())
}

/// Of an exclusive and an inclusive bound only the tighter one matters; draft 4 has room for one.
fn exclusive(
    schema: &mut Map<String, Value>,
    inclusive: &str,
    exclusive: &str,
    is_tighter: fn(f64, f64) -> bool,
) {
    let Some(bound) = schema.get(exclusive).filter(|bound| bound.is_number()) else {
        return;
    };
    let bound = bound.clone();
    let other = schema.get(inclusive).and_then(Value::as_f64);
    let matters = match (bound.as_f64(), other) {
        (Some(bound), Some(other)) => is_tighter(bound, other),
        _ => true,
    };
    if matters {
        schema.insert(inclusive.to_owned(), bound);
        schema.insert(exclusive.to_owned(), true.into());
    } else {
        schema.remove(exclusive);
    }
}
