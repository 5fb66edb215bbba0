use std::collections::{BTreeMap, BTreeSet};
use std::env::VarError;

use crate::Failure;

/// What the engine tells a program through its environment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Environment {
    pub(crate) monitor: String,
    pub(crate) engine: String,
    pub(crate) project: String,
    pub(crate) stack: String,
    pub(crate) organization: String,
    pub(crate) root_directory: String,
    pub(crate) preview: bool,
    /// By `project:key`.
    pub(crate) config: BTreeMap<String, String>,
    /// The keys whose values are secret.
    pub(crate) secret_keys: BTreeSet<String>,
}

impl Environment {
    /// Reads through `variable`, which is `std::env::var` but in tests.
    pub(crate) fn read(
        variable: impl Fn(&str) -> Result<String, VarError>,
    ) -> Result<Self, Failure> {
        let required = |name| optional(&variable, name)?.ok_or(Failure::NoEngine(name));
        Ok(Self {
            monitor: required("PULUMI_MONITOR")?,
            engine: required("PULUMI_ENGINE")?,
            project: required("PULUMI_PROJECT")?,
            stack: required("PULUMI_STACK")?,
            organization: required("PULUMI_ORGANIZATION")?,
            root_directory: required("PULUMI_ROOT_DIRECTORY")?,
            preview: optional(&variable, "PULUMI_DRY_RUN")?.is_some_and(|value| value == "true"),
            config: json(&variable, "PULUMI_CONFIG")?,
            secret_keys: json(&variable, "PULUMI_CONFIG_SECRET_KEYS")?,
        })
    }
}

fn optional(
    variable: impl Fn(&str) -> Result<String, VarError>,
    name: &'static str,
) -> Result<Option<String>, Failure> {
    match variable(name) {
        Ok(value) if value.is_empty() => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(value)) => Err(Failure::Environment {
            name,
            value: value.to_string_lossy().into_owned(),
            reason: "it is not UTF-8".to_owned(),
        }),
    }
}

fn json<T: Default + serde::de::DeserializeOwned>(
    variable: impl Fn(&str) -> Result<String, VarError>,
    name: &'static str,
) -> Result<T, Failure> {
    let Some(value) = optional(variable, name)? else {
        return Ok(T::default());
    };
    serde_json::from_str(&value).map_err(|error| Failure::Environment {
        name,
        // It may hold secrets.
        value: "…".to_owned(),
        reason: format!("it is not the expected JSON: {error}"),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    const COMPLETE: [(&str, &str); 8] = [
        ("PULUMI_MONITOR", "127.0.0.1:1"),
        ("PULUMI_ENGINE", "127.0.0.1:2"),
        ("PULUMI_PROJECT", "shop"),
        ("PULUMI_STACK", "dev"),
        ("PULUMI_ORGANIZATION", "organization"),
        ("PULUMI_ROOT_DIRECTORY", "/shop"),
        ("PULUMI_DRY_RUN", "true"),
        ("PULUMI_CONFIG", r#"{"shop:memory":"256"}"#),
    ];

    fn read(without: &str, with: Option<(&str, &str)>) -> Result<Environment, Failure> {
        Environment::read(|name| {
            let given = COMPLETE
                .into_iter()
                .filter(|(name, _)| *name != without)
                .chain(with);
            let found = given.rev().find(|(given, _)| *given == name);
            found
                .map(|(_, value)| value.to_owned())
                .ok_or(VarError::NotPresent)
        })
    }

    #[test]
    fn a_missing_variable_is_named_with_who_sets_it() {
        for (name, _) in COMPLETE.into_iter().take(6) {
            let failure = read(name, None).unwrap_err().to_string();
            assert!(
                failure.contains(name) && failure.contains("pulumi up"),
                "{failure}"
            );
        }
    }

    #[test]
    fn configuration_and_preview_are_optional() {
        assert!(read("", None).unwrap().preview);
        assert!(!read("PULUMI_DRY_RUN", None).unwrap().preview);
        assert!(read("PULUMI_CONFIG", None).unwrap().config.is_empty());
        assert_eq!(read("", None).unwrap().config["shop:memory"], "256");
    }

    #[test]
    fn unreadable_configuration_is_named_and_its_content_not_shown() {
        let failure = read("", Some(("PULUMI_CONFIG", "hunter2")))
            .unwrap_err()
            .to_string();
        assert!(failure.contains("PULUMI_CONFIG"), "{failure}");
        assert!(!failure.contains("hunter2"), "{failure}");
    }
}
