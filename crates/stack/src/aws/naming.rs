use serde_json::{Map, Value};

use crate::fingerprint::fingerprint;
use crate::value::UNKNOWN;
use crate::{Declared, Refusal};

/// How a resource type gets its physical name, and what makes one unique in an account.
pub(super) struct Naming {
    /// What a user calls it: `queue`.
    pub(super) noun: &'static str,
    /// The property that holds the physical name; `None` for what has none.
    pub(super) property: Option<&'static str>,
    /// AWS's longest name, in characters.
    longest: usize,
    /// The properties that, with the name, must differ from every other of its type.
    scope: &'static [&'static str],
}

/// Has a physical name in `property`, unique among those with the same `scope`.
pub(super) const fn named(
    noun: &'static str,
    property: &'static str,
    longest: usize,
    scope: &'static [&'static str],
) -> Naming {
    Naming {
        noun,
        property: Some(property),
        longest,
        scope,
    }
}

/// Has no name; there can be one for each value of `scope`.
pub(super) const fn one_per(noun: &'static str, scope: &'static [&'static str]) -> Naming {
    Naming {
        noun,
        property: None,
        longest: usize::MAX,
        scope,
    }
}

impl Naming {
    /// The name the program gives, or Pulumi's automatic one: `<prefix or logical name>-<7 characters>`.
    /// <https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming>
    pub(super) fn physical(&self, request: &Declared) -> Result<String, Refusal> {
        let Some(property) = self.property else {
            return Ok(String::new());
        };
        let given = |property: &str| request.inputs.get(property);
        let name = match given(property) {
            Some(Value::String(name)) => name.clone(),
            Some(other) => {
                let reason = format!("`{property}` is {other}; it must be a string");
                return Err(Refusal::new(reason));
            }
            None => {
                let suffix = fingerprint(&request.urn) >> 100;
                let prefix_property = format!("{property}Prefix");
                let prefix = given(&prefix_property).and_then(Value::as_str);
                let fifo = given("fifoQueue")
                    .and_then(Value::as_bool)
                    .unwrap_or_default();
                let start = prefix.map_or_else(|| format!("{}-", request.name), ToOwned::to_owned);
                format!("{start}{suffix:07x}{}", if fifo { ".fifo" } else { "" })
            }
        };
        let length = name.chars().count();
        if name != UNKNOWN && (length == 0 || length > self.longest) {
            return Err(Refusal::new(format!(
                "`{property}` is `{name}`, {length} characters long; AWS takes 1 to {} for the name of a {}",
                self.longest, self.noun
            )));
        }
        Ok(name)
    }

    /// What no other resource may have too, for example ``the queue `orders` ``.
    pub(super) fn claim(&self, outputs: &Map<String, Value>) -> Option<String> {
        let text = |property: &&str| outputs.get(*property).and_then(Value::as_str);
        let name = self.property.as_ref().and_then(text);
        let scope: Vec<&str> = self.scope.iter().filter_map(text).collect();
        match (name, scope.is_empty()) {
            (None, true) => None,
            (Some(name), true) => Some(format!("the {} `{name}`", self.noun)),
            (Some(name), false) => {
                Some(format!("the {} `{name}` of {}", self.noun, scope.join(" ")))
            }
            (None, false) => Some(format!("the {} of {}", self.noun, scope.join(" "))),
        }
    }
}
