//! A function's declared memory.
//!
//! Linux only: elsewhere nobody tells what a process uses.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use emulator::Occurrence;
use serde_json::{Value, json};
use support::{invoke, stack, start};

fn using(megabytes: u64) -> Value {
    json!({ "do": "use memory", "megabytes": megabytes, "millis": 500 })
}

#[tokio::test]
async fn a_function_that_uses_more_memory_than_declared_is_killed_and_replaced() {
    let properties = json!({ "memorySize": 256, "timeout": 20 });
    let emulating = start(&stack(&[("f", properties)])).await;
    let mut journal = emulating.journal().listen();

    let killed = invoke(&emulating, "f", &using(300)).await;
    let next = invoke(&emulating, "f", &json!({ "do": "pid" })).await;

    assert_eq!(killed.header("x-amz-function-error"), Some("Unhandled"));
    assert_eq!(killed.text("errorType"), "Runtime.ExitError");
    let message = killed.text("errorMessage");
    assert!(
        message.ends_with("Error: Runtime exited with error: signal: killed"),
        "{message}"
    );
    assert!(next.body.is_u64(), "{next:?}");
    let warning = loop {
        if let Occurrence::Warning(text) = journal.recv().await.unwrap() {
            break text;
        }
    };
    assert!(
        warning.starts_with("shop-dev-f used ") && warning.contains("and 256 MB are declared"),
        "{warning}"
    );
    emulating.stop().await;
}

#[tokio::test]
async fn a_function_that_stays_within_its_memory_is_left_alone() {
    let properties = json!({ "memorySize": 512, "timeout": 20 });
    let emulating = start(&stack(&[("f", properties)])).await;

    let answer = invoke(&emulating, "f", &using(300)).await;

    assert_eq!(answer.body, json!(300 * 1024 * 1024), "{answer:?}");
    emulating.stop().await;
}
