//! An emulator for tests that kill it: runs the function `f`, whose executable is the first argument,
//! prints the process ids of two environments, one idle and one at work, and goes on until it is
//! killed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use emulator::{Emulator, Invocation, Options};
use serde_json::{Map, json};
use stack::{Resource, Stack};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let binary: PathBuf = arguments.next().ok_or("no executable")?.into();
    let state = arguments.next().map(PathBuf::from);
    let binaries = BTreeMap::from([("fixture".to_owned(), binary)]);
    let emulator = Emulator::bind(Options {
        state,
        ..Options::default()
    })
    .await?;
    let emulating = emulator.start(&stack(), &binaries).await?;

    let lambda = emulating.lambda().clone();
    let idle = lambda.run(invocation(&json!({ "do": "sleep", "millis": 300 })));
    let other = lambda.run(invocation(&json!({ "do": "sleep", "millis": 300 })));
    let (idle, other) = tokio::join!(idle, other);
    for completed in [idle?, other?] {
        let pid = completed.result.map_err(|body| format!("{body:?}"))?;
        println!("{}", String::from_utf8_lossy(&pid));
    }
    lambda
        .run(invocation(&json!({ "do": "sleep", "millis": 600_000 })))
        .await?;
    Ok(())
}

const ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:f";

fn invocation(event: &serde_json::Value) -> Invocation {
    Invocation {
        function_arn: ARN.to_owned(),
        request_id: "request".to_owned(),
        payload: event.to_string().into(),
    }
}

fn stack() -> Stack {
    let mut inputs = Map::new();
    inputs.insert("runtime".to_owned(), "provided.al2023".into());
    inputs.insert("timeout".to_owned(), 900.into());
    let code = json!({
        "4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7",
        "path": "target/lambda/fixture/bootstrap.zip",
    });
    inputs.insert("code".to_owned(), code);
    let mut outputs = inputs.clone();
    outputs.insert("name".to_owned(), "f".into());
    outputs.insert("arn".to_owned(), ARN.into());
    let function = Resource {
        urn: "urn:pulumi:dev::shop::aws:lambda/function:Function::f".to_owned(),
        type_token: "aws:lambda/function:Function".to_owned(),
        name: "f".to_owned(),
        parent: None,
        custom: true,
        protect: false,
        inputs,
        outputs,
        dependencies: Vec::new(),
        property_dependencies: BTreeMap::new(),
    };
    Stack {
        project: "shop".to_owned(),
        name: "dev".to_owned(),
        resources: vec![function],
        outputs: Map::new(),
    }
}
