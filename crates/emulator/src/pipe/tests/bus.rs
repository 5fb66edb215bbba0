//! The buses with a script before them.

use std::sync::{Arc, Mutex};

use delivery::pipe::CallError;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::events::Buses;
use crate::pipe::PutEvents;

/// What the bus answers to a request, if it does not go on to the buses.
type Script = Box<dyn FnMut(&Value) -> Option<Result<Value, CallError>> + Send>;

/// The buses with a script before them: what it answers, they never see.
pub(super) struct Bus {
    buses: Buses,
    script: Mutex<Script>,
    calls: watch::Sender<Vec<Vec<String>>>,
}

impl Bus {
    pub(super) fn new(
        buses: Buses,
        script: impl FnMut(&Value) -> Option<Result<Value, CallError>> + Send + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            buses,
            script: Mutex::new(Box::new(script)),
            calls: watch::Sender::new(Vec::new()),
        })
    }

    /// Waits until it was called so often; the ids of each call.
    pub(super) async fn calls(&self, at_least: usize) -> Vec<Vec<String>> {
        let mut calls = self.calls.subscribe();
        calls
            .wait_for(|calls| calls.len() >= at_least)
            .await
            .unwrap()
            .clone()
    }

    pub(super) fn calls_so_far(&self) -> Vec<Vec<String>> {
        self.calls.borrow().clone()
    }
}

impl PutEvents for Bus {
    fn put_events(&self, request: Value) -> BoxFuture<'_, Result<Value, CallError>> {
        async move {
            let scripted = (self.script.lock().unwrap())(&request);
            self.calls.send_modify(|calls| calls.push(ids(&request)));
            match scripted {
                Some(Err(CallError::NoAnswer(reason))) if reason == HANGS => {
                    std::future::pending().await
                }
                Some(Err(CallError::NoAnswer(reason))) if reason == ANSWER_LOST => {
                    let _ = self.buses.put_events(request).await;
                    Err(CallError::NoAnswer(reason))
                }
                Some(Ok(answer)) => {
                    // What it accepts is published.
                    let refused = answer["Entries"].as_array().cloned().unwrap_or_default();
                    let entries = request["Entries"].as_array().cloned().unwrap_or_default();
                    let accepted = entries.into_iter().zip(refused);
                    let accepted = accepted.filter(|(_, answer)| answer["ErrorCode"].is_null());
                    let entries: Vec<Value> = accepted.map(|(entry, _)| entry).collect();
                    let _ = self.buses.put_events(json!({ "Entries": entries })).await;
                    Ok(answer)
                }
                Some(error) => error,
                None => self.buses.put_events(request).await,
            }
        }
        .boxed()
    }
}

/// The ids of the orders in a request.
pub(super) fn ids(request: &Value) -> Vec<String> {
    let entries = request["Entries"].as_array().unwrap().iter();
    entries
        .map(|entry| {
            let detail: Value =
                serde_json::from_str(entry["Detail"].as_str().unwrap()).unwrap_or_default();
            detail["id"].as_str().unwrap_or("no JSON").to_owned()
        })
        .collect()
}

/// The reason of a call that never ends.
pub(super) const HANGS: &str = "it hangs";

/// The reason of a call that is done, and whose answer is lost.
pub(super) const ANSWER_LOST: &str = "the answer is lost";

/// A request that AWS refuses.
pub(super) fn refused(status: u16, code: &str) -> Result<Value, CallError> {
    Err(CallError::Refused {
        status,
        code: code.to_owned(),
        message: "the test wants it so".to_owned(),
    })
}
