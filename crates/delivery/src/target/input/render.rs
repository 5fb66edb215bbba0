//! What stands for a `<name>` of a template.

use super::Context;
use crate::document::{Document, Kind, Node};

/// A value for a template. Nothing is escaped, as on AWS.
pub(super) struct Value {
    text: String,
    is_string: bool,
}

impl Value {
    pub(super) fn of(node: &Node<'_>) -> Self {
        match &node.kind {
            Kind::String(text) => Self::string(text.to_string()),
            _ => Self::json(node.text),
        }
    }

    fn string(text: String) -> Self {
        Self {
            text,
            is_string: true,
        }
    }

    fn json(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            is_string: false,
        }
    }

    /// As it stands outside of quotes: a string gets its own.
    pub(super) fn alone(self) -> String {
        if self.is_string {
            format!("\"{}\"", self.text)
        } else {
            self.text
        }
    }

    /// As it stands inside of a string.
    pub(super) fn inside(self) -> String {
        self.text
    }
}

/// Whether AWS gives this name a value.
pub(super) fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
}

const RESERVED: [&str; 5] = [
    "aws.events.rule-arn",
    "aws.events.rule-name",
    "aws.events.event.ingestion-time",
    "aws.events.event",
    "aws.events.event.json",
];

/// The value of a reserved name.
pub(super) fn reserved(
    name: &str,
    event: &str,
    document: &Document<'_>,
    context: &Context<'_>,
) -> Option<Value> {
    let rule_arn = context.rule_arn;
    match name {
        "aws.events.rule-arn" => Some(Value::string(rule_arn.to_owned())),
        "aws.events.rule-name" => {
            let name = rule_arn.rsplit('/').next().unwrap_or(rule_arn);
            Some(Value::string(name.to_owned()))
        }
        "aws.events.event.ingestion-time" => {
            Some(Value::string(context.ingested_at.in_milliseconds()))
        }
        "aws.events.event" => Some(Value::json(&without_detail(document))),
        "aws.events.event.json" => Some(Value::json(event)),
        _ => None,
    }
}

fn without_detail(document: &Document<'_>) -> String {
    let Kind::Object(fields) = &document.root.kind else {
        return document.root.text.to_owned();
    };
    let fields = fields.iter().filter(|(name, _)| *name != "detail");
    let fields: Vec<String> = fields
        .map(|(name, value)| format!("\"{name}\":{}", value.text))
        .collect();
    format!("{{{}}}", fields.join(","))
}
