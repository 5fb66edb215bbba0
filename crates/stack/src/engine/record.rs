use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::value::{UNKNOWN, has_unknown};
use crate::{Declared, Provider, Refusal, Resource};

/// Type of the resource that stands for the stack itself.
pub(crate) const STACK: &str = "pulumi:pulumi:Stack";

/// All that a program declared, and what it was told.
#[derive(Default)]
pub(crate) struct Record {
    pub(crate) resources: Vec<Resource>,
    pub(crate) outputs: Map<String, Value>,
    /// The URN of the stack resource.
    pub(crate) root: Option<String>,
    /// The program said that its declarations are complete.
    pub(crate) complete: bool,
    /// Errors that the program logged.
    pub(crate) errors: Vec<String>,
    /// URN and reason of the first refused resource.
    pub(crate) refused: Option<(String, String)>,
    claims: BTreeMap<String, String>,
}

/// One registration as it came in.
pub(crate) struct Registration {
    pub(crate) declared: Declared,
    pub(crate) parent: Option<String>,
    pub(crate) custom: bool,
    pub(crate) protect: bool,
    pub(crate) dependencies: BTreeSet<String>,
    pub(crate) property_dependencies: BTreeMap<String, BTreeSet<String>>,
}

/// Why a registration was not recorded.
#[derive(Debug)]
pub(crate) enum Rejection {
    /// The request contradicts what was declared before: the program is told.
    Request(String),
    /// The provider said no: the run is over.
    Provider(String),
}

impl Record {
    /// Records a registration once the provider has answered it, and returns the place it has now.
    pub(crate) fn register(
        &mut self,
        registration: Registration,
        provider: &dyn Provider,
        preview: bool,
    ) -> Result<&Resource, Rejection> {
        self.check_references(&registration)?;
        let declared = registration.declared;
        let outputs = if registration.custom {
            let created = self.create(&declared, provider, preview);
            created.map_err(|refusal| Rejection::Provider(refusal.to_string()))?
        } else {
            Map::new()
        };
        if declared.type_token == STACK {
            self.root = Some(declared.urn.clone());
        }
        let sorted = |urns: BTreeSet<String>| urns.into_iter().collect::<Vec<_>>();
        self.resources.push(Resource {
            urn: declared.urn,
            type_token: declared.type_token,
            name: declared.name,
            parent: registration.parent,
            custom: registration.custom,
            protect: registration.protect,
            inputs: declared.inputs,
            outputs,
            dependencies: sorted(registration.dependencies),
            property_dependencies: registration
                .property_dependencies
                .into_iter()
                .map(|(property, urns)| (property, sorted(urns)))
                .collect(),
        });
        let last = self.resources.last();
        last.ok_or_else(|| Rejection::Request("nothing was recorded".to_owned()))
    }

    fn create(
        &mut self,
        declared: &Declared,
        provider: &dyn Provider,
        preview: bool,
    ) -> Result<Map<String, Value>, Refusal> {
        if declared.type_token.starts_with("pulumi:providers:") {
            let mut outputs = declared.inputs.clone();
            outputs.insert("id".to_owned(), Value::String(declared.name.clone()));
            return Ok(outputs);
        }
        let mut outputs = provider.create(declared)?;
        if preview {
            for (name, output) in &mut outputs {
                let known = declared
                    .inputs
                    .get(name)
                    .filter(|input| !has_unknown(input));
                *output = known.cloned().unwrap_or_else(|| UNKNOWN.into());
            }
            return Ok(outputs);
        }
        match outputs.get("id") {
            Some(Value::String(id)) if !id.is_empty() => {}
            _ => return Err(Refusal::new("the provider answered without an `id`")),
        }
        if let Some(claim) = provider.claim(declared, &outputs) {
            if let Some(holder) = self.claims.get(&claim) {
                return Err(Refusal::new(format!(
                    "{claim} is already declared by {holder}; give one of them another name"
                )));
            }
            self.claims.insert(claim, declared.urn.clone());
        }
        Ok(outputs)
    }

    fn check_references(&self, registration: &Registration) -> Result<(), Rejection> {
        let urn = registration.declared.urn.as_str();
        let known = |urn: &str| self.resources.iter().any(|resource| resource.urn == urn);
        if known(urn) {
            return Err(Rejection::Request(format!(
                "duplicate resource URN {urn}; give the second resource another name"
            )));
        }
        let by_property = registration.property_dependencies.values().flatten();
        let referred = registration
            .dependencies
            .iter()
            .chain(by_property)
            .chain(&registration.parent);
        match referred.into_iter().find(|urn| !known(urn)) {
            None => Ok(()),
            Some(missing) => Err(Rejection::Request(format!(
                "{urn} refers to {missing}, which is not registered"
            ))),
        }
    }
}
