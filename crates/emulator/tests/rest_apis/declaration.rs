//! An API in front of a table of orders: `POST /orders` makes one, `PATCH /orders/{id}` changes its
//! status, `GET /health` is a mock.

use serde_json::{Value, json};
use stack::Stack;

use crate::support::{declare, stack};

const API: &str = "aws:apigateway/restApi:RestApi";

pub(crate) const CREATE: &str = include_str!("templates/create.vtl");
pub(crate) const CREATED: &str = include_str!("templates/created.vtl");
pub(crate) const CHANGE: &str = include_str!("templates/change.vtl");
pub(crate) const CHANGED: &str = include_str!("templates/changed.vtl");
pub(crate) const REFUSED: &str = include_str!("templates/refused.vtl");
pub(crate) const NOT_CHANGED: &str = include_str!("templates/not-changed.vtl");

/// A stack under construction: what is declared goes into one API.
pub(crate) struct Orders {
    pub(crate) stack: Stack,
    api: Value,
    root: Value,
}

/// The whole API, open to all or for signed requests only.
pub(crate) fn orders(authorization: &str) -> Orders {
    let mut orders = Orders::empty();
    orders.validation();
    let root = orders.root.clone();
    let collection = orders.resource("orders", &root, "orders");
    let item = orders.resource("order", &collection, "{id}");
    let health = orders.resource("health", &root, "health");
    orders.method("POST", &collection, authorization, "Order");
    orders.integration("POST", &collection, CREATE);
    orders.answer("POST", &collection, 201, "200", CREATED);
    orders.answer("POST", &collection, 400, r"4\d{2}", REFUSED);
    orders.method("PATCH", &item, authorization, "Change");
    orders.integration("PATCH", &item, CHANGE);
    orders.answer("PATCH", &item, 200, "200", CHANGED);
    orders.answer("PATCH", &item, 400, r"4\d{2}", NOT_CHANGED);
    for (verb, resource) in [("POST", &collection), ("PATCH", &item)] {
        orders.answer(
            verb,
            resource,
            500,
            "",
            r#"{"message":"Internal server error"}"#,
        );
        for status in [404, 409, 429, 503] {
            orders.method_response(verb, resource, status);
        }
    }
    orders.mock(&health);
    orders.add("aws:apigateway/response:Response", "bad-body", json!({
        "restApiId": orders.api, "responseType": "BAD_REQUEST_BODY",
        "responseTemplates": { "application/json":
            r#"{"message":$context.error.messageString,"reason":"$context.error.validationErrorString"}"# },
    }));
    orders.deploy();
    orders
}

impl Orders {
    fn empty() -> Self {
        let mut stack = stack(&[]);
        let table = json!({
            "name": "shop-dev-orders", "hashKey": "id", "billingMode": "PAY_PER_REQUEST",
            "attributes": [{ "name": "id", "type": "S" }],
            "streamEnabled": true, "streamViewType": "NEW_IMAGE",
        });
        declare(&mut stack, "aws:dynamodb/table:Table", "orders", table);
        declare(
            &mut stack,
            API,
            "orders",
            json!({ "name": "shop-dev-orders" }),
        );
        let api = stack.of_type(API).next().unwrap();
        let (api, root) = (
            api.outputs["id"].clone(),
            api.outputs["rootResourceId"].clone(),
        );
        Self { stack, api, root }
    }

    pub(crate) fn add(&mut self, type_token: &str, name: &str, inputs: Value) -> Value {
        declare(&mut self.stack, type_token, name, inputs);
        self.stack.resources.last().unwrap().outputs["id"].clone()
    }

    fn resource(&mut self, name: &str, parent: &Value, part: &str) -> Value {
        let inputs = json!({ "restApi": self.api, "parentId": parent, "pathPart": part });
        self.add("aws:apigateway/resource:Resource", name, inputs)
    }

    fn validation(&mut self) {
        let validator = json!({ "restApi": self.api, "validateRequestBody": true, "validateRequestParameters": true });
        self.add(
            "aws:apigateway/requestValidator:RequestValidator",
            "all",
            validator,
        );
        let states = |states: &[&str]| json!({ "type": "string", "enum": states });
        let order = json!({
            "type": "object", "required": ["status"], "additionalProperties": false,
            "properties": {
                "status": states(&["CREATED"]),
                "id": { "type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$" },
                "restaurant": { "type": "string" },
            },
        });
        let change = json!({
            "type": "object", "required": ["status"], "additionalProperties": false,
            "properties": { "status": states(&["CREATED", "ACCEPTED", "COOKING", "DELIVERED", "CANCELLED"]) },
        });
        for (name, schema) in [("Order", order), ("Change", change)] {
            let model = json!({
                "restApi": self.api, "name": name, "contentType": "application/json",
                "schema": schema.to_string(),
            });
            self.add("aws:apigateway/model:Model", name, model);
        }
    }

    fn method(&mut self, verb: &str, resource: &Value, authorization: &str, model: &str) {
        let validators = self
            .stack
            .of_type("aws:apigateway/requestValidator:RequestValidator");
        let validator = validators.last().unwrap().outputs["id"].clone();
        self.add(
            "aws:apigateway/method:Method",
            verb,
            json!({
                "restApi": self.api, "resourceId": resource, "httpMethod": verb,
                "authorization": authorization, "requestValidatorId": validator,
                "requestModels": { "application/json": model, "$default": model },
            }),
        );
    }

    fn integration(&mut self, verb: &str, resource: &Value, template: &str) {
        self.add(
            "aws:apigateway/integration:Integration",
            &format!("{verb}-integration"),
            json!({
                "restApi": self.api, "resourceId": resource, "httpMethod": verb, "type": "AWS",
                "integrationHttpMethod": "POST", "passthroughBehavior": "NEVER",
                "uri": "arn:aws:apigateway:us-east-1:dynamodb:action/UpdateItem",
                "credentials": "arn:aws:iam::000000000000:role/api",
                "requestTemplates": { "application/json": template },
            }),
        );
    }

    fn method_response(&mut self, verb: &str, resource: &Value, status: u16) {
        let name = format!("{verb}-{status}");
        self.add(
            "aws:apigateway/methodResponse:MethodResponse",
            &name,
            json!({
                "restApi": self.api, "resourceId": resource, "httpMethod": verb,
                "statusCode": status.to_string(),
            }),
        );
    }

    fn answer(&mut self, verb: &str, resource: &Value, status: u16, pattern: &str, template: &str) {
        self.method_response(verb, resource, status);
        let name = format!("{verb}-{status}");
        self.add(
            "aws:apigateway/integrationResponse:IntegrationResponse",
            &name,
            json!({
                "restApi": self.api, "resourceId": resource, "httpMethod": verb,
                "statusCode": status.to_string(), "selectionPattern": pattern,
                "responseTemplates": { "application/json": template },
            }),
        );
    }

    fn mock(&mut self, resource: &Value) {
        self.add("aws:apigateway/method:Method", "GET", json!({
            "restApi": self.api, "resourceId": resource, "httpMethod": "GET", "authorization": "NONE",
        }));
        self.add(
            "aws:apigateway/integration:Integration",
            "GET-integration",
            json!({
                "restApi": self.api, "resourceId": resource, "httpMethod": "GET", "type": "MOCK",
                "requestTemplates": { "application/json": r#"{"statusCode": 200}"# },
            }),
        );
        self.answer("GET", resource, 200, "", r#"{"stage":"$context.stage"}"#);
    }

    /// The deployment comes after all, and the stage serves it.
    fn deploy(&mut self) {
        let all = self
            .stack
            .resources
            .iter()
            .map(|resource| resource.urn.clone())
            .collect();
        let deployment = self.add(
            "aws:apigateway/deployment:Deployment",
            "v1",
            json!({ "restApi": self.api }),
        );
        self.stack.resources.last_mut().unwrap().dependencies = all;
        self.add(
            "aws:apigateway/stage:Stage",
            "v1",
            json!({
                "restApi": self.api, "deployment": deployment, "stageName": "v1",
                "variables": { "table": "shop-dev-orders" },
            }),
        );
    }

    /// Lets each method of the stage take so many requests.
    pub(crate) fn throttle(mut self, rate: f64, burst: u32) -> Self {
        self.add("aws:apigateway/methodSettings:MethodSettings", "all", json!({
            "restApi": self.api, "stageName": "v1", "methodPath": "*/*",
            "settings": { "throttlingRateLimit": rate, "throttlingBurstLimit": burst, "metricsEnabled": true },
        }));
        self
    }

    /// Changes an input of a resource, of which the test wants to see the consequence.
    pub(crate) fn with(mut self, type_name: &str, name: &str, input: &str, value: Value) -> Self {
        let resource = self.stack.resources.iter_mut().find(|resource| {
            resource.type_token.ends_with(&format!(":{type_name}")) && resource.name == name
        });
        let resource = resource.expect("the resource is declared");
        resource.outputs.insert(input.to_owned(), value.clone());
        resource.inputs.insert(input.to_owned(), value);
        self
    }
}
