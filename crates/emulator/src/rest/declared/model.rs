use std::collections::BTreeMap;
use std::sync::Arc;

use delivery::rest::Model;
use stack::Stack;

use super::read::{of_api, owned};
use crate::declaration::{DeclarationError, refuse, required};

const MODEL: &str = "aws:apigateway/model:Model";

/// What every API has from the start.
const GIVEN: [(&str, &str); 2] = [("Empty", "{}"), ("Error", r#"{"type":"object"}"#)];

/// The models of an API by name.
pub(super) fn declared(
    stack: &Stack,
    api_id: &str,
) -> Result<BTreeMap<String, Arc<Model>>, DeclarationError> {
    let mut models = BTreeMap::new();
    for (name, schema) in GIVEN {
        if let Ok(model) = Model::parse(schema) {
            models.insert(name.to_owned(), Arc::new(model));
        }
    }
    for resource in of_api(stack, MODEL, api_id) {
        let name = owned(resource, "name")?;
        if !name.chars().all(|c| c.is_ascii_alphanumeric()) {
            let reason = format!("`name` is {name}; AWS takes letters and digits only");
            return Err(refuse(resource, reason));
        }
        let model = Model::parse(required(resource, "schema")?);
        let model = model.map_err(|error| refuse(resource, format!("`schema`: {error}")))?;
        models.insert(name, Arc::new(model));
    }
    Ok(models)
}
