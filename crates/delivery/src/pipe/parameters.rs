use serde_json::{Map, Value};

use super::template::bare;
use crate::document::Document;
use crate::properties::{Properties, SettingsError};
use crate::target::input::Path;

/// How events are addressed: `EventBridgeEventBusParameters` of a pipe's target.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusParameters {
    /// The events' detail-type.
    pub detail_type: Parameter,
    /// Their source.
    pub source: Parameter,
    /// What they are about, at most 10.
    pub resources: Vec<Parameter>,
    /// Where in a record its event's time stands; without it an event has the time of its arrival.
    pub time: Option<Path>,
}

/// A text, or where in the original record it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// Always the same.
    Static(String),
    /// The whole value is a path; what is not there is an empty text.
    Path(Path),
}

const MAXIMUM_RESOURCES: usize = 10;
const LONGEST_DETAIL_TYPE: usize = 128;
const LONGEST_SOURCE: usize = 256;
const LONGEST_RESOURCE: usize = 2_048;

impl BusParameters {
    /// Reads `eventbridgeEventBusParameters` of the pipe with this name.
    pub(super) fn declared(
        properties: &Map<String, Value>,
        pipe_name: &str,
    ) -> Result<Self, SettingsError> {
        let properties = Properties(properties);
        if properties.get("endpointId").is_some() {
            return Err(properties.error("endpointId", "not supported here: global endpoints"));
        }
        let detail_type = properties.text("detailType", LONGEST_DETAIL_TYPE)?;
        let source = properties.text("source", LONGEST_SOURCE)?;
        if let Some(Parameter::Static(text)) = &source {
            let plain = |c: char| c.is_ascii_alphanumeric() || "/.-_".contains(c);
            if text.starts_with("aws.") || !text.chars().all(plain) {
                return Err(properties.error(
                    "source",
                    "AWS takes letters, digits and /.-_, and no `aws.` at the beginning",
                ));
            }
        }
        Ok(Self {
            // Not in AWS's documents: `undocumented` says where these come from.
            detail_type: detail_type
                .unwrap_or_else(|| Parameter::Static("Event from aws:dynamodb".to_owned())),
            source: source.unwrap_or_else(|| Parameter::Static(format!("Pipe {pipe_name}"))),
            resources: properties.resources()?,
            time: properties.time()?,
        })
    }
}

impl Parameter {
    fn read(text: &str) -> Result<Self, String> {
        if text.starts_with("$.") {
            return Path::parse(text).map(Self::Path);
        }
        Ok(Self::Static(text.to_owned()))
    }

    /// The text for a record.
    pub(super) fn of(&self, record: &Document<'_>) -> String {
        match self {
            Self::Static(text) => text.clone(),
            Self::Path(path) => path.find(&record.root).map(bare).unwrap_or_default(),
        }
    }
}

/// Reads a text or a path; the error is what is wrong with a path, if it is one.
fn parameter(value: &Value, longest: usize) -> Result<Parameter, Option<String>> {
    let text = value.as_str().ok_or(None)?;
    if !(1..=longest).contains(&text.chars().count()) {
        return Err(None);
    }
    Parameter::read(text).map_err(Some)
}

impl Properties<'_> {
    fn text(&self, name: &str, longest: usize) -> Result<Option<Parameter>, SettingsError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let allowed = format!("AWS takes a text of 1 to {longest} characters");
        parameter(value, longest)
            .map(Some)
            .map_err(|reason| self.error(name, reason.unwrap_or(allowed)))
    }

    fn resources(&self) -> Result<Vec<Parameter>, SettingsError> {
        let name = "resources";
        let Some(value) = self.get(name) else {
            return Ok(Vec::new());
        };
        let allowed = || {
            self.error(
                name,
                format!(
                    "AWS takes at most {MAXIMUM_RESOURCES} ARNs of at most {LONGEST_RESOURCE} characters, or \
                     paths like $.dynamodb.Keys.id.S"
                ),
            )
        };
        let values = value.as_array().ok_or_else(allowed)?;
        if values.len() > MAXIMUM_RESOURCES {
            return Err(allowed());
        }
        let parameters = values.iter().map(|value| {
            let parameter = parameter(value, LONGEST_RESOURCE);
            match parameter.map_err(|_| allowed())? {
                Parameter::Static(text) if !text.starts_with("arn:") => Err(allowed()),
                parameter => Ok(parameter),
            }
        });
        parameters.collect()
    }

    fn time(&self) -> Result<Option<Path>, SettingsError> {
        let name = "time";
        let allowed =
            "AWS takes a path like $.dynamodb.NewImage.occurredAt.S here, and no fixed time";
        match self.get(name).map(Value::as_str) {
            None => Ok(None),
            Some(Some(text)) if text.starts_with("$.") => Path::parse(text)
                .map(Some)
                .map_err(|reason| self.error(name, reason)),
            Some(_) => Err(self.error(name, allowed)),
        }
    }
}
