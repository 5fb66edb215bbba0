//! The event's shape: `{"lines": [{"sku": "tea", "quantity": 2}]}`, on wish with `id` and `restaurant`.

use serde_json::{Map, Value};

use crate::error::Error;

/// What the event gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Input {
    /// The order's id.
    pub id: Option<String>,
    /// Who cooks it.
    pub restaurant: Option<String>,
    /// At least one.
    pub lines: Vec<Line>,
}

/// One line of the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The product.
    pub sku: String,
    /// How many; at least one.
    pub quantity: u32,
}

impl Input {
    /// Takes an event apart. A misspelt field is an error: ignored, it would place another order than was meant.
    pub fn from_event(event: Value) -> Result<Self, Error> {
        let mut fields = object("the event", event)?;
        let lines = fields.remove("lines").ok_or(Error::Missing {
            place: "lines".to_owned(),
        })?;
        let Value::Array(lines) = lines else {
            return Err(wrong("lines", "an array of lines", &lines));
        };
        let input = Self {
            id: text(&mut fields, "", "id")?,
            restaurant: text(&mut fields, "", "restaurant")?,
            lines: lines
                .into_iter()
                .zip(1..)
                .map(line)
                .collect::<Result<_, _>>()?,
        };
        nothing_else(&fields, "", "id, restaurant and lines")?;
        Ok(input)
    }
}

fn line((line, number): (Value, usize)) -> Result<Line, Error> {
    let place = format!("line {number}");
    let mut fields = object(&place, line)?;
    let within = format!("{place}: ");
    let sku = text(&mut fields, &within, "sku")?;
    let quantity = fields.remove("quantity");
    nothing_else(&fields, &within, "sku and quantity")?;
    let missing = |name| Error::Missing {
        place: format!("{within}{name}"),
    };
    let quantity = quantity.ok_or_else(|| missing("quantity"))?;
    Ok(Line {
        sku: sku.ok_or_else(|| missing("sku"))?,
        quantity: quantity
            .as_u64()
            .and_then(|quantity| quantity.try_into().ok())
            .filter(|quantity| *quantity > 0)
            .ok_or_else(|| {
                wrong(
                    &format!("{within}quantity"),
                    "a whole number from 1 on",
                    &quantity,
                )
            })?,
    })
}

fn object(place: &str, value: Value) -> Result<Map<String, Value>, Error> {
    match value {
        Value::Object(fields) => Ok(fields),
        other => Err(wrong(place, "an object", &other)),
    }
}

fn text(
    fields: &mut Map<String, Value>,
    within: &str,
    name: &str,
) -> Result<Option<String>, Error> {
    match fields.remove(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(wrong(&format!("{within}{name}"), "a string", &other)),
    }
}

fn nothing_else(
    fields: &Map<String, Value>,
    within: &str,
    known: &'static str,
) -> Result<(), Error> {
    match fields.keys().next() {
        None => Ok(()),
        Some(name) => Err(Error::UnknownField {
            place: format!("{within}{name}"),
            known,
        }),
    }
}

fn wrong(place: &str, expected: &'static str, found: &Value) -> Error {
    const ENOUGH: usize = 60;
    let mut found = found.to_string();
    if let Some((end, _)) = found.char_indices().nth(ENOUGH) {
        found.truncate(end);
        found.push('…');
    }
    Error::Wrong {
        place: place.to_owned(),
        expected,
        found,
    }
}
