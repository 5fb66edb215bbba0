//! The provider and what it is asked for.

use serde_json::{Map, Value};
use stack::{Aws, Declared, Provider};

pub(crate) fn aws() -> Aws {
    Aws {
        region: "eu-west-1".to_owned(),
        account: "123456789012".to_owned(),
        endpoint: None,
    }
}

pub(crate) fn declared(type_token: &str, name: &str, inputs: Value) -> Declared {
    Declared {
        urn: format!("urn:pulumi:dev::shop::{type_token}::{name}"),
        type_token: type_token.to_owned(),
        name: name.to_owned(),
        inputs: serde_json::from_value(inputs).unwrap(),
        secrets: std::collections::BTreeSet::new(),
    }
}

pub(crate) fn create(type_token: &str, inputs: Value) -> Map<String, Value> {
    aws()
        .create(&declared(type_token, "thing", inputs))
        .unwrap()
}
