//! The REST API in front of the orders table: a request is checked, written and answered with no function between.
//!
//! The templates stand in `templates/orders`; the permitted changes of status come from the contract.

use std::collections::HashMap;
use std::fmt::Write as _;

use events::OrderStatus;
use pulumi_gestalt_rust::Output;
use serde_json::Value;

use crate::arn;
use crate::aws::dynamodb::table::TableResult;
use crate::flow::Flow;
use crate::rest_api::RestApi;
use crate::rest_method::{Action, Answer, Method};
use crate::rest_stage::ServedApi;
use crate::right;
use crate::role::{assumed_by, role_with_rights};

macro_rules! template {
    ($($name:literal),+) => {
        concat!($(include_str!(concat!("../templates/orders/", $name, ".vtl"))),+)
    };
}

/// What is wrong stands in `reason`; both come with their quotes escaped.
const BAD_REQUEST_BODY: &str = r#"{ "message": $context.error.messageString, "reason": "$context.error.validationErrorString" }"#;

/// What the bodies of requests must be, as JSON Schema draft 4.
pub(crate) struct Bodies {
    pub(crate) create: Value,
    pub(crate) change: Value,
}

/// `POST /orders` and `PATCH /orders/{id}` on the table. `log_role` is the URN of the account's role for logs, if this
/// stack declares it.
pub(crate) fn orders_api(
    flow: &Flow,
    orders: &TableResult,
    bodies: &Bodies,
    log_role: Option<&Output<String>>,
) -> ServedApi {
    let settings = &flow.settings.orders_api;
    let trust = assumed_by("apigateway.amazonaws.com");
    let update = Action {
        uri: orders
            .arn
            .map(|table| arn::dynamodb_action(&table, "UpdateItem")),
        role: &role_with_rights(
            flow,
            "orders-api",
            &Output::new(trust),
            vec![right::update_items(orders)],
        ),
    };
    let mut api = RestApi::begin(
        flow,
        "orders-api",
        "Creates orders and changes their status",
    );
    let root = api.api.root_resource_id.clone();
    let collection = api.path("orders-api-orders", &root, "orders");
    let item = api.path("orders-api-order", &collection, "{id}");
    api.gateway_response(
        "orders-api-bad-request-body",
        "BAD_REQUEST_BODY",
        BAD_REQUEST_BODY,
    );
    let create = api.model("CreateOrder", &bodies.create);
    let change = api.model("ChangeOrder", &bodies.change);
    api.method(&Method {
        name: "create-order",
        verb: "POST",
        path: &collection,
        authorization: &settings.authorization,
        model: &create,
        action: &update,
        request: template!("occurred-at", "create").to_owned(),
        answers: answers(201, template!("refusal", "not-created")),
        set_by_templates: &[409, 429],
    });
    api.method(&Method {
        name: "change-order",
        verb: "PATCH",
        path: &item,
        authorization: &settings.authorization,
        model: &change,
        action: &update,
        request: format!(
            "{}{}",
            permitted_changes(),
            template!("occurred-at", "change")
        ),
        answers: answers(200, template!("refusal", "not-changed")),
        set_by_templates: &[404, 409, 429],
    });
    let variables = orders
        .name
        .map(|table| HashMap::from([("table".to_owned(), table)]));
    api.serve(variables, settings.throttle, log_role)
}

/// What to say to each answer of DynamoDB: done, refused (its refusals are all 400), and all else, of which nobody knows
/// what it did.
fn answers(done: u16, refused: &str) -> Vec<Answer> {
    let answer = |status, of, template: &str| Answer {
        status,
        of,
        template: template.to_owned(),
    };
    vec![
        answer(done, Some("200"), template!("stored")),
        answer(500, Some(r"4\d{2}"), refused),
        answer(503, None, template!("unknown")),
    ]
}

/// The contract's table of statuses as a map of the template language: to what was asked for, what must have been.
fn permitted_changes() -> String {
    let mut map = String::new();
    for status in OrderStatus::all() {
        let before: Vec<String> = status
            .predecessors()
            .map(|before| format!("\"{before}\""))
            .collect();
        let separator = if map.is_empty() { "" } else { ", " };
        // Writing to a string can't fail.
        let _ = write!(map, "{separator}\"{status}\": [{}]", before.join(", "));
    }
    format!("#set($before = {{{map}}})\n")
}

#[cfg(test)]
mod tests {
    use super::permitted_changes;

    #[test]
    fn the_template_knows_what_the_contract_permits() {
        assert_eq!(
            permitted_changes(),
            "#set($before = {\"CREATED\": [], \"ACCEPTED\": [\"CREATED\"], \"COOKING\": [\"ACCEPTED\"], \
             \"DELIVERED\": [\"COOKING\"], \"CANCELLED\": [\"CREATED\", \"ACCEPTED\", \"COOKING\"]})\n"
        );
    }
}
