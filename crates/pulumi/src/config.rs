//! The stack's configuration, by key and type.

use std::fmt::Display;
use std::str::FromStr;

use crate::{Context, Output};

/// Why a configuration value can't be used. Nothing was declared because of it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// There is no value and no default.
    #[error("config `{key}` is not set; set it with `pulumi config set {key} <value>`")]
    Missing {
        /// `project:key`.
        key: String,
    },
    /// The value is not one of those allowed.
    #[error(
        "config `{key}` is `{value}`; it must be {allowed}; set it with `pulumi config set {key} <value>`"
    )]
    Value {
        /// `project:key`.
        key: String,
        /// As it was given.
        value: String,
        /// In words, with units.
        allowed: String,
    },
    /// A secret was asked for as plain text; as such it would reach the state unencrypted.
    #[error("config `{key}` is a secret and can't be read as plain text")]
    Secret {
        /// `project:key`.
        key: String,
    },
    /// Plain text was asked for as a secret.
    #[error("config `{key}` is plain text; set it with `pulumi config set --secret {key} <value>`")]
    Plain {
        /// `project:key`.
        key: String,
    },
}

impl Context {
    /// The value of the project's `key`, if it is set.
    pub fn config(&self, key: &str) -> Result<Option<String>, ConfigError> {
        self.plain(&self.full_key(None, key))
    }

    /// The value of the project's `key` as `T`, or `default`. `allowed` tells a user in words which
    /// values `check` lets through.
    pub fn config_or<T: FromStr>(
        &self,
        key: &str,
        default: T,
        allowed: impl Display,
        check: impl Fn(&T) -> bool,
    ) -> Result<T, ConfigError> {
        let key = self.full_key(None, key);
        let Some(value) = self.plain(&key)? else {
            return Ok(default);
        };
        let parsed = value.parse().ok().filter(check);
        parsed.ok_or_else(|| ConfigError::Value {
            key,
            value,
            allowed: allowed.to_string(),
        })
    }

    /// The value of `key` in `namespace`, the project unless told.
    pub fn require_config(
        &self,
        namespace: Option<&str>,
        key: &str,
    ) -> Result<String, ConfigError> {
        let key = self.full_key(namespace, key);
        self.plain(&key)?.ok_or(ConfigError::Missing { key })
    }

    /// The secret value of `key` in `namespace`, the project unless told; it stays one in all that
    /// is made of it.
    pub fn require_config_secret(
        &self,
        namespace: Option<&str>,
        key: &str,
    ) -> Result<Output<String>, ConfigError> {
        let key = self.full_key(namespace, key);
        match self.environment().config.get(&key) {
            None => Err(ConfigError::Missing { key }),
            Some(_) if !self.environment().secret_keys.contains(&key) => {
                Err(ConfigError::Plain { key })
            }
            Some(value) => Ok(Output::new_secret(value.clone())),
        }
    }

    fn plain(&self, key: &str) -> Result<Option<String>, ConfigError> {
        if self.environment().secret_keys.contains(key) {
            return Err(ConfigError::Secret {
                key: key.to_owned(),
            });
        }
        Ok(self.environment().config.get(key).cloned())
    }

    fn full_key(&self, namespace: Option<&str>, key: &str) -> String {
        format!("{}:{key}", namespace.unwrap_or(&self.environment().project))
    }
}
