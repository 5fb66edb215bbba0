use std::collections::BTreeMap;

use delivery::rest::Rate;
use serde_json::Value;
use stack::{Resource, Stack};

use super::read::{of_api, owned};
use crate::declaration::{DeclarationError, property, refuse};

const METHOD_SETTINGS: &str = "aws:apigateway/methodSettings:MethodSettings";

/// How many requests the methods of a stage take, by method path: `orders/POST`, or `*/*` for all.
#[derive(Debug)]
pub(super) struct Rates(BTreeMap<String, Rate>);

impl Rates {
    /// Reads the method settings of a stage.
    pub(super) fn declared(
        stack: &Stack,
        api_id: &str,
        stage: &str,
    ) -> Result<Self, DeclarationError> {
        let mut rates = BTreeMap::new();
        for resource in of_api(stack, METHOD_SETTINGS, api_id) {
            if resource.text("stageName") != Some(stage) {
                continue;
            }
            let path = owned(resource, "methodPath")?;
            if path.starts_with('/') {
                let reason = format!("`methodPath` is {path}; AWS's has no slash at its beginning");
                return Err(refuse(resource, reason));
            }
            if let Some(rate) = rate(resource)? {
                rates.insert(path.replace("~1", "/"), rate);
            }
        }
        Ok(Self(rates))
    }

    /// The rate of a method of the resource with this path.
    pub(super) fn of(&self, path: &str, verb: &str) -> Option<Rate> {
        let own = format!("{}/{verb}", path.trim_start_matches('/'));
        self.0.get(&own).or_else(|| self.0.get("*/*")).copied()
    }
}

/// Log levels, metrics and tracing change no answer and are left out.
fn rate(resource: &Resource) -> Result<Option<Rate>, DeclarationError> {
    let settings = property(resource, "settings");
    let setting = |name: &str| settings.and_then(|settings| settings.get(name));
    if setting("cachingEnabled") == Some(&Value::Bool(true)) {
        let reason = "`settings.cachingEnabled` is true; caches are not supported here";
        return Err(refuse(resource, reason));
    }
    let number = |name: &str| setting(name).and_then(Value::as_f64);
    // Without a limit the provider's value is -1.
    let limit = |name: &str| number(name).filter(|limit| *limit >= 0.0);
    let (rate, burst) = (limit("throttlingRateLimit"), limit("throttlingBurstLimit"));
    if rate.is_none() && burst.is_none() {
        return Ok(None);
    }
    let burst = match burst {
        None => Rate::ACCOUNT.burst,
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the cast stops at the ends of the range"
        )]
        Some(burst) => burst as u32,
    };
    Ok(Some(Rate {
        per_second: rate.unwrap_or(Rate::ACCOUNT.per_second),
        burst,
    }))
}
