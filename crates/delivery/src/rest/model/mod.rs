//! Models: what a request's body must look like, in JSON Schema draft 4.

mod keywords;
mod words;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use boon::{Compiler, Draft, SchemaIndex, Schemas};
use serde_json::Value;
use thiserror::Error;

/// A checked schema, ready to validate.
#[derive(Clone)]
pub struct Model {
    schemas: Arc<Schemas>,
    index: SchemaIndex,
    schema: Value,
}

/// A schema that API Gateway would refuse, or that can't be done here.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ModelError {
    /// The text is not JSON.
    #[error("the schema is not JSON: {0}")]
    Json(String),
    /// A keyword of a later draft or of another dialect.
    #[error(
        "the keyword `{keyword}` at {place} is none of JSON Schema draft 4, which API Gateway's models are in"
    )]
    Keyword {
        /// The keyword.
        keyword: String,
        /// Where, as a JSON pointer.
        place: String,
    },
    /// A reference to another document.
    #[error(
        "not supported here: the reference `{0}`; references within the model (`#/definitions/…`) are"
    )]
    Reference(String),
    /// The schema breaks draft 4's own rules.
    #[error("the schema is no valid JSON Schema draft 4: {0}")]
    Schema(String),
}

/// The name under which the library knows the one schema.
const NAME: &str = "model:///model.json";

impl Model {
    /// Reads and checks a schema, also against the draft's meta-schema.
    pub fn parse(text: &str) -> Result<Self, ModelError> {
        let schema: Value =
            serde_json::from_str(text).map_err(|error| ModelError::Json(error.to_string()))?;
        keywords::check(&schema)?;
        let refused = |error: boon::CompileError| ModelError::Schema(format!("{error:#}"));
        let mut compiler = Compiler::new();
        compiler.set_default_draft(Draft::V4);
        compiler
            .add_resource(NAME, schema.clone())
            .map_err(refused)?;
        let mut schemas = Schemas::new();
        let index = compiler.compile(NAME, &mut schemas).map_err(refused)?;
        Ok(Self {
            schemas: Arc::new(schemas),
            index,
            schema,
        })
    }

    /// Validates a body; the error has what is wrong in the words of API Gateway's validator.
    pub fn validate(&self, body: &str) -> Result<(), Vec<String>> {
        let document: Value = serde_json::from_str(body)
            .map_err(|error| vec![format!("Could not parse request body into json: {error}")])?;
        let result = self.schemas.validate(&document, self.index);
        result.map_err(|error| words::of(&error, &document))
    }

    /// The schema.
    #[must_use]
    pub fn schema(&self) -> &Value {
        &self.schema
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Model").field(&self.schema).finish()
    }
}
