//! The mapping template language of REST APIs: the part of Velocity (1.7) that API Gateway's
//! templates are written in, with its variables `$input`, `$context`, `$util`, `$stageVariables`.
//!
//! A template is read once, when the stack starts: whatever is not done here is refused then, with
//! its line, so that no request meets it.
//!
//! - <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html>
//! - <https://velocity.apache.org/engine/1.7/vtl-reference.html>

mod check;
mod compare;
mod evaluate;
mod expression;
mod functions;
mod input;
mod methods;
mod node;
mod parse;
mod reference;
mod scanner;
mod scope;
mod text_methods;
mod value;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use thiserror::Error;

pub(super) use check::CONTEXT;
pub(super) use scope::Scope;
pub use scope::{Overrides, Parameters};

use node::Node;

/// A mapping template that was read and holds nothing that can't be done here.
#[derive(Clone, Debug, PartialEq)]
pub struct Template(Vec<Node>);

/// Something in a template that can't be done here, or that the language does not know.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("line {line}: {reason}")]
pub struct TemplateError {
    /// The line in the template, from 1.
    pub line: usize,
    /// The construct, and why it is refused.
    pub reason: String,
}

/// A template that could not be applied to a request or an answer.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RenderError {
    /// The body is not JSON, and the template looks into it.
    #[error("Could not parse request body into json: {0}")]
    Body(String),
    /// API Gateway answers with status 500.
    #[error("{0}")]
    Failed(String),
}

/// What a template wrote.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rendered {
    /// The text.
    pub(super) text: String,
    /// What it set of `$context.responseOverride`.
    pub(super) overrides: Overrides,
    /// What it set of `$context.requestOverride.path`: what a request template hands on to the
    /// response template, which does not see the request's body.
    pub(super) kept: BTreeMap<String, String>,
}

/// API Gateway's longest template, in bytes.
const LONGEST: usize = 300 * 1024;

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// The first construct that is not supported here, with its line.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        if text.len() > LONGEST {
            return Err(TemplateError {
                line: 1,
                reason: format!(
                    "the template has {} bytes, AWS takes at most {LONGEST}",
                    text.len()
                ),
            });
        }
        let nodes = parse::template(text)?;
        check::check(&nodes)?;
        Ok(Self(nodes))
    }

    /// Writes the text for one request or answer.
    pub(super) fn render(&self, scope: &Scope<'_>) -> Result<Rendered, RenderError> {
        evaluate::render(&self.0, scope)
    }
}
