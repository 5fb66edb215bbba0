#![allow(clippy::unwrap_used, reason = "a test may fail so")]

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use stack::Resource;

/// A resource of the stack `dev` of the project `shop`.
pub(crate) fn resource(type_token: &str, name: &str, outputs: &Value) -> Resource {
    Resource {
        urn: format!("urn:pulumi:dev::shop::{type_token}::{name}"),
        type_token: type_token.to_owned(),
        name: name.to_owned(),
        parent: None,
        custom: true,
        protect: false,
        inputs: Map::new(),
        outputs: outputs.as_object().unwrap().clone(),
        dependencies: Vec::new(),
        property_dependencies: BTreeMap::new(),
    }
}
