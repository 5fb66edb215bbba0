use serde_json::Value;

use super::json_path::JsonPath;
use super::{Parameters, Response};

/// Where a request's parameter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the resource's path.
    Path,
    /// In the query string.
    QueryString,
    /// Among the headers.
    Header,
}

impl Place {
    /// Reads `header.Accept`, `path.id`, `querystring.page`.
    #[must_use]
    pub fn parse(text: &str) -> Option<(Self, &str)> {
        let (place, name) = text.split_once('.')?;
        let place = match place {
            "path" => Self::Path,
            "querystring" => Self::QueryString,
            "header" => Self::Header,
            _ => return None,
        };
        (!name.is_empty()).then_some((place, name))
    }

    pub(super) fn of<'a>(self, parameters: &'a Parameters, name: &str) -> Option<&'a str> {
        match self {
            Self::Path => parameters.path.get(name).map(String::as_str),
            Self::QueryString => parameters.query.get(name).map(String::as_str),
            Self::Header => parameters.header(name),
        }
    }
}

/// Where in an exchange a value is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// In an integration response: the backend has answered.
    Answer,
    /// In a gateway response: there is the request only.
    Refusal,
}

/// A mapping expression: where the value of a header comes from.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-parameter-mapping-sources.html>
#[derive(Clone, Debug, PartialEq)]
pub struct Source(Kind);

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Static(String),
    Request(Place, String),
    Context(Vec<String>),
    StageVariable(String),
    AnswerHeader(String),
    AnswerBody(JsonPath),
}

/// What sources read from.
pub(super) struct Sources<'a> {
    pub(super) parameters: &'a Parameters,
    pub(super) context: &'a Value,
    pub(super) stage_variables: &'a std::collections::BTreeMap<String, String>,
    pub(super) answer: Option<&'a Response>,
}

impl Source {
    /// Reads `'static'`, `context.requestId`, `integration.response.header.ETag` and so on; the
    /// error says what is possible.
    pub fn parse(text: &str, side: Side) -> Result<Self, String> {
        let kind = read(text, side).ok_or_else(|| {
            let own = match side {
                Side::Answer => "integration.response.header.NAME, integration.response.body.PATH",
                Side::Refusal => "method.request.{header,path,querystring}.NAME",
            };
            format!(
                "`{text}` is not supported here: it can be 'a text in single quotes', {own}, \
                 context.NAME or stageVariables.NAME"
            )
        })?;
        Ok(Self(kind))
    }

    /// The value, if there is one.
    pub(super) fn value(&self, sources: &Sources<'_>) -> Option<String> {
        match &self.0 {
            Kind::Static(text) => Some(text.clone()),
            Kind::Request(place, name) => place.of(sources.parameters, name).map(str::to_owned),
            Kind::Context(path) => member(sources.context, path),
            Kind::StageVariable(name) => sources.stage_variables.get(name).cloned(),
            Kind::AnswerHeader(name) => {
                let headers = &sources.answer?.headers;
                let found = headers
                    .iter()
                    .find(|(known, _)| known.eq_ignore_ascii_case(name));
                found.map(|(_, value)| value.clone())
            }
            Kind::AnswerBody(path) => {
                let body = serde_json::from_str(&sources.answer?.body).ok()?;
                path.find(&body).map(text_of)
            }
        }
    }
}

fn read(text: &str, side: Side) -> Option<Kind> {
    let quoted = text
        .strip_prefix('\'')
        .and_then(|text| text.strip_suffix('\''));
    if let Some(text) = quoted {
        return Some(Kind::Static(text.to_owned()));
    }
    if let Some(path) = text.strip_prefix("context.") {
        return Some(Kind::Context(path.split('.').map(str::to_owned).collect()));
    }
    if let Some(name) = text.strip_prefix("stageVariables.") {
        return Some(Kind::StageVariable(name.to_owned()));
    }
    match side {
        Side::Refusal => {
            let (place, name) = Place::parse(text.strip_prefix("method.request.")?)?;
            Some(Kind::Request(place, name.to_owned()))
        }
        Side::Answer => {
            let rest = text.strip_prefix("integration.response.")?;
            if let Some(name) = rest.strip_prefix("header.") {
                return Some(Kind::AnswerHeader(name.to_owned()));
            }
            let path = rest.strip_prefix("body")?;
            JsonPath::parse(&format!("${path}"))
                .ok()
                .map(Kind::AnswerBody)
        }
    }
}

/// A member of `$context` as text; none if it is not there.
pub(super) fn member(context: &Value, path: &[String]) -> Option<String> {
    let found = path
        .iter()
        .try_fold(context, |value, name| value.get(name))?;
    (!found.is_null()).then(|| text_of(found))
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
