//! Names what a change of a schema breaks.
//!
//! Two versions are compatible when the new code reads every old event **and** the old schema accepts every new
//! event, for producers and consumers are never deployed at the same moment. So an optional field may be added;
//! nothing may be removed, renamed, retyped, made required or made optional. Anything else is a new detail-type.
//!
//! ```
//! use contract::compatibility::{Break, check};
//! use serde_json::json;
//!
//! let old = json!({ "type": "object", "properties": { "id": { "type": "string" } }, "required": ["id"] });
//! let new = json!({ "type": "object", "properties": { "id": { "type": "integer" } }, "required": ["id"] });
//! assert_eq!(check(&old, &new)[0].to_string(), "`id` was retyped from string to integer");
//! ```

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Map, Value};

use crate::fit::{kinds, resolve};

/// One incompatible difference between two versions of a schema. `path` is the field's place in the detail.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "each field is named in its variant's text")]
pub enum Break {
    /// The field is gone: consumers that read it fail.
    Removed { path: String },
    /// The field has another name and the same type.
    Renamed { path: String, to: String },
    /// The field's values are of another kind.
    Retyped {
        path: String,
        from: String,
        to: String,
    },
    /// The field must be there, which events of the old version need not fulfil.
    MadeRequired { path: String },
    /// The field may be absent, which consumers of the old version do not expect.
    MadeOptional { path: String },
    /// The set of values that the field can take is another one.
    Values {
        path: String,
        from: String,
        to: String,
    },
    /// The old version forbids unknown fields, so it accepts no event with this one.
    Forbidden { path: String },
    /// Another rule of the schema changed.
    Rule { path: String, keyword: String },
}

impl fmt::Display for Break {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Removed { path } => write!(formatter, "`{path}` was removed"),
            Self::Renamed { path, to } => write!(formatter, "`{path}` was renamed to `{to}`"),
            Self::Retyped { path, from, to } => {
                write!(formatter, "`{path}` was retyped from {from} to {to}")
            }
            Self::MadeRequired { path } => write!(formatter, "`{path}` was made required"),
            Self::MadeOptional { path } => write!(formatter, "`{path}` was made optional"),
            Self::Values { path, from, to } => write!(
                formatter,
                "the values of `{path}` changed from {from} to {to}"
            ),
            Self::Forbidden { path } => write!(
                formatter,
                "`{path}` was added, but the old schema forbids new fields"
            ),
            Self::Rule { path, keyword } => {
                write!(formatter, "the rule `{keyword}` of `{path}` changed")
            }
        }
    }
}

/// Everything in `new` that breaks with `old`, in the order of the fields; empty when the two are compatible. Texts
/// for people (titles, descriptions, examples) and extensions (`x-…`) do not count.
#[must_use]
pub fn check(old: &Value, new: &Value) -> Vec<Break> {
    let mut comparison = Comparison {
        old_root: old,
        new_root: new,
        breaks: Vec::new(),
        visited: BTreeSet::new(),
    };
    comparison.schemas(old, new, "");
    comparison.breaks
}

struct Comparison<'a> {
    old_root: &'a Value,
    new_root: &'a Value,
    breaks: Vec<Break>,
    /// Pairs of references compared already: types may refer to themselves.
    visited: BTreeSet<(String, String)>,
}

/// Keywords with a comparison of their own, or whose meaning is for people.
const NOT_RULES: [&str; 15] = [
    "$schema",
    "$id",
    "$defs",
    "definitions",
    "$ref",
    "$comment",
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "type",
    "properties",
    "required",
    "items",
];

impl<'a> Comparison<'a> {
    fn schemas(&mut self, old: &'a Value, new: &'a Value, path: &str) {
        if let (Some(old), Some(new)) = (old["$ref"].as_str(), new["$ref"].as_str())
            && !self.visited.insert((old.to_owned(), new.to_owned()))
        {
            return;
        }
        let (old, new) = (resolve(self.old_root, old), resolve(self.new_root, new));
        let (from, to): (BTreeSet<_>, BTreeSet<_>) = (
            kinds(old).into_iter().collect(),
            kinds(new).into_iter().collect(),
        );
        if from != to {
            let text = |kinds: BTreeSet<&str>| match kinds.len() {
                0 => "anything".to_owned(),
                _ => kinds.into_iter().collect::<Vec<_>>().join(" or "),
            };
            self.breaks.push(Break::Retyped {
                path: path.to_owned(),
                from: text(from),
                to: text(to),
            });
            return;
        }
        self.objects(old, new, path);
        if old.get("items").is_some() || new.get("items").is_some() {
            self.schemas(&old["items"], &new["items"], &format!("{path}[]"));
        }
        self.rules(old, new, path);
    }

    fn objects(&mut self, old: &'a Value, new: &'a Value, path: &str) {
        let (before, after) = (properties(old), properties(new));
        let (needed_before, needed_after) = (required(old), required(new));
        let mut added: Vec<_> = after
            .keys()
            .filter(|name| !before.contains_key(*name))
            .collect();
        for (name, schema) in before {
            let place = join(path, name);
            if let Some(now) = after.get(name) {
                self.schemas(schema, now, &place);
                match (
                    needed_before.contains(name.as_str()),
                    needed_after.contains(name.as_str()),
                ) {
                    (false, true) => self.breaks.push(Break::MadeRequired { path: place }),
                    (true, false) => self.breaks.push(Break::MadeOptional { path: place }),
                    _ => {}
                }
            } else if let Some(position) = added
                .iter()
                .position(|candidate| self.same(schema, &after[*candidate]))
            {
                let to = join(path, added.remove(position));
                self.breaks.push(Break::Renamed { path: place, to });
            } else {
                self.breaks.push(Break::Removed { path: place });
            }
        }
        for name in added {
            if needed_after.contains(name.as_str()) {
                self.breaks.push(Break::MadeRequired {
                    path: join(path, name),
                });
            } else if old["additionalProperties"] == false || old["unevaluatedProperties"] == false
            {
                self.breaks.push(Break::Forbidden {
                    path: join(path, name),
                });
            }
        }
    }

    /// Whether two fields look alike, so that one may be the other's new name.
    fn same(&self, old: &'a Value, new: &'a Value) -> bool {
        let mut comparison = Comparison {
            old_root: self.old_root,
            new_root: self.new_root,
            breaks: Vec::new(),
            visited: BTreeSet::new(),
        };
        comparison.schemas(old, new, "");
        comparison.breaks.is_empty()
    }

    fn rules(&mut self, old: &Value, new: &Value, path: &str) {
        let empty = Map::new();
        let (before, after) = (
            old.as_object().unwrap_or(&empty),
            new.as_object().unwrap_or(&empty),
        );
        let keywords: BTreeSet<_> = before
            .keys()
            .chain(after.keys())
            .map(String::as_str)
            .collect();
        for keyword in keywords {
            if keyword.starts_with("x-") || NOT_RULES.contains(&keyword) {
                continue;
            }
            let (from, to) = (without_texts(&old[keyword]), without_texts(&new[keyword]));
            if from == to {
                continue;
            }
            let path = path.to_owned();
            self.breaks
                .push(if matches!(keyword, "enum" | "const" | "oneOf" | "anyOf") {
                    Break::Values {
                        path,
                        from: from.to_string(),
                        to: to.to_string(),
                    }
                } else {
                    Break::Rule {
                        path,
                        keyword: keyword.to_owned(),
                    }
                });
        }
    }
}

fn properties(schema: &Value) -> &Map<String, Value> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    schema["properties"].as_object().unwrap_or(&NONE)
}

fn required(schema: &Value) -> BTreeSet<&str> {
    schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// A rule without the texts inside it, such as the descriptions of an enumeration's values.
fn without_texts(rule: &Value) -> Value {
    match rule {
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, value)| {
                !(matches!(name.as_str(), "title" | "description") && value.is_string())
            })
            .map(|(name, value)| (name.clone(), without_texts(value)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(without_texts).collect(),
        other => other.clone(),
    }
}
