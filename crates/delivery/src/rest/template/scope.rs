use std::collections::BTreeMap;

use serde_json::Value as Json;

/// What a template sees of one request, or of one answer of the backend.
#[derive(Clone, Copy, Debug)]
pub(in crate::rest) struct Scope<'a> {
    /// The request's body, or the backend's.
    pub(in crate::rest) body: &'a str,
    /// `$input.params()`.
    pub(in crate::rest) parameters: &'a Parameters,
    /// `$context`, an object.
    pub(in crate::rest) context: &'a Json,
    /// `$stageVariables`.
    pub(in crate::rest) stage_variables: &'a BTreeMap<String, String>,
}

/// The parameters of a request, by place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters {
    /// Of the resource's path: `id` for `/orders/{id}`.
    pub path: BTreeMap<String, String>,
    /// Of the query string; the last value of a name.
    pub query: BTreeMap<String, String>,
    /// Headers, in lower case; the last value of a name.
    pub header: BTreeMap<String, String>,
}

impl Parameters {
    /// The value of a header, whatever the case of its name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let value = self.header.get(name.to_ascii_lowercase().as_str());
        value.map(String::as_str)
    }

    /// As `$input.params('name')` looks for it: path, query string, header.
    #[must_use]
    pub fn any(&self, name: &str) -> Option<&str> {
        let path = self.path.get(name).or_else(|| self.query.get(name));
        path.map(String::as_str).or_else(|| self.header(name))
    }
}

/// `$context.responseOverride` as a template left it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// The answer's status.
    pub status: Option<u16>,
    /// Headers of the answer.
    pub headers: BTreeMap<String, String>,
}
