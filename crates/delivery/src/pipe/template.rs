use serde_json::{Map, Value};
use thiserror::Error;

use super::Context;
use crate::document::{Document, Kind, Node};
use crate::target::input::Path;

/// The most characters of an `InputTemplate`.
const MAXIMUM_LENGTH: usize = 8_192;

/// A pipe's `InputTemplate`: a JSON object with placeholders, `<$.dynamodb.NewImage.id.S>` for a value of the
/// record and `<aws.pipes.pipe-name>` and its like for what is known about the pipe.
///
/// Without quotes around it a placeholder stands for a JSON value, a string with its quotes and escapes. Inside
/// a string it stands for the bare text: a quotation mark in the value ends the string too early, as on AWS.
/// What is not there is an empty string, and its key stays.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputTemplate(Vec<Part>);

/// A template that can't make an event.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub struct TemplateError(String);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Placeholder { variable: Variable, in_string: bool },
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Variable {
    Path(Path),
    PipeArn,
    PipeName,
    SourceArn,
    EnrichmentArn,
    TargetArn,
    IngestionTime,
    Event,
}

impl InputTemplate {
    /// Reads a template of at most 8,192 characters.
    ///
    /// # Errors
    /// It is too long, has a placeholder that AWS does not know, or is no JSON object whatever stands for its
    /// placeholders: a bus takes nothing else.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let length = text.chars().count();
        if length > MAXIMUM_LENGTH {
            return Err(TemplateError(format!(
                "it has {length} characters; AWS takes {MAXIMUM_LENGTH}"
            )));
        }
        let template = Self(parts(text)?);
        let made = |value: &str| {
            let text =
                template.filled(|_, in_string| if in_string { "" } else { value }.to_owned());
            serde_json::from_str::<Map<String, Value>>(&text)
        };
        match (made(r#""""#), made("{}")) {
            (Err(error), Err(_)) => Err(TemplateError(format!(
                "it makes no JSON object ({error}), and an event bus takes nothing else"
            ))),
            _ => Ok(template),
        }
    }

    /// The event's detail for a record, given as text and as what stands where in it. It may be no JSON.
    pub(super) fn render(
        &self,
        record: &str,
        read: &Document<'_>,
        context: &Context<'_>,
    ) -> String {
        self.filled(|variable, in_string| {
            let Some(value) = variable.value(record, read, context) else {
                return if in_string { "" } else { r#""""# }.to_owned();
            };
            match (value, in_string) {
                (Found::Node(node), false) => node.text.to_owned(),
                (Found::Node(node), true) => bare(node),
                (Found::Text(text), false) => Value::from(text).to_string(),
                (Found::Text(text), true) => text,
                (Found::Json(json), false) => json.to_owned(),
                (Found::Json(json), true) => json.replace('"', ""),
            }
        })
    }

    fn filled(&self, value: impl Fn(&Variable, bool) -> String) -> String {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Placeholder {
                    variable,
                    in_string,
                } => text.push_str(&value(variable, *in_string)),
            }
        }
        text
    }
}

/// What a variable stands for.
enum Found<'n, 'a> {
    Node(&'n Node<'a>),
    Text(String),
    Json(&'n str),
}

impl Variable {
    fn read(name: &str) -> Result<Self, TemplateError> {
        let wrong = |reason: String| TemplateError(format!("it has <{name}>: {reason}"));
        if name.starts_with('$') {
            return Path::parse(name).map(Self::Path).map_err(wrong);
        }
        let known = match name.strip_prefix(RESERVED).unwrap_or_default() {
            "pipe-arn" => Self::PipeArn,
            "pipe-name" => Self::PipeName,
            "source-arn" => Self::SourceArn,
            "enrichment-arn" => Self::EnrichmentArn,
            "target-arn" => Self::TargetArn,
            "event.ingestion-time" => Self::IngestionTime,
            // They differ for sources only that have an encoded body.
            "event" | "event.json" => Self::Event,
            _ => {
                return Err(wrong(
                    "AWS knows pipe-arn, pipe-name, source-arn, enrichment-arn, target-arn, \
                     event.ingestion-time, event and event.json behind `aws.pipes.`"
                        .to_owned(),
                ));
            }
        };
        Ok(known)
    }

    fn value<'n, 'a>(
        &self,
        record: &'n str,
        read: &'n Document<'a>,
        context: &Context<'_>,
    ) -> Option<Found<'n, 'a>> {
        let text = |text: &str| Some(Found::Text(text.to_owned()));
        match self {
            Self::Path(path) => path.find(&read.root).map(Found::Node),
            Self::PipeArn => text(context.pipe_arn),
            Self::PipeName => text(context.pipe_name),
            Self::SourceArn => text(context.source_arn),
            // No pipe has an enrichment here.
            Self::EnrichmentArn => None,
            Self::TargetArn => text(context.target_arn),
            Self::IngestionTime => text(&context.received_at.in_milliseconds()),
            Self::Event => Some(Found::Json(record)),
        }
    }
}

/// A value as it stands inside of a string: nothing is escaped, and objects lose their quotation marks.
pub(super) fn bare(node: &Node<'_>) -> String {
    match &node.kind {
        Kind::String(text) => text.to_string(),
        _ => node.text.replace('"', ""),
    }
}

const RESERVED: &str = "aws.pipes.";

fn parts(text: &str) -> Result<Vec<Part>, TemplateError> {
    let (mut parts, mut literal) = (Vec::new(), String::new());
    let (mut in_string, mut escaped) = (false, false);
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if let Some(name) = placeholder(rest)? {
            parts.push(Part::Text(std::mem::take(&mut literal)));
            parts.push(Part::Placeholder {
                variable: Variable::read(name)?,
                in_string,
            });
            rest = &rest[name.len() + "<>".len()..];
            continue;
        }
        if in_string {
            in_string = escaped || character != '"';
            escaped = character == '\\' && !escaped;
        } else {
            in_string = character == '"';
        }
        literal.push(character);
        rest = &rest[character.len_utf8()..];
    }
    parts.push(Part::Text(literal));
    Ok(parts)
}

/// The name of the placeholder with which a text begins; any other `<` stands for itself.
fn placeholder(text: &str) -> Result<Option<&str>, TemplateError> {
    let Some(behind) = text.strip_prefix('<') else {
        return Ok(None);
    };
    if !behind.starts_with('$') && !behind.starts_with(RESERVED) {
        return Ok(None);
    }
    match behind.split_once('>') {
        Some((name, _)) => Ok(Some(name)),
        None => Err(TemplateError(format!(
            "the placeholder <{behind} has no > at its end"
        ))),
    }
}
