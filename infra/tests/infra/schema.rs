//! Whatever is declared is something the AWS provider takes.

use serde_json::Value;

use crate::declared::{dev_with, root};

/// What is wrong with `value`, if it stands where `property` of the schema is expected.
fn misfit(schema: &Value, property: &Value, value: &Value, path: &str) -> Option<String> {
    if let Some(reference) = property["$ref"].as_str() {
        let name = reference
            .strip_prefix("#/types/")
            .expect("a reference to a type");
        let declared = &schema["types"][name];
        return object_misfit(
            schema,
            &declared["properties"],
            &declared["required"],
            value,
            path,
        );
    }
    let fits = match property["type"].as_str().expect("a type") {
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64(),
        "number" => value.is_number(),
        "array" => {
            let Some(items) = value.as_array() else {
                return Some(format!("{path} is not a list: {value}"));
            };
            return items
                .iter()
                .find_map(|item| misfit(schema, &property["items"], item, path));
        }
        "object" => {
            let Some(fields) = value.as_object() else {
                return Some(format!("{path} is not a map: {value}"));
            };
            let each = &property["additionalProperties"];
            return fields
                .iter()
                .find_map(|(key, value)| misfit(schema, each, value, &format!("{path}.{key}")));
        }
        other => panic!("the schema has the type {other}"),
    };
    (!fits).then(|| format!("{path} is not of type {}: {value}", property["type"]))
}

fn object_misfit(
    schema: &Value,
    properties: &Value,
    required: &Value,
    value: &Value,
    path: &str,
) -> Option<String> {
    let Some(fields) = value.as_object() else {
        return Some(format!("{path} is not an object: {value}"));
    };
    let missing = required
        .as_array()
        .into_iter()
        .flatten()
        .find(|name| !fields.contains_key(name.as_str().unwrap()));
    if let Some(missing) = missing {
        return Some(format!("{path}.{missing} is missing"));
    }
    fields
        .iter()
        .find_map(|(name, value)| match properties.get(name) {
            Some(property) => misfit(schema, property, value, &format!("{path}.{name}")),
            None => Some(format!("{path}.{name} is not in the schema")),
        })
}

#[tokio::test]
async fn given_every_resource_then_its_properties_are_in_the_providers_schema() {
    let text = std::fs::read_to_string(root().join("infra/schema/aws.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    let stack = dev_with(&[(
        "alarmTopicArn",
        "arn:aws:sns:eu-west-1:123456789012:on-call",
    )])
    .await
    .unwrap();
    let mut checked = 0;
    for resource in stack.resources.iter().filter(|resource| resource.custom) {
        let declared = &schema["resources"][&resource.type_token];
        let inputs = Value::Object(resource.inputs.clone());
        let misfit = object_misfit(
            &schema,
            &declared["inputProperties"],
            &declared["requiredInputs"],
            &inputs,
            &resource.name,
        );
        assert_eq!(misfit, None);
        checked += 1;
    }
    assert!(checked > 30, "{checked} resources");
}

#[tokio::test]
async fn given_the_schema_then_it_holds_no_resource_property_or_type_that_nothing_uses() {
    let text = std::fs::read_to_string(root().join("infra/schema/aws.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    let stack = dev_with(&[]).await.unwrap();
    for (type_token, declared) in schema["resources"].as_object().unwrap() {
        for property in declared["inputProperties"].as_object().unwrap().keys() {
            let used = stack
                .of_type(type_token)
                .any(|resource| resource.inputs.contains_key(property));
            assert!(used, "nothing sets {property} of {type_token}");
        }
    }
    for name in schema["types"].as_object().unwrap().keys() {
        assert!(
            text.contains(&format!("#/types/{name}\"")),
            "nothing refers to {name}"
        );
    }
}
