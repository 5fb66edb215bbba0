//! The event's shape: an object with any of a user's fields, each a string, and nothing else.

use serde_json::Value;

use crate::error::Error;

/// The fields that the event gives; the rest is made up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    /// The table's key.
    pub id: Option<String>,
    /// How the user is called.
    pub username: Option<String>,
    /// An e-mail address.
    pub email: Option<String>,
    /// The URL of a picture.
    pub avatar: Option<String>,
    /// The day of birth, `YYYY-MM-DD`.
    pub birthdate: Option<String>,
    /// When the user registered, RFC 3339.
    pub registered_at: Option<String>,
}

impl Input {
    /// Takes an event apart. A misspelt field is an error: ignored, it would become a made-up value.
    pub fn from_event(event: Value) -> Result<Self, Error> {
        let Value::Object(fields) = event else {
            return Err(Error::NotAnObject {
                found: kind(&event),
            });
        };
        let mut input = Self::default();
        for (name, value) in fields {
            let field = match name.as_str() {
                "id" => &mut input.id,
                "username" => &mut input.username,
                "email" => &mut input.email,
                "avatar" => &mut input.avatar,
                "birthdate" => &mut input.birthdate,
                "registeredAt" => &mut input.registered_at,
                _ => return Err(Error::UnknownField { name }),
            };
            match value {
                Value::String(text) => *field = Some(text),
                other => {
                    return Err(Error::WrongType {
                        name,
                        found: kind(&other),
                    });
                }
            }
        }
        Ok(input)
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
