use contract::Event;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::User;

/// The source of every event about users.
pub const USERS: &str = "myapp.users";

/// A user was stored for the first time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UserCreated {
    /// The user as stored; its fields stand at the top of the detail.
    #[serde(flatten)]
    pub user: User,
}

/// A stored user changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UserUpdated {
    /// The user after the change; its fields stand at the top of the detail.
    #[serde(flatten)]
    pub user: User,
}

/// A user was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserDeleted {
    /// Who was deleted.
    pub id: String,
    /// What deleted it.
    pub deleted_by: DeletedBy,
}

/// What deleted an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub enum DeletedBy {
    /// Somebody asked for it.
    Request,
    /// Its time to live ran out.
    Expiry,
}

impl Event for UserCreated {
    const SOURCE: &'static str = USERS;
    const DETAIL_TYPE: &'static str = "UserCreated";
    const VERSION: u32 = 1;

    fn sample() -> Self {
        Self {
            user: User::sample(),
        }
    }
}

impl Event for UserUpdated {
    const SOURCE: &'static str = USERS;
    const DETAIL_TYPE: &'static str = "UserUpdated";
    const VERSION: u32 = 1;

    fn sample() -> Self {
        Self {
            user: User::sample(),
        }
    }
}

impl Event for UserDeleted {
    const SOURCE: &'static str = USERS;
    const DETAIL_TYPE: &'static str = "UserDeleted";
    const VERSION: u32 = 1;

    fn sample() -> Self {
        Self {
            id: User::sample().id,
            deleted_by: DeletedBy::Request,
        }
    }
}
