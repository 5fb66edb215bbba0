use std::fmt;

use serde::{Deserialize, Serialize};

use crate::document::{Kind, Node};

/// A JSON path in dot notation: `$.detail.order.items[0]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Path(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Step {
    Field(String),
    Element(usize),
}

impl Path {
    /// Reads a path; the error says what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut rest = text
            .strip_prefix('$')
            .ok_or("a path begins with $, for example $.detail.id")?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            rest = if let Some(field) = rest.strip_prefix('.') {
                let end = field.find(['.', '[']).unwrap_or(field.len());
                let (name, rest) = field.split_at(end);
                if name.is_empty() || name.contains(['*', '?', '@', '(', ')', ']']) {
                    return Err(format!(
                        "{name:?} is no field's name; wildcards and filters are not possible here"
                    ));
                }
                steps.push(Step::Field(name.to_owned()));
                rest
            } else if let Some((index, rest)) =
                rest.strip_prefix('[').and_then(|rest| rest.split_once(']'))
            {
                let index = index.parse().map_err(|_| {
                    format!("[{index}] is no position in an array; names stand behind a dot")
                })?;
                steps.push(Step::Element(index));
                rest
            } else {
                return Err(format!(
                    "a dot or a position like [0] is expected at {rest:?}"
                ));
            };
        }
        Ok(Self(steps))
    }

    /// What stands there; none if nothing does.
    pub(crate) fn find<'n, 'a>(&self, root: &'n Node<'a>) -> Option<&'n Node<'a>> {
        self.0
            .iter()
            .try_fold(root, |node, step| match (step, &node.kind) {
                (Step::Field(name), Kind::Object(fields)) => fields.get(name.as_str()),
                (Step::Element(index), Kind::Array { elements, .. }) => elements.get(*index),
                _ => None,
            })
    }
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("$")?;
        for step in &self.0 {
            match step {
                Step::Field(name) => write!(formatter, ".{name}")?,
                Step::Element(index) => write!(formatter, "[{index}]")?,
            }
        }
        Ok(())
    }
}
