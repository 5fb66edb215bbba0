//! What a function reads from its environment variables.

use std::env;

use thiserror::Error;

/// An environment variable that a function can't start without is not set, or is empty.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("the environment variable {name} is not set: it must hold {meaning}")]
pub struct MissingVariable {
    /// Its name, for example `EVENT_BUS_NAME`.
    pub name: &'static str,
    /// What it must hold, for a person who sets it.
    pub meaning: &'static str,
}

/// The value of a variable that the function needs.
pub fn required(name: &'static str, meaning: &'static str) -> Result<String, MissingVariable> {
    optional(name).ok_or(MissingVariable { name, meaning })
}

/// The value of a variable, if it is set and not empty.
#[must_use]
pub fn optional(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
