//! Reads what a program declared of an event source mapping.

use serde_json::{Map, Value};
use thiserror::Error;

/// A declared property that AWS would refuse, or that is not done here.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{property}` is {value}; {allowed}")]
pub struct SettingsError {
    /// The property as it is declared, for example `batchSize`.
    pub property: String,
    /// What it is, as JSON.
    pub value: String,
    /// What is allowed.
    pub allowed: String,
}

/// The declared properties of a resource.
pub(crate) struct Properties<'a>(pub(crate) &'a Map<String, Value>);

impl Properties<'_> {
    /// A property; null is the same as none.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn error(&self, name: &str, allowed: impl Into<String>) -> SettingsError {
        SettingsError {
            property: name.to_owned(),
            value: self
                .0
                .get(name)
                .map_or_else(|| "missing".to_owned(), Value::to_string),
            allowed: allowed.into(),
        }
    }

    /// A whole number; Pulumi sends all numbers as doubles.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        let value = self.get(name)?;
        #[allow(clippy::cast_possible_truncation, reason = "checked for being whole")]
        value.as_i64().or_else(|| {
            value
                .as_f64()
                .filter(|number| number.fract() == 0.0 && number.abs() < 1e15)
                .map(|number| number as i64)
        })
    }

    /// A whole number from `least` to `most`.
    pub(crate) fn whole(
        &self,
        name: &str,
        least: u64,
        most: u64,
        default: Option<u64>,
    ) -> Result<u64, SettingsError> {
        if let (None, Some(default)) = (self.get(name), default) {
            return Ok(default);
        }
        self.number(name)
            .and_then(|number| u64::try_from(number).ok())
            .filter(|number| (least..=most).contains(number))
            .ok_or_else(|| {
                self.error(
                    name,
                    format!("AWS takes a whole number from {least} to {most}"),
                )
            })
    }

    /// Like [`Self::whole`], for what is counted in memory.
    pub(crate) fn small(
        &self,
        name: &str,
        least: u64,
        most: u64,
        default: u64,
    ) -> Result<usize, SettingsError> {
        let value = self.whole(name, least, most, Some(default))?;
        Ok(usize::try_from(value).unwrap_or(usize::MAX))
    }

    pub(crate) fn flag(&self, name: &str, default: bool) -> Result<bool, SettingsError> {
        match self.get(name) {
            None => Ok(default),
            Some(value) => value
                .as_bool()
                .ok_or_else(|| self.error(name, "it must be true or false")),
        }
    }

    /// Whether `functionResponseTypes` has `ReportBatchItemFailures`.
    pub(crate) fn reports_failures(&self) -> Result<bool, SettingsError> {
        let name = "functionResponseTypes";
        let Some(types) = self.get(name) else {
            return Ok(false);
        };
        match types.as_array().map(Vec::as_slice) {
            Some([]) => Ok(false),
            Some([one]) if one == "ReportBatchItemFailures" => Ok(true),
            _ => Err(self.error(name, "AWS takes [] or [\"ReportBatchItemFailures\"]")),
        }
    }
}
