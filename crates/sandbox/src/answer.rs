use bytes::Bytes;
use serde_json::Value;

/// How one invocation ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The function's response.
    Response(Bytes),
    /// The function's error: an object with `errorType` and `errorMessage`.
    Error(Value),
    /// The function could not start and said why, in the same form.
    NotStarted(Value),
    /// The process ended without an answer.
    Ended,
}

impl Answer {
    /// The response as JSON; `None` for anything else.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        match self {
            Self::Response(body) => serde_json::from_slice(body).ok(),
            _ => None,
        }
    }

    /// The text of an error; `None` for a response.
    #[must_use]
    pub fn error_message(&self) -> Option<&str> {
        match self {
            Self::Error(error) | Self::NotStarted(error) => error.get("errorMessage")?.as_str(),
            _ => None,
        }
    }
}
