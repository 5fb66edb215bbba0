//! The dev stack on the emulator, without the functions that a test does not name: their binaries need not be built.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use emulator::{Emulating, Emulator, Options};
use serde_json::{Value, json};
use stack::{Aws, Resource, Stack};

use crate::declared::{dev_program, run};

const FUNCTION: &str = "aws:lambda/function:Function";

/// Where targets, mappings, permissions and invoke configurations name their function.
const NAMES_A_FUNCTION: [&str; 3] = ["arn", "functionName", "function"];

pub(crate) struct Shop {
    pub(crate) emulating: Emulating,
    pub(crate) stack: Stack,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) request_id: String,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn text(&self, member: &str) -> &str {
        self.body[member].as_str().unwrap_or_default()
    }
}

pub(crate) async fn open() -> Shop {
    open_with(&[]).await
}

/// The dev stack with some keys of its configuration set otherwise.
pub(crate) async fn open_with(config: &[(&str, &str)]) -> Shop {
    open_stack(config, |_| {}).await
}

/// The dev stack with a change of what is declared, of which the test wants to see the consequence.
pub(crate) async fn open_stack(config: &[(&str, &str)], change: impl FnOnce(&mut Stack)) -> Shop {
    open_in(None, config, change).await
}

/// The same with some of its functions, by package.
pub(crate) async fn open_with_functions(
    config: &[(&str, &str)],
    binaries: &BTreeMap<String, PathBuf>,
) -> Shop {
    start(None, config, binaries, |_| {}).await
}

/// The same with state that outlives the run.
pub(crate) async fn open_in(
    state: Option<PathBuf>,
    config: &[(&str, &str)],
    change: impl FnOnce(&mut Stack),
) -> Shop {
    start(state, config, &BTreeMap::new(), change).await
}

/// All of it.
pub(crate) async fn start(
    state: Option<PathBuf>,
    config: &[(&str, &str)],
    binaries: &BTreeMap<String, PathBuf>,
    change: impl FnOnce(&mut Stack),
) -> Shop {
    let options = Options {
        state,
        ..Options::default()
    };
    let emulator = Emulator::bind(options).await.unwrap();
    let mut stack = declare_all(config, Some(emulator.endpoint())).await;
    keep_functions(&mut stack, binaries);
    change(&mut stack);
    let emulating = emulator.start(&stack, binaries).await.unwrap();
    Shop { emulating, stack }
}

pub(crate) async fn declare(config: &[(&str, &str)]) -> Stack {
    let mut stack = declare_all(config, None).await;
    keep_functions(&mut stack, &BTreeMap::new());
    stack
}

async fn declare_all(config: &[(&str, &str)], endpoint: Option<String>) -> Stack {
    let mut program = dev_program();
    for (key, value) in config {
        let key = format!("outbox:{key}");
        program.config.insert(key, (*value).to_owned());
    }
    let options = Options::default();
    let aws = Aws {
        region: options.region,
        account: options.account,
        endpoint,
    };
    run(&program, aws).await.unwrap()
}

/// Takes every other function away, with all that names it.
fn keep_functions(stack: &mut Stack, binaries: &BTreeMap<String, PathBuf>) {
    let is_gone = |one: &Resource| one.type_token == FUNCTION && !binaries.contains_key(&one.name);
    let gone: Vec<Value> = stack
        .resources
        .iter()
        .filter(|one| is_gone(one))
        .flat_map(|function| ["arn", "name"].map(|output| function.outputs[output].clone()))
        .collect();
    stack.resources.retain(|resource| {
        let names_one = |input: &&str| {
            let named = resource.inputs.get(*input);
            named.is_some_and(|named| gone.contains(named))
        };
        !is_gone(resource) && !NAMES_A_FUNCTION.iter().any(names_one)
    });
}

impl Shop {
    pub(crate) fn url(&self) -> &str {
        self.stack.outputs["ordersApiUrl"].as_str().unwrap()
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = method.parse().unwrap();
        let request = reqwest::Client::new().request(method, format!("{}{path}", self.url()));
        request.header("content-type", "application/json")
    }

    pub(crate) async fn post(&self, order: &Value) -> Answer {
        answer(self.request("POST", "/orders").body(order.to_string())).await
    }

    pub(crate) async fn patch(&self, id: &str, status: &str) -> Answer {
        let body = json!({ "status": status }).to_string();
        answer(self.request("PATCH", &format!("/orders/{id}")).body(body)).await
    }

    /// The items of the orders table by id, as DynamoDB's own API shows them.
    pub(crate) async fn items(&self) -> BTreeMap<String, Value> {
        let scan = json!({ "TableName": self.stack.outputs["ordersTable"] });
        let found = self.call("DynamoDB_20120810.Scan", &scan).await;
        let items = found["Items"].as_array().unwrap();
        let id = |item: &Value| item["id"]["S"].as_str().unwrap().to_owned();
        items.iter().map(|item| (id(item), item.clone())).collect()
    }

    /// The bodies of the next messages of a queue, whose URL is an output of the stack; fails after a minute.
    pub(crate) async fn receive(&self, queue: &str, count: usize) -> Vec<Value> {
        let limit = Instant::now() + Duration::from_mins(1);
        let mut bodies = Vec::new();
        while bodies.len() < count {
            assert!(Instant::now() < limit, "{queue}: only {bodies:#?}");
            bodies.extend(self.poll(queue, 5).await);
        }
        assert_eq!(bodies.len(), count, "{queue}: {bodies:#?}");
        bodies
    }

    /// Fails if a message comes within a second.
    pub(crate) async fn nothing_in(&self, queue: &str) {
        assert_eq!(self.poll(queue, 1).await, Vec::<Value>::new(), "{queue}");
    }

    async fn poll(&self, queue: &str, seconds: u32) -> Vec<Value> {
        let url = &self.stack.outputs[queue];
        let request =
            json!({ "QueueUrl": url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": seconds });
        let received = self.call("AmazonSQS.ReceiveMessage", &request).await;
        let mut bodies = Vec::new();
        for message in received["Messages"].as_array().into_iter().flatten() {
            let delete = json!({ "QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"] });
            self.call("AmazonSQS.DeleteMessage", &delete).await;
            bodies.push(serde_json::from_str(message["Body"].as_str().unwrap()).unwrap());
        }
        bodies
    }

    /// How many messages a queue holds, those included that a function has in hand.
    pub(crate) async fn waiting(&self, queue: &str) -> u64 {
        let url = &self.stack.outputs[queue];
        let request = json!({ "QueueUrl": url, "AttributeNames": ["All"] });
        let answer = self.call("AmazonSQS.GetQueueAttributes", &request).await;
        ["", "NotVisible"]
            .map(|more| {
                let name = format!("ApproximateNumberOfMessages{more}");
                let count = answer["Attributes"][name].as_str().unwrap();
                count.parse::<u64>().unwrap()
            })
            .into_iter()
            .sum()
    }

    /// Calls an operation of one of the services.
    pub(crate) async fn call(&self, target: &str, body: &Value) -> Value {
        let request = reqwest::Client::new()
            .post(&self.emulating.running().endpoint)
            .header("authorization", self.signature())
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", target.to_owned())
            .body(body.to_string());
        let answer = answer(request).await;
        assert_eq!(answer.status, 200, "{target}: {answer:?}");
        answer.body
    }

    /// The header of a request that is signed with a key of this run.
    pub(crate) fn signature(&self) -> String {
        format!(
            "AWS4-HMAC-SHA256 Credential={}/20261121/us-east-1/execute-api/aws4_request, \
             SignedHeaders=host, Signature=00",
            self.emulating.running().access_key_id
        )
    }
}

pub(crate) async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let request_id = response.headers().get("x-amzn-requestid");
    let request_id = request_id.map_or("", |id| id.to_str().unwrap()).to_owned();
    let body = response.bytes().await.unwrap();
    let body = match &body[..] {
        [] => Value::Null,
        // Whatever is answered is JSON: a template that lets a quote through fails here.
        body => serde_json::from_slice(body).unwrap(),
    };
    Answer {
        status,
        request_id,
        body,
    }
}
