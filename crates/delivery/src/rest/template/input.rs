use std::cell::OnceCell;

use serde_json::Value as Json;

use super::RenderError;
use super::scope::Parameters;
use super::value::Value;
use crate::rest::json_path::JsonPath;

/// `$input`: the body and the parameters.
#[derive(Debug)]
pub(super) struct Input<'a> {
    text: &'a str,
    parameters: &'a Parameters,
    document: OnceCell<Result<Json, RenderError>>,
}

impl<'a> Input<'a> {
    pub(super) fn new(body: &'a str, parameters: &'a Parameters) -> Self {
        Self {
            // An empty body is an empty object for a template.
            text: if body.is_empty() { "{}" } else { body },
            parameters,
            document: OnceCell::new(),
        }
    }

    /// `$input.body`
    pub(super) fn body(&self) -> Value {
        Value::text(self.text)
    }

    /// `$input.path('$.order')`; a path that leads nowhere is the empty text.
    pub(super) fn path(&self, path: &JsonPath) -> Result<Value, RenderError> {
        let found = path.find(self.document()?);
        Ok(found.map_or_else(|| Value::text(""), Value::from_json))
    }

    /// `$input.json('$.order')`, as JSON.
    pub(super) fn json(&self, path: &JsonPath) -> Result<Value, RenderError> {
        let found = path.find(self.document()?);
        let text = found.map_or_else(|| "\"\"".to_owned(), Json::to_string);
        Ok(Value::text(&text))
    }

    /// `$input.params('id')`; the empty text where there is none.
    pub(super) fn parameter(&self, name: &str) -> Value {
        Value::text(self.parameters.any(name).unwrap_or_default())
    }

    /// `$input.params()`
    pub(super) fn parameters(&self) -> Value {
        let map = |of: &std::collections::BTreeMap<String, String>| {
            let entries = of.iter();
            Value::map(
                entries
                    .map(|(name, value)| (name.clone(), Value::text(value)))
                    .collect(),
            )
        };
        Value::map(vec![
            ("path".to_owned(), map(&self.parameters.path)),
            ("querystring".to_owned(), map(&self.parameters.query)),
            ("header".to_owned(), map(&self.parameters.header)),
        ])
    }

    fn document(&self) -> Result<&Json, RenderError> {
        let document = self.document.get_or_init(|| {
            serde_json::from_str(self.text).map_err(|error| RenderError::Body(error.to_string()))
        });
        document.as_ref().map_err(Clone::clone)
    }
}
