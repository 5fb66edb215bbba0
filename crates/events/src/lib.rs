//! This application's items and events.
//!
//! The users table holds [`User`] items under a [`UserKey`]. What happens to them is published as [`UserCreated`],
//! [`UserUpdated`] and [`UserDeleted`] with the source [`USERS`]. The orders table holds [`Order`] items under an
//! [`OrderKey`]; [`CreateOrder`] and [`ChangeOrder`] are the requests that write them, and every write is published as
//! [`OrderDetailsChanged`] with the source [`ORDERS`]. An order that takes from the stock is [`OrderPlaced`], and each of its
//! lines [`StockReserved`], with the source [`SHOP`]. Each type is its event's contract; the schemas and
//! samples of all versions are committed under `contracts/`. After a change, raise the type's `VERSION` and run
//! `UPDATE_CONTRACTS=1 cargo test -p events every_committed_contract`, which adds the files of the new version.

mod order;
mod order_events;
mod order_status;
mod shop_events;
mod user;
mod user_events;

use contract::Contract;
pub use order::{ChangeOrder, CreateOrder, Order, OrderKey};
pub use order_events::{ORDERS, OrderDetailsChanged};
pub use order_status::{OrderStatus, TRANSITIONS};
pub use shop_events::{OrderLine, OrderPlaced, SHOP, StockReserved};
pub use user::{User, UserKey};
pub use user_events::{DeletedBy, USERS, UserCreated, UserDeleted, UserUpdated};

/// The contract of every event that this application publishes.
#[must_use]
pub fn contracts() -> Vec<Contract> {
    vec![
        Contract::of::<UserCreated>(),
        Contract::of::<UserUpdated>(),
        Contract::of::<UserDeleted>(),
        Contract::of::<OrderDetailsChanged>(),
        Contract::of::<OrderPlaced>(),
        Contract::of::<StockReserved>(),
    ]
}
