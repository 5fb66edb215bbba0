//! A declared stack with the fixture function, and an emulator that runs it.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test file uses a part; a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use emulator::{Emulating, Emulator, Options};
use serde_json::{Map, Value, json};
use stack::{Resource, Stack};

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
    let resources = functions
        .iter()
        .map(|(name, properties)| function(name, properties))
        .collect();
    Stack {
        project: "shop".to_owned(),
        name: "dev".to_owned(),
        resources,
        outputs: Map::new(),
    }
}

pub(crate) fn arn(name: &str) -> String {
    format!("arn:aws:lambda:us-east-1:000000000000:function:shop-dev-{name}")
}

fn function(name: &str, properties: &Value) -> Resource {
    let mut inputs = json!({
        "name": format!("shop-dev-{name}"),
        "runtime": "provided.al2023",
        "handler": "bootstrap",
        "code": {
            "4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7",
            "path": "target/lambda/fixture/bootstrap.zip",
        },
    });
    let inputs = inputs.as_object_mut().unwrap();
    inputs.extend(properties.as_object().unwrap().clone());
    let mut outputs = inputs.clone();
    outputs.insert("arn".to_owned(), arn(name).into());
    outputs.insert("id".to_owned(), format!("shop-dev-{name}").into());
    Resource {
        urn: format!("urn:pulumi:dev::shop::aws:lambda/function:Function::{name}"),
        type_token: "aws:lambda/function:Function".to_owned(),
        name: name.to_owned(),
        parent: None,
        custom: true,
        protect: false,
        inputs: inputs.clone(),
        outputs,
        dependencies: Vec::new(),
        property_dependencies: BTreeMap::new(),
    }
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
