//! What the tests of several services need.

mod services;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use delivery::{Outcome, Time};
use futures::future::BoxFuture;
use serde_json::{Map, Value};
use stack::{Resource, Stack};
use tokio::sync::watch;

use crate::{Clock, Invocation, Invoke};

pub(crate) use services::{Ground, Services};

/// A declared resource with these outputs.
pub(crate) fn resource(type_token: &str, name: &str, outputs: &Value) -> Resource {
    Resource {
        urn: format!("urn:pulumi:test::test::{type_token}::{name}"),
        type_token: type_token.to_owned(),
        name: name.to_owned(),
        parent: None,
        custom: true,
        protect: false,
        inputs: Map::new(),
        outputs: outputs.as_object().cloned().unwrap_or_default(),
        dependencies: Vec::new(),
        property_dependencies: std::collections::BTreeMap::new(),
    }
}

/// A stack of these resources.
pub(crate) fn stack(resources: Vec<Resource>) -> Stack {
    Stack {
        project: "test".to_owned(),
        name: "test".to_owned(),
        resources,
        ..Stack::default()
    }
}

/// Functions that end as they are told, in turn, and answer `null` when nothing is left to tell;
/// they remember what they were invoked with and when.
pub(crate) struct Functions {
    outcomes: Mutex<VecDeque<Outcome>>,
    clock: Clock,
    seen: watch::Sender<Vec<(Invocation, Time)>>,
    hold: watch::Sender<bool>,
}

impl Functions {
    pub(crate) fn that_end(clock: Clock, outcomes: impl IntoIterator<Item = Outcome>) -> Arc<Self> {
        Arc::new(Self {
            outcomes: Mutex::new(outcomes.into_iter().collect()),
            clock,
            seen: watch::Sender::new(Vec::new()),
            hold: watch::Sender::new(false),
        })
    }

    /// Lets one more invocation end as told.
    pub(crate) fn then(&self, outcome: Outcome) {
        let mut outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        outcomes.push_back(outcome);
    }

    /// From now on no invocation ends until [`Self::release`].
    pub(crate) fn hold(&self) {
        self.hold.send_replace(true);
    }

    pub(crate) fn release(&self) {
        self.hold.send_replace(false);
    }

    /// Waits for at least so many invocations and answers all so far.
    pub(crate) async fn seen(&self, at_least: usize) -> Vec<(Invocation, Time)> {
        let mut seen = self.seen.subscribe();
        match seen.wait_for(|seen| seen.len() >= at_least).await {
            Ok(seen) => seen.clone(),
            Err(_) => Vec::new(),
        }
    }

    /// All invocations so far.
    pub(crate) fn all(&self) -> Vec<(Invocation, Time)> {
        self.seen.borrow().clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.seen.borrow().len()
    }
}

impl Invoke for Functions {
    fn invoke(&self, invocation: Invocation) -> BoxFuture<'_, Outcome> {
        Box::pin(async move {
            self.seen
                .send_modify(|seen| seen.push((invocation, self.clock.now())));
            let mut hold = self.hold.subscribe();
            let _ = hold.wait_for(|hold| !hold).await;
            let mut outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
            outcomes
                .pop_front()
                .unwrap_or_else(|| Outcome::Answered(Bytes::from_static(b"null")))
        })
    }
}

/// A run that failed with this error type.
pub(crate) fn failed(error_type: &str) -> Outcome {
    Outcome::Failed {
        body: Bytes::from(format!(
            r#"{{"errorType":"{error_type}","errorMessage":"it failed"}}"#
        )),
    }
}
