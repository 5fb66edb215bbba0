use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A user: an item of the users table, and the data of the events about it.
///
/// Personal data: log its id and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct User {
    /// Unique; a UUID unless the caller chose one.
    pub id: String,
    /// The name to sign in with.
    pub username: String,
    /// The address to write to.
    #[schemars(extend("format" = "email"))]
    pub email: String,
    /// URL of a picture.
    #[schemars(extend("format" = "uri"))]
    pub avatar: String,
    /// Day of birth: `YYYY-MM-DD`.
    #[schemars(extend("format" = "date"))]
    pub birthdate: String,
    /// When the user registered: RFC 3339, UTC.
    #[schemars(extend("format" = "date-time"))]
    pub registered_at: String,
}

/// The key of an item of the users table.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct UserKey {
    /// The user's id.
    pub id: String,
}

impl User {
    /// A user who does not exist, for samples and tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            id: "f3b1c9de-6d3a-4f6f-9d0e-2f8a35f4c1b7".to_owned(),
            username: "ada".to_owned(),
            email: "ada@example.com".to_owned(),
            avatar: "https://example.com/ada.png".to_owned(),
            birthdate: "1990-12-10".to_owned(),
            registered_at: "2026-11-21T05:17:00Z".to_owned(),
        }
    }

    /// The key of this user's item.
    #[must_use]
    pub fn key(&self) -> UserKey {
        UserKey {
            id: self.id.clone(),
        }
    }
}
