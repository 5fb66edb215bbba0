//! Input shaping: what a target gets in place of the whole event.
//!
//! See <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html>.

mod path;
mod render;
mod template;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use thiserror::Error;

pub use self::path::Path;
use self::template::Template;
use crate::Time;
use crate::document::Document;

/// The most characters of `Input` and of an `InputTemplate`.
const MAXIMUM_TEXT: usize = 8_192;
/// The most characters of a JSON path.
const MAXIMUM_PATH: usize = 256;
/// The most names of an `InputPathsMap`.
const MAXIMUM_NAMES: usize = 100;

/// What a target gets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Input {
    /// The event as it is.
    #[default]
    Event,
    /// Always the same JSON text.
    Constant(String),
    /// A part of the event.
    Path(Path),
    /// A template with parts of the event.
    Transformer(Transformer),
}

/// An `InputTransformer`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transformer {
    paths: BTreeMap<String, Path>,
    template: Template,
}

/// A declaration of input shaping that AWS would refuse.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub struct InputError(pub(super) String);

/// An event that can't be shaped: `INVALID_JSON`.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub struct NotShaped(String);

/// What is known about a delivery beside the event.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The rule that matched.
    pub rule_arn: &'a str,
    /// When the bus took the event.
    pub ingested_at: Time,
}

impl Input {
    /// Checks a constant `Input`: JSON text of at most 8,192 characters.
    pub fn constant(json: &str) -> Result<Self, InputError> {
        limit("Input", json, MAXIMUM_TEXT)?;
        serde_json::from_str::<&RawValue>(json)
            .map_err(|error| InputError(format!("Input is no JSON: {error}")))?;
        Ok(Self::Constant(json.to_owned()))
    }

    /// Checks an `InputPath`: a JSON path in dot notation of at most 256 characters.
    pub fn path(path: &str) -> Result<Self, InputError> {
        checked_path("InputPath", path).map(Self::Path)
    }

    /// Checks an `InputTransformer`: at most 100 names with their JSON paths, and a template of 1 to
    /// 8,192 characters that is JSON once values stand for its `<name>`s.
    pub fn transformer<'a>(
        paths: impl IntoIterator<Item = (&'a str, &'a str)>,
        template: &str,
    ) -> Result<Self, InputError> {
        limit("InputTemplate", template, MAXIMUM_TEXT)?;
        let mut checked = BTreeMap::new();
        for (name, path) in paths {
            check_name(name)?;
            let path = checked_path(&format!("InputPathsMap.{name}"), path)?;
            checked.insert(name.to_owned(), path);
        }
        if checked.len() > MAXIMUM_NAMES {
            return Err(InputError(format!(
                "InputPathsMap has {} names, {MAXIMUM_NAMES} are allowed",
                checked.len()
            )));
        }
        let template = Template::parse(template, |name| checked.contains_key(name))?;
        Ok(Self::Transformer(Transformer {
            paths: checked,
            template,
        }))
    }

    /// What the target gets of `event`, an envelope's JSON text.
    pub fn shape(&self, event: &str, context: &Context<'_>) -> Result<String, NotShaped> {
        match self {
            Self::Event => Ok(event.to_owned()),
            Self::Constant(json) => Ok(json.clone()),
            Self::Path(path) => {
                let document = read(event)?;
                let found = path.find(&document.root);
                found
                    .map(|node| node.text.to_owned())
                    .ok_or_else(|| NotShaped(format!("there is nothing at {path} in the event")))
            }
            Self::Transformer(transformer) => {
                let document = read(event)?;
                let paths = &transformer.paths;
                let text = transformer.template.render(&|name| match paths.get(name) {
                    Some(path) => path.find(&document.root).map(render::Value::of),
                    None => render::reserved(name, event, &document, context),
                });
                match serde_json::from_str::<&RawValue>(&text) {
                    Ok(_) => Ok(text),
                    Err(error) => Err(NotShaped(format!(
                        "the input template made no JSON of the event: {error}"
                    ))),
                }
            }
        }
    }
}

fn read(event: &str) -> Result<Document<'_>, NotShaped> {
    Document::parse(event).map_err(|error| NotShaped(format!("the event is no JSON: {error}")))
}

fn limit(name: &str, text: &str, limit: usize) -> Result<(), InputError> {
    let length = text.chars().count();
    if (1..=limit).contains(&length) {
        return Ok(());
    }
    Err(InputError(format!(
        "{name} has {length} characters, 1 to {limit} are allowed"
    )))
}

fn checked_path(name: &str, path: &str) -> Result<Path, InputError> {
    limit(name, path, MAXIMUM_PATH)?;
    Path::parse(path).map_err(|reason| InputError(format!("{name} is {path:?}: {reason}")))
}

fn check_name(name: &str) -> Result<(), InputError> {
    let allowed = |character: char| character.is_ascii_alphanumeric() || "_-".contains(character);
    let reserved = name
        .get(..3)
        .is_some_and(|start| start.eq_ignore_ascii_case("aws"));
    if name.is_empty() || !name.chars().all(allowed) || reserved {
        return Err(InputError(format!(
            "InputPathsMap has the name {name:?}; letters, digits, _ and - are allowed, and no AWS at its beginning"
        )));
    }
    Ok(())
}
