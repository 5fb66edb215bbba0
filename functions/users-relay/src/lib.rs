//! Lambda function `users-relay`: publishes what the changes of the users table mean to the business.

use events::{DeletedBy, User, UserCreated, UserDeleted, UserKey, UserUpdated};
use outbox::{Change, Events};

/// What one change of the users table means. Pure: the relay may ask again after a failure.
#[must_use]
pub fn user_events(change: Change<User, UserKey>) -> Events {
    match change {
        Change::Created(user) => Events::of(UserCreated { user }),
        Change::Updated { new, .. } => Events::of(UserUpdated { user: new }),
        Change::Removed { key, .. } => Events::of(UserDeleted {
            id: key.id,
            deleted_by: DeletedBy::Request,
        }),
        Change::Expired { key, .. } => Events::of(UserDeleted {
            id: key.id,
            deleted_by: DeletedBy::Expiry,
        }),
    }
}
