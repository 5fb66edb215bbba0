//! Event buses with rules, targets and archives, durable in the [`Store`](crate::Store).
//!
//! `PutEvents` answers when its events and their pending deliveries are committed; a driver then
//! delivers them. See <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-what-is.html>.

mod archive;
mod buses;
mod declared;
mod deliveries;
mod describe;
mod driver;
mod publish;
mod schedules;
mod service;
mod target;

#[cfg(test)]
mod tests;

pub use buses::{Buses, Settings, Surroundings};
pub use declared::{Access, Archive, Bus, Declared, Rule, Target, declared};
pub use target::{StackTargets, Targets};
