#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod answers;
mod requests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::*;

fn templates(templates: &[(&str, &str)]) -> BTreeMap<String, Template> {
    let parsed = templates
        .iter()
        .map(|(media_type, text)| ((*media_type).to_owned(), Template::parse(text).unwrap()));
    parsed.collect()
}

fn response(status: u16, pattern: Option<&str>, template: &str) -> IntegrationResponse {
    let templates = match template {
        "" => BTreeMap::new(),
        template => templates(&[("application/json", template)]),
    };
    IntegrationResponse {
        status,
        pattern: pattern.map(str::to_owned),
        templates,
        headers: Vec::new(),
    }
}

fn method() -> Method {
    Method {
        authorization: Authorization::None,
        validation: Validation::default(),
        models: BTreeMap::new(),
        required: Vec::new(),
        responses: BTreeSet::from([201, 409, 500]),
        rate: None,
        integration: Integration {
            backend: Backend::Action(Action {
                service: "dynamodb".to_owned(),
                name: "UpdateItem".to_owned(),
            }),
            templates: templates(&[("application/json", "id=$input.path('$.id')")]),
            passthrough: Passthrough::Never,
            timeout: Duration::from_secs(29),
            responses: Selection::new(vec![
                response(201, None, "made $input.path('$.id')"),
                response(
                    409,
                    Some(r"4\d{2}"),
                    "#set($context.responseOverride.header.A = 'b')no",
                ),
            ])
            .unwrap(),
        },
    }
}

fn api(method: Method) -> Api {
    Api {
        resources: Resources::new(vec![Resource {
            id: "r1".to_owned(),
            path: "/orders/{id}".to_owned(),
            methods: BTreeMap::from([("POST".to_owned(), method)]),
        }]),
        gateway_responses: GatewayResponses::default(),
        stage_variables: BTreeMap::new(),
    }
}

fn post(content_type: &str, body: &str) -> Request {
    let header = BTreeMap::from([("content-type".to_owned(), content_type.to_owned())]);
    Request {
        method: "POST".to_owned(),
        path: "/orders/7".to_owned(),
        parameters: Parameters {
            header,
            ..Parameters::default()
        },
        body: body.to_owned(),
    }
}

/// What the backend is called with, or the fault.
fn called(method: Method, request: &Request) -> Result<String, Fault> {
    let api = api(method);
    let mut exchange = api.receive(request, &Facts::default())?;
    match exchange.call()? {
        Call::Action { body, .. } => Ok(body),
        Call::Mock(answer) => Ok(format!("mock {}", answer.status)),
    }
}

fn answered(method: Method, status: u16, body: &str) -> Result<Response, Fault> {
    let api = api(method);
    let request = post("application/json", "{}");
    let exchange = api.receive(&request, &Facts::default()).unwrap();
    exchange.answer(Answer::Answered(Response {
        status,
        headers: Vec::new(),
        body: body.to_owned(),
    }))
}

fn validating(models: &[(&str, Value)]) -> Method {
    let models = models.iter().map(|(media_type, schema)| {
        let model = Model::parse(&schema.to_string()).unwrap();
        ((*media_type).to_owned(), Arc::new(model))
    });
    Method {
        validation: Validation {
            body: true,
            parameters: true,
        },
        models: models.collect(),
        ..method()
    }
}
