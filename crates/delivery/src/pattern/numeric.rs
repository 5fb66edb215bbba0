use crate::document::{Kind, Node};

/// A range of numbers, compared as doubles as AWS does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Range {
    low: f64,
    low_included: bool,
    high: f64,
    high_included: bool,
}

/// Beyond this a double no longer tells neighbouring integers apart.
const LIMIT: f64 = 9_007_199_254_740_992.0;

impl Range {
    /// Parses the list after `numeric`: an operator and a number, or a lower and an upper bound.
    pub(super) fn parse(list: &[Node<'_>]) -> Result<Self, String> {
        let mut range = Self {
            low: f64::NEG_INFINITY,
            low_included: false,
            high: f64::INFINITY,
            high_included: false,
        };
        match list {
            [operator, number] => range.bound(operator, number)?,
            [low_operator, low, high_operator, high] => {
                let (first, second) = (operator(low_operator), operator(high_operator));
                if !matches!(first, ">" | ">=") || !matches!(second, "<" | "<=") {
                    return Err(
                        "a numeric range is a lower bound (> or >=) followed by an upper one (< or <=)"
                            .to_owned(),
                    );
                }
                range.bound(low_operator, low)?;
                range.bound(high_operator, high)?;
                if range.low >= range.high {
                    return Err(format!(
                        "the lower bound {} of a numeric range must be less than the upper bound {}",
                        low.text, high.text
                    ));
                }
            }
            _ => {
                return Err(
                    "numeric takes an operator and a number, or a lower and an upper bound"
                        .to_owned(),
                );
            }
        }
        Ok(range)
    }

    /// Whether `number` lies in the range.
    pub(super) fn contains(self, number: f64) -> bool {
        let above = number > self.low || (self.low_included && number >= self.low);
        let below = number < self.high || (self.high_included && number <= self.high);
        above && below
    }

    fn bound(&mut self, operator: &Node<'_>, bound: &Node<'_>) -> Result<(), String> {
        let number = number(bound)
            .ok_or_else(|| format!("numeric compares with a number, not with {}", bound.text))?;
        if number.abs() > LIMIT {
            return Err(format!(
                "numeric compares with numbers between -2^53 and 2^53, not with {}",
                bound.text
            ));
        }
        let operator = self::operator(operator);
        match operator {
            "=" => {
                (self.low, self.low_included) = (number, true);
                (self.high, self.high_included) = (number, true);
            }
            "<" | "<=" => (self.high, self.high_included) = (number, operator == "<="),
            ">" | ">=" => (self.low, self.low_included) = (number, operator == ">="),
            _ => {
                return Err(format!(
                    "{operator:?} is no numeric operator; =, <, <=, > and >= are"
                ));
            }
        }
        Ok(())
    }
}

fn operator<'a>(node: &'a Node<'_>) -> &'a str {
    match &node.kind {
        Kind::String(operator) => operator,
        _ => "",
    }
}

/// The number that a node is.
pub(super) fn number(value: &Node<'_>) -> Option<f64> {
    match value.kind {
        Kind::Number => value.text.parse().ok(),
        _ => None,
    }
}
