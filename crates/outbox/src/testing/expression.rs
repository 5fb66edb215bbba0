//! The few expressions that the tables in memory know.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

type Item = HashMap<String, AttributeValue>;

/// An expression with what its placeholders stand for.
#[derive(Debug)]
pub(super) struct Expression {
    pub(super) text: String,
    pub(super) names: HashMap<String, String>,
    pub(super) values: Item,
}

impl Expression {
    fn name<'a>(&'a self, word: &'a str) -> &'a str {
        self.names.get(word).map_or(word, String::as_str)
    }

    fn value(&self, word: &str) -> Result<&AttributeValue, String> {
        let value = self.values.get(word);
        value.ok_or_else(|| format!("{word} has no value in {:?}", self.text))
    }

    fn unknown<T>(&self) -> Result<T, String> {
        Err(format!("the test's tables do not know {:?}", self.text))
    }
}

/// Whether an item, or its absence, fulfils a condition.
pub(super) fn holds(condition: &Expression, item: Option<&Item>) -> Result<bool, String> {
    for term in condition.text.split(" AND ") {
        let attribute = |name: &str| item.and_then(|item| item.get(condition.name(name)));
        let argument = |function: &str| {
            let rest = term.trim().strip_prefix(function)?;
            rest.strip_prefix('(')?.strip_suffix(')')
        };
        let holds = if let Some(name) = argument("attribute_not_exists") {
            attribute(name).is_none()
        } else if let Some(name) = argument("attribute_exists") {
            attribute(name).is_some()
        } else {
            match term.split_whitespace().collect::<Vec<_>>()[..] {
                [name, "=", value] => attribute(name) == Some(condition.value(value)?),
                [name, ">=", value] => match attribute(name) {
                    Some(there) => number(there)? >= number(condition.value(value)?)?,
                    None => false,
                },
                _ => return condition.unknown(),
            }
        };
        if !holds {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The item after an update.
pub(super) fn updated(update: &Expression, mut item: Item) -> Result<Item, String> {
    let Some(assignments) = update.text.strip_prefix("SET ") else {
        return update.unknown();
    };
    for assignment in assignments.split(',') {
        let there = |item: &Item, name: &str| match item.get(update.name(name)) {
            Some(value) => number(value),
            None => Err(format!("the item has no {name}")),
        };
        let (name, value) = match assignment.split_whitespace().collect::<Vec<_>>()[..] {
            [name, "=", value] => (name, update.value(value)?.clone()),
            [name, "=", of, sign @ ("+" | "-"), value] => {
                let by = number(update.value(value)?)?;
                let by = if sign == "-" { -by } else { by };
                let sum = there(&item, of)? + by;
                (name, AttributeValue::N(sum.to_string()))
            }
            _ => return update.unknown(),
        };
        item.insert(update.name(name).to_owned(), value);
    }
    Ok(item)
}

fn number(value: &AttributeValue) -> Result<i64, String> {
    match value {
        AttributeValue::N(number) => number
            .parse()
            .map_err(|_| format!("{number} is no integer")),
        other => Err(format!("{other:?} is no number")),
    }
}
