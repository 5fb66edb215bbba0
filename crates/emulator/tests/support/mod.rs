//! A declared stack with the fixture function, and an emulator that runs it.
#![allow(
    dead_code,
    clippy::needless_pass_by_value,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "each test file uses a part; a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use delivery::Outcome;
use emulator::{Emulating, Emulator, Occurrence, Options};
use serde_json::{Value, json};
use stack::{Aws, Declared, Provider, Resource, Stack};

/// The executable of `examples/fixture_function.rs`, which cargo builds with these tests.
pub(crate) fn fixture() -> PathBuf {
    example("fixture_function")
}

pub(crate) fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let target = test.parent().and_then(|deps| deps.parent()).unwrap();
    let path = target.join("examples").join(name);
    assert!(path.exists(), "{} was not built", path.display());
    path
}

/// A stack of fixture functions, each with the given properties beside the usual ones.
pub(crate) fn stack(functions: &[(&str, Value)]) -> Stack {
    let mut stack = Stack {
        project: "shop".to_owned(),
        name: "dev".to_owned(),
        ..Stack::default()
    };
    for (name, properties) in functions {
        declare(
            &mut stack,
            "aws:lambda/function:Function",
            name,
            function(name, properties),
        );
    }
    stack
}

pub(crate) fn arn(name: &str) -> String {
    format!("arn:aws:lambda:us-east-1:000000000000:function:shop-dev-{name}")
}

fn function(name: &str, properties: &Value) -> Value {
    let mut inputs = json!({
        "name": format!("shop-dev-{name}"),
        "role": "arn:aws:iam::000000000000:role/any",
        "runtime": "provided.al2023",
        "handler": "bootstrap",
        "code": {
            "4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7",
            "path": "target/lambda/fixture/bootstrap.zip",
        },
    });
    let all = inputs.as_object_mut().unwrap();
    all.extend(properties.as_object().unwrap().clone());
    inputs
}

/// Adds a resource with the outputs that it has when the emulator runs a program.
pub(crate) fn declare(stack: &mut Stack, type_token: &str, name: &str, inputs: Value) {
    let declared = Declared {
        urn: format!("urn:pulumi:dev::shop::{type_token}::{name}"),
        type_token: type_token.to_owned(),
        name: name.to_owned(),
        inputs: inputs.as_object().unwrap().clone(),
        secrets: std::collections::BTreeSet::new(),
    };
    let provider = Aws {
        region: "us-east-1".to_owned(),
        account: "000000000000".to_owned(),
        endpoint: None,
    };
    let outputs = provider.create(&declared).unwrap();
    stack.resources.push(Resource {
        urn: declared.urn,
        type_token: declared.type_token,
        name: declared.name,
        parent: None,
        custom: true,
        protect: false,
        inputs: declared.inputs,
        outputs,
        dependencies: Vec::new(),
        property_dependencies: BTreeMap::new(),
    });
}

pub(crate) async fn start(stack: &Stack) -> Emulating {
    start_with(stack, Options::default()).await
}

pub(crate) async fn start_with(stack: &Stack, options: Options) -> Emulating {
    let binaries = BTreeMap::from([("fixture".to_owned(), fixture())]);
    let emulator = Emulator::bind(options).await.unwrap();
    emulator.start(stack, &binaries).await.unwrap()
}

/// What a caller of the Invoke operation sees.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    pub(crate) fn text(&self, member: &str) -> &str {
        self.body[member].as_str().unwrap_or_default()
    }
}

pub(crate) async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    let body = response.bytes().await.unwrap();
    let body = if body.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(&body).unwrap()
    };
    Answer {
        status,
        headers,
        body,
    }
}

/// The header of a request signed with `access_key_id`.
pub(crate) fn authorization(access_key_id: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential={access_key_id}/20261121/us-east-1/lambda/aws4_request, \
         SignedHeaders=host, Signature=00"
    )
}

/// Invokes as an AWS client does, on the port for AWS calls.
pub(crate) fn signed(emulating: &Emulating, name: &str, event: &Value) -> reqwest::RequestBuilder {
    let running = emulating.running();
    reqwest::Client::new()
        .post(format!(
            "{}/2015-03-31/functions/{name}/invocations",
            running.endpoint
        ))
        .header("authorization", authorization(&running.access_key_id))
        .body(event.to_string())
}

pub(crate) async fn invoke(emulating: &Emulating, name: &str, event: &Value) -> Answer {
    answer(signed(emulating, name, event)).await
}

/// Calls an operation of one of the services, for example `DynamoDB_20120810.PutItem`.
pub(crate) async fn call(emulating: &Emulating, target: &str, body: &Value) -> Value {
    let running = emulating.running();
    let request = reqwest::Client::new()
        .post(&running.endpoint)
        .header("authorization", authorization(&running.access_key_id))
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", target.to_owned())
        .body(body.to_string());
    let answer = answer(request).await;
    assert_eq!(answer.status, 200, "{target}: {answer:?}");
    answer.body
}

/// The events that a function is invoked with, in order, as the journal tells them.
pub(crate) struct Invocations {
    function: String,
    journal: tokio::sync::broadcast::Receiver<Occurrence>,
}

impl Invocations {
    pub(crate) fn of(emulating: &Emulating, function: &str) -> Self {
        Self {
            function: format!("shop-dev-{function}"),
            journal: emulating.journal().listen(),
        }
    }

    /// Waits for the next one and fails the test after a minute.
    pub(crate) async fn next(&mut self) -> (Value, Outcome) {
        let next = async {
            loop {
                let told = self.journal.recv().await.unwrap();
                if let Occurrence::Invoked {
                    function,
                    payload,
                    outcome,
                    ..
                } = told
                    && function == self.function
                {
                    return (serde_json::from_slice(&payload).unwrap(), outcome);
                }
            }
        };
        let limit = std::time::Duration::from_mins(1);
        tokio::time::timeout(limit, next)
            .await
            .expect("no invocation within a minute")
    }
}

/// The Runtime API's address and the access key of the function's one environment.
pub(crate) async fn environment(emulating: &Emulating) -> (String, String) {
    let variables = invoke(emulating, "f", &json!({ "do": "environment" })).await;
    let text = |name: &str| variables.text(name).to_owned();
    let api = format!("{}/2018-06-01/runtime", text("AWS_LAMBDA_RUNTIME_API"));
    (api, text("AWS_ACCESS_KEY_ID"))
}

pub(crate) fn post(url: &str) -> reqwest::RequestBuilder {
    reqwest::Client::new().post(url).body("{}")
}
