//! The few expressions of conditions and updates that stock, counters and rows need.

use serde_json::{Value, json};

use super::attributes::Attributes;

/// Whether an item, or its absence, fulfils a condition. `values` are what its placeholders stand for.
pub(super) fn holds(
    condition: &str,
    values: &Attributes,
    item: Option<&Attributes>,
) -> Result<bool, String> {
    let attribute = |name: &str| item.and_then(|item| item.get(name));
    let words: Vec<&str> = condition
        .split([' ', '(', ')'])
        .filter(|it| !it.is_empty())
        .collect();
    match words[..] {
        ["attribute_not_exists", name] => Ok(attribute(name).is_none()),
        ["attribute_exists", name] => Ok(attribute(name).is_some()),
        [name, "=", value] => Ok(attribute(name) == values.get(value)),
        [name, ">=", value] => match attribute(name) {
            Some(there) => Ok(number(there)? >= number(&values[value])?),
            None => Ok(false),
        },
        _ => Err(unknown(condition)),
    }
}

/// The item after an update.
pub(super) fn updated(
    update: &str,
    values: &Attributes,
    mut item: Attributes,
) -> Result<Attributes, String> {
    let words: Vec<&str> = update.split(' ').collect();
    let (name, value) = match words[..] {
        ["SET", name, "=", value] => (name, values[value].clone()),
        ["SET", name, "=", of, sign @ ("+" | "-"), value] => {
            let there = number(item.get(of).ok_or_else(|| unknown(update))?)?;
            let by = number(&values[value])?;
            let sum = if sign == "-" { there - by } else { there + by };
            (name, json!({ "N": sum.to_string() }))
        }
        _ => return Err(unknown(update)),
    };
    item.insert(name.to_owned(), value);
    Ok(item)
}

fn number(value: &Value) -> Result<i64, String> {
    let number = value["N"].as_str().and_then(|number| number.parse().ok());
    number.ok_or_else(|| format!("{value} is no whole number"))
}

fn unknown(expression: &str) -> String {
    format!("the simulation's tables can't do {expression:?}")
}
