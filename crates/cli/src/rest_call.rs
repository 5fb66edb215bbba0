//! Calls of declared REST APIs that work when they are pasted into a shell.

use delivery::rest::Model;
use emulator::front::Credentials;
use serde_json::{Map, Value};
use stack::{Resource, Stack};

use crate::quoted::quoted_text;

const STAGE: &str = "aws:apigateway/stage:Stage";
const METHOD: &str = "aws:apigateway/method:Method";
const RESOURCE: &str = "aws:apigateway/resource:Resource";
const INTEGRATION: &str = "aws:apigateway/integration:Integration";
const MODEL: &str = "aws:apigateway/model:Model";

/// Where the declared stages answer.
pub(crate) fn addresses(stack: &Stack) -> impl Iterator<Item = &str> {
    let stages = stack.of_type(STAGE);
    stages.filter_map(|stage| stage.text("invokeUrl"))
}

/// A call for each stage: of a method that makes something if there is one, with a body that the
/// method's model allows.
pub(crate) fn calls(stack: &Stack, region: &str, credentials: &Credentials) -> Vec<String> {
    let calls = stack.of_type(STAGE).filter_map(|stage| {
        let api = stage.text("restApi")?;
        let methods = stack.of_type(METHOD);
        let mut methods: Vec<&Resource> = methods
            .filter(|method| method.text("restApi") == Some(api))
            .collect();
        methods.sort_by_key(|method| method.text("httpMethod") != Some("POST"));
        let url = stage.text("invokeUrl")?;
        let call = |method| call(stack, url, method, region, credentials);
        methods.into_iter().find_map(call)
    });
    calls.collect()
}

/// The tables that methods of the declared APIs name in their templates, or by a variable of a stage.
pub(crate) fn tables(stack: &Stack) -> impl Iterator<Item = &str> {
    let of = |type_token, output: &'static str| {
        let resources = stack.of_type(type_token);
        resources.filter_map(move |resource| resource.outputs.get(output))
    };
    let texts: Vec<&str> = of(INTEGRATION, "requestTemplates")
        .chain(of(STAGE, "variables"))
        .filter_map(Value::as_object)
        .flat_map(Map::values)
        .filter_map(Value::as_str)
        .collect();
    let tables = stack.of_type("aws:dynamodb/table:Table");
    tables
        .filter_map(|table| table.text("name"))
        .filter(move |name| {
            let quoted = format!("\"{name}\"");
            texts
                .iter()
                .any(|text| text == name || text.contains(&quoted))
        })
}

fn call(
    stack: &Stack,
    url: &str,
    method: &Resource,
    region: &str,
    credentials: &Credentials,
) -> Option<String> {
    let id = method.text("resourceId")?;
    let resource = stack
        .of_type(RESOURCE)
        .find(|resource| resource.text("id") == Some(id));
    // What is no resource is the root.
    let path = resource.map_or(Some("/"), |resource| resource.text("path"))?;
    if path.contains('{') {
        return None;
    }
    let verb = match method.text("httpMethod")? {
        "ANY" => "GET",
        verb => verb,
    };
    let mut words = vec!["curl".to_owned(), "-i".to_owned()];
    if verb != "GET" {
        words.extend(["-X".to_owned(), verb.to_owned()]);
    }
    words.push(quoted_text(&format!("{url}{path}")));
    if method.text("authorization") == Some("AWS_IAM") {
        let key = format!(
            "{}:{}",
            credentials.access_key_id, credentials.secret_access_key
        );
        let signing = format!("aws:amz:{region}:execute-api");
        words.extend([
            "--aws-sigv4".to_owned(),
            signing,
            "--user".to_owned(),
            quoted_text(&key),
        ]);
    }
    if let Some(model) = model(stack, method) {
        let model = Model::parse(model.text("schema")?).ok()?;
        let body = sample(model.schema()).to_string();
        model.validate(&body).ok()?;
        words.extend(["-H", "'content-type: application/json'", "-d"].map(str::to_owned));
        words.push(quoted_text(&body));
    }
    Some(words.join(" "))
}

/// The model of a method's JSON bodies.
fn model<'a>(stack: &'a Stack, method: &Resource) -> Option<&'a Resource> {
    let models = method.outputs.get("requestModels")?;
    let name = ["application/json", "$default"]
        .iter()
        .find_map(|media_type| models.get(*media_type))?
        .as_str()?;
    stack.of_type(MODEL).find(|model| {
        model.text("name") == Some(name) && model.text("restApi") == method.text("restApi")
    })
}

/// The smallest value that a simple schema allows; what is not simple fails the check that follows.
fn sample(schema: &Value) -> Value {
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    match schema["type"].as_str() {
        Some("string") => {
            let shortest = schema["minLength"].as_u64().unwrap_or_default();
            let shortest = usize::try_from(shortest).unwrap_or_default();
            Value::from("a".repeat(shortest.clamp(1, 64)))
        }
        Some("integer" | "number") => match &schema["minimum"] {
            Value::Null => Value::from(1),
            minimum => minimum.clone(),
        },
        Some("boolean") => Value::Bool(true),
        Some("array") => Value::Array(Vec::new()),
        _ => {
            let required = schema["required"].as_array().into_iter().flatten();
            let members = required.filter_map(Value::as_str).map(|name| {
                let member = sample(&schema["properties"][name]);
                (name.to_owned(), member)
            });
            Value::Object(members.collect::<Map<_, _>>())
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail so")]

    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    fn resource(type_token: &str, outputs: &Value) -> Resource {
        Resource {
            urn: String::new(),
            type_token: type_token.to_owned(),
            name: String::new(),
            parent: None,
            custom: true,
            protect: false,
            inputs: Map::new(),
            outputs: outputs.as_object().unwrap().clone(),
            dependencies: Vec::new(),
            property_dependencies: BTreeMap::new(),
        }
    }

    fn stack(authorization: &str, schema: &Value) -> Stack {
        let url = "http://127.0.0.1:4566/restapis/a/v1/_user_request_";
        let method = |verb: &str, resource: &str| {
            json!({
                "restApi": "a", "resourceId": resource, "httpMethod": verb,
                "authorization": authorization, "requestModels": { "$default": "Order" },
            })
        };
        let model = json!({ "restApi": "a", "name": "Order", "schema": schema.to_string() });
        Stack {
            resources: vec![
                resource(RESOURCE, &json!({ "id": "one", "path": "/orders/{id}" })),
                resource(RESOURCE, &json!({ "id": "all", "path": "/orders" })),
                resource(METHOD, &method("PATCH", "one")),
                resource(METHOD, &method("POST", "all")),
                resource(MODEL, &model),
                resource(STAGE, &json!({ "restApi": "a", "invokeUrl": url })),
            ],
            ..Stack::default()
        }
    }

    fn calls_of(stack: &Stack) -> Vec<String> {
        let credentials = Credentials {
            access_key_id: "AKIA".to_owned(),
            secret_access_key: "secret".to_owned(),
            session_token: None,
        };
        calls(stack, "us-east-1", &credentials)
    }

    fn order() -> Value {
        json!({
            "type": "object", "required": ["status", "count"],
            "properties": {
                "status": { "enum": ["it's CREATED"] }, "count": { "type": "integer", "minimum": 2 },
                "note": { "type": "string" },
            },
        })
    }

    #[test]
    fn a_call_has_a_body_that_the_model_allows() {
        let expected = r#"curl -i -X POST http://127.0.0.1:4566/restapis/a/v1/_user_request_/orders -H 'content-type: application/json' -d '{"status":"it'\''s CREATED","count":2}'"#;
        assert_eq!(calls_of(&stack("NONE", &order())), [expected]);
    }

    #[test]
    fn a_table_is_one_that_a_template_or_a_variable_names() {
        let named = |stack: Stack| -> Vec<String> { tables(&stack).map(str::to_owned).collect() };
        let table = |name: &str| resource("aws:dynamodb/table:Table", &json!({ "name": name }));
        let mut by_template = stack("NONE", &order());
        by_template
            .resources
            .extend([table("orders"), table("orders-old")]);
        let mut by_variable = by_template.clone();
        assert!(named(by_template.clone()).is_empty());

        let template =
            json!({ "requestTemplates": { "application/json": r#"{"TableName":"orders"}"# } });
        by_template.resources.push(resource(INTEGRATION, &template));
        let variables = json!({ "restApi": "a", "variables": { "table": "orders-old" } });
        by_variable.resources.push(resource(STAGE, &variables));

        assert_eq!(named(by_template), ["orders"]);
        assert_eq!(named(by_variable), ["orders-old"]);
    }

    #[test]
    fn a_call_of_a_method_with_aws_iam_is_signed() {
        let calls = calls_of(&stack("AWS_IAM", &order()));
        let signing = "--aws-sigv4 aws:amz:us-east-1:execute-api --user AKIA:secret";
        assert!(calls[0].contains(signing), "{calls:?}");
    }

    #[test]
    fn a_body_that_can_not_be_made_up_gives_no_call() {
        let schema = json!({
            "type": "object", "required": ["id"],
            "properties": { "id": { "type": "string", "pattern": "^[0-9]{4}$" } },
        });
        assert!(calls_of(&stack("NONE", &schema)).is_empty());
    }
}
