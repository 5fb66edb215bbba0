//! A Lambda function for tests: the event's `do`, or else the variable `DO`, says how it behaves.

use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    match std::env::var("INIT").as_deref() {
        Ok("error") => return Err("no TABLE_NAME".into()),
        Ok(delay) => tokio::time::sleep(Duration::from_millis(delay.parse()?)).await,
        Err(_) => {}
    }
    lambda_runtime::run(service_fn(handle)).await
}

async fn handle(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let (payload, context) = event.into_parts();
    let behaviour = match payload["do"].as_str() {
        Some(told) => Some(told.to_owned()),
        None => std::env::var("DO").ok(),
    };
    match behaviour.as_deref() {
        Some("echo") => Ok(payload),
        Some("pid") => Ok(json!(std::process::id())),
        Some("environment") => Ok(std::env::vars().collect()),
        Some("context") => Ok(json!({
            "requestId": context.request_id,
            "deadline": context.deadline,
            "arn": context.invoked_function_arn,
            "traceId": context.xray_trace_id,
        })),
        Some("sleep") => {
            let millis = payload["millis"].as_u64().ok_or("millis is missing")?;
            tokio::time::sleep(Duration::from_millis(millis)).await;
            Ok(json!(std::process::id()))
        }
        Some("print") => {
            println!("{}", payload["text"].as_str().unwrap_or_default());
            Ok(Value::Null)
        }
        Some("fail") => Err("the function's own error".into()),
        #[allow(clippy::panic, reason = "that is the behaviour under test")]
        Some("panic") => panic!("the function panicked"),
        Some("hang") => std::future::pending().await,
        Some("exit") => std::process::exit(3),
        Some("use memory") => {
            let megabytes = payload["megabytes"]
                .as_u64()
                .ok_or("megabytes is missing")?;
            // What is written to is resident.
            let used = vec![1_u8; usize::try_from(megabytes * 1024 * 1024)?];
            let millis = payload["millis"].as_u64().unwrap_or_default();
            tokio::time::sleep(Duration::from_millis(millis)).await;
            Ok(json!(used.len()))
        }
        Some("large") => {
            let bytes = payload["bytes"].as_u64().ok_or("bytes is missing")?;
            Ok("x".repeat(usize::try_from(bytes)?).into())
        }
        other => Err(format!("do is {other:?}").into()),
    }
}
