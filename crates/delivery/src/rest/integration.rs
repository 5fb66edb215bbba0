use std::collections::BTreeMap;
use std::time::Duration;

use regex::Regex;
use thiserror::Error;

use super::{Fault, ResponseType, Source, Template};

/// An operation of an AWS service: `UpdateItem` of `dynamodb`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// The service's name in the URI.
    pub service: String,
    /// The operation.
    pub name: String,
}

/// What a method calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Backend {
    /// Nothing: the request template says with which status to go on.
    Mock,
    /// An operation of an AWS service.
    Action(Action),
}

/// What happens to a body whose content type no request template is for.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Passthrough {
    /// It goes to the backend as it is.
    #[default]
    WhenNoMatch,
    /// The same, but only where there is no template at all.
    WhenNoTemplates,
    /// It is refused.
    Never,
}

/// How a method's backend is called and its answer worded.
#[derive(Clone, Debug)]
pub struct Integration {
    /// What is called.
    pub backend: Backend,
    /// Request templates by media type.
    pub templates: BTreeMap<String, Template>,
    /// For bodies without a template.
    pub passthrough: Passthrough,
    /// How long the backend may take.
    pub timeout: Duration,
    /// The answers to choose from.
    pub responses: Selection,
}

/// One way to word a backend's answer.
#[derive(Clone, Debug)]
pub struct IntegrationResponse {
    /// The status for the client.
    pub status: u16,
    /// A regular expression for the backend's whole status; none is for all that no other matches.
    pub pattern: Option<String>,
    /// Response templates by media type; without one the body goes to the client as it is.
    pub templates: BTreeMap<String, Template>,
    /// Headers for the client and where their values come from.
    pub headers: Vec<(String, Source)>,
}

/// The integration responses of a method, of which one is chosen by the backend's status.
#[derive(Clone, Debug)]
pub struct Selection {
    matching: Vec<(Regex, IntegrationResponse)>,
    default: Option<IntegrationResponse>,
}

/// Integration responses among which no clear choice can be made.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SelectionError {
    /// A pattern is no regular expression.
    #[error("the selection pattern `{pattern}` of the response {status} can't be used: {reason}")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// The response's status.
        status: u16,
        /// What is wrong with it.
        reason: String,
    },
    /// AWS does not say which of two is taken.
    #[error(
        "the responses {first} and {second} both match the backend's status {status}; AWS does not say which of them it takes"
    )]
    Ambiguous {
        /// A response's status.
        first: u16,
        /// Another's.
        second: u16,
        /// A backend's status that both match.
        status: u16,
    },
    /// Two responses without a pattern.
    #[error(
        "the responses {first} and {second} both have no selection pattern; only one can be the default"
    )]
    TwoDefaults {
        /// A response's status.
        first: u16,
        /// Another's.
        second: u16,
    },
}

impl Selection {
    /// Checks that each status of a backend leads to at most one response.
    pub fn new(responses: Vec<IntegrationResponse>) -> Result<Self, SelectionError> {
        let mut matching: Vec<(Regex, IntegrationResponse)> = Vec::new();
        let mut default: Option<IntegrationResponse> = None;
        for response in responses {
            let Some(pattern) = &response.pattern else {
                if let Some(first) = &default {
                    return Err(SelectionError::TwoDefaults {
                        first: first.status,
                        second: response.status,
                    });
                }
                default = Some(response);
                continue;
            };
            let whole = Regex::new(&format!("^(?:{pattern})$"));
            let whole = whole.map_err(|error| SelectionError::Pattern {
                pattern: pattern.clone(),
                status: response.status,
                reason: error.to_string(),
            })?;
            matching.push((whole, response));
        }
        for status in 100..600_u16 {
            let text = status.to_string();
            let mut fitting = matching
                .iter()
                .filter(|(pattern, _)| pattern.is_match(&text))
                .map(|(_, response)| response.status);
            if let (Some(first), Some(second)) = (fitting.next(), fitting.next()) {
                return Err(SelectionError::Ambiguous {
                    first,
                    second,
                    status,
                });
            }
        }
        Ok(Self { matching, default })
    }

    /// All responses.
    pub fn iter(&self) -> impl Iterator<Item = &IntegrationResponse> {
        let matching = self.matching.iter().map(|(_, response)| response);
        matching.chain(&self.default)
    }

    /// The response for a backend's status.
    #[must_use]
    pub fn select(&self, status: u16) -> Option<&IntegrationResponse> {
        let status = status.to_string();
        let matching = self
            .matching
            .iter()
            .find(|(pattern, _)| pattern.is_match(&status));
        matching
            .map(|(_, response)| response)
            .or(self.default.as_ref())
    }
}

impl Integration {
    /// The template for a body of this media type; none lets the body through as it is.
    pub(super) fn template(&self, media_type: &str) -> Result<Option<&Template>, Fault> {
        if let Some(template) = self.templates.get(media_type) {
            return Ok(Some(template));
        }
        let through = match self.passthrough {
            Passthrough::WhenNoMatch => true,
            Passthrough::WhenNoTemplates => self.templates.is_empty(),
            Passthrough::Never => false,
        };
        if through {
            return Ok(None);
        }
        Err(Fault::new(
            ResponseType::UnsupportedMediaType,
            "Unsupported Media Type",
        ))
    }
}

impl IntegrationResponse {
    /// The template for the client and its media type: the one the client accepts, else JSON's, else
    /// the first.
    pub(super) fn template(&self, accept: Option<&str>) -> Option<(&str, &Template)> {
        let accepted = accept.and_then(|accept| self.templates.get_key_value(accept));
        let json = || self.templates.get_key_value("application/json");
        let first = || self.templates.iter().next();
        let (media_type, template) = accepted.or_else(json).or_else(first)?;
        Some((media_type, template))
    }
}
