//! The dependency graph: what is created after what, and destroyed before it.

use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use serde_json::{Map, Value};
use stack::{Aws, Declared, Provider, Refusal, Resource, Stack};

use crate::declared::{aws, dev, dev_program, dev_with_orders_relay, named, root, run};

/// Answers each registration after a time that differs from resource to resource and from seed to seed, as AWS does.
struct Unpunctual {
    aws: Aws,
    seed: u64,
}

impl Provider for Unpunctual {
    fn create(&self, request: &Declared) -> Result<Map<String, Value>, Refusal> {
        let mut hasher = DefaultHasher::new();
        (self.seed, &request.urn).hash(&mut hasher);
        std::thread::sleep(Duration::from_millis(hasher.finish() % 15));
        self.aws.create(request)
    }

    fn invoke(
        &self,
        token: &str,
        arguments: &Map<String, Value>,
    ) -> Result<Map<String, Value>, Refusal> {
        self.aws.invoke(token, arguments)
    }
}

#[tokio::test]
async fn given_registrations_delayed_at_random_then_the_graph_is_the_committed_one() {
    let file = root().join("infra/tests/dev-graph.txt");
    let mut edges = dev().await.edges().join("\n");
    edges.push('\n');
    if std::env::var_os("UPDATE_GRAPH").is_some() {
        std::fs::write(&file, &edges).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap();
    let advice = "if the change is meant: UPDATE_GRAPH=1 cargo test -p infra graph";
    for seed in 0..5 {
        let stack = run(&dev_program(), Unpunctual { aws: aws(), seed })
            .await
            .unwrap();
        let edges = stack.edges();
        let declared: BTreeSet<&str> = edges.iter().map(String::as_str).collect();
        let before: BTreeSet<&str> = committed.lines().collect();
        let (new, gone) = (&declared - &before, &before - &declared);
        assert!(
            new.is_empty() && gone.is_empty(),
            "seed {seed}: new {new:?}, gone {gone:?}; {advice}"
        );
    }
}

/// All that a resource waits for, at whatever distance.
fn behind(stack: &Stack, urn: &str) -> HashSet<String> {
    let mut found = HashSet::new();
    let mut next = vec![urn.to_owned()];
    while let Some(urn) = next.pop() {
        for dependency in &stack.by_urn(&urn).unwrap().dependencies {
            if found.insert(dependency.clone()) {
                next.push(dependency.clone());
            }
        }
    }
    found
}

#[tokio::test]
async fn given_an_event_on_its_way_then_what_reads_the_stream_comes_last_and_goes_first() {
    let stack = dev().await;
    let mapping = named(
        &stack,
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "users-relay-mapping",
    );
    assert_eq!(
        apart(&stack, mapping),
        BTreeSet::from(["writer", "writer-logs", "writer-policy", "writer-role"])
    );
    let api = BTreeSet::from([
        "api-gateway-logs-policy",
        "api-gateway-logs-role",
        "orders-api-logs",
        "orders-api-policy",
        "orders-api-role",
    ]);
    let pipe = named(&stack, "aws:pipes/pipe:Pipe", "orders-pipe");
    assert_eq!(apart(&stack, pipe), api);
    let with_relay = dev_with_orders_relay().await;
    let relay = named(
        &with_relay,
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "orders-relay-mapping",
    );
    assert_eq!(apart(&with_relay, relay), api);
}

/// What an event never passes behind what reads the stream, within its flow.
fn apart<'a>(stack: &'a Stack, mapping: &Resource) -> BTreeSet<&'a str> {
    let behind = behind(stack, &mapping.urn);
    stack
        .resources
        .iter()
        .filter(|resource| resource.parent == mapping.parent)
        .filter(|resource| resource.urn != mapping.urn && !behind.contains(&resource.urn))
        .filter(|resource| {
            let kind = resource.type_token.as_str();
            kind != "aws:cloudwatch/metricAlarm:MetricAlarm"
                && kind != "aws:cloudwatch/logMetricFilter:LogMetricFilter"
                && !kind.starts_with("aws:apigateway/")
        })
        .map(|resource| resource.name.as_str())
        .collect()
}

#[tokio::test]
async fn given_what_uses_a_role_at_once_then_it_waits_for_the_roles_policy() {
    let stack = dev().await;
    let waits = [
        (
            "aws:lambda/eventSourceMapping:EventSourceMapping",
            "users-relay-mapping",
            "users-relay-policy",
        ),
        (
            "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
            "user-created-consumer-invoke-config",
            "user-created-consumer-policy",
        ),
        (
            "aws:lambda/eventSourceMapping:EventSourceMapping",
            "order-tracking-mapping",
            "order-tracking-policy",
        ),
        ("aws:pipes/pipe:Pipe", "orders-pipe", "orders-pipe-policy"),
        (
            "aws:apigateway/integration:Integration",
            "create-order-integration",
            "orders-api-policy",
        ),
    ];
    for (type_token, name, policy) in waits {
        let policy = named(&stack, "aws:iam/rolePolicy:RolePolicy", policy);
        assert!(
            named(&stack, type_token, name)
                .dependencies
                .contains(&policy.urn),
            "{name}"
        );
    }
}

#[tokio::test]
async fn given_an_edge_through_a_policy_or_a_formatted_name_then_its_property_shows_it() {
    let stack = dev().await;
    let policy = named(
        &stack,
        "aws:iam/rolePolicy:RolePolicy",
        "users-relay-policy",
    );
    let names: BTreeSet<_> = policy.property_dependencies["policy"]
        .iter()
        .map(|urn| stack.by_urn(urn).unwrap().name.as_str())
        .collect();
    assert_eq!(
        names,
        BTreeSet::from([
            "events",
            "users",
            "users-relay-logs",
            "users-relay-quarantine",
            "users-stream-failures"
        ])
    );
    let function = named(&stack, "aws:lambda/function:Function", "users-relay");
    let told: BTreeSet<_> = function.property_dependencies["environment"]
        .iter()
        .map(|urn| stack.by_urn(urn).unwrap().name.as_str())
        .collect();
    assert_eq!(told, BTreeSet::from(["events", "users-relay-quarantine"]));
    assert_eq!(
        function.property_dependencies["timeout"],
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn given_the_dev_stack_then_every_resource_belongs_to_a_flow_and_every_flow_to_the_stack() {
    let stack = dev().await;
    let mut flows = BTreeSet::new();
    for resource in stack.resources.iter().filter(|resource| resource.custom) {
        let flow = stack
            .by_urn(resource.parent.as_deref().expect("a parent"))
            .unwrap();
        assert!(
            !flow.custom && flow.type_token.starts_with("outbox:flow:"),
            "{}",
            flow.urn
        );
        let parent = stack
            .by_urn(flow.parent.as_deref().expect("a parent"))
            .unwrap();
        assert_eq!(parent.type_token, "pulumi:pulumi:Stack");
        flows.insert(flow.type_token.as_str());
    }
    assert_eq!(
        flows,
        BTreeSet::from([
            "outbox:flow:Checkout",
            "outbox:flow:Events",
            "outbox:flow:Orders",
            "outbox:flow:Users"
        ])
    );
}

/// Every text in a value, those inside of JSON documents too.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => match serde_json::from_str::<Value>(text) {
            Ok(document @ Value::Object(_)) => texts(&document),
            _ => vec![text.clone()],
        },
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(fields) => fields.values().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// AWS refuses to delete, or breaks silently, what something else still names.
#[tokio::test]
async fn given_a_resource_that_names_another_then_it_is_destroyed_before_it() {
    let stack = dev().await;
    let mut named = 0;
    for resource in stack.resources.iter().filter(|resource| resource.custom) {
        let behind = behind(&stack, &resource.urn);
        let said = texts(&Value::Object(resource.inputs.clone()));
        for other in stack
            .resources
            .iter()
            .filter(|other| other.custom && other.urn != resource.urn)
        {
            let identities = ["arn", "name", "url", "streamArn", "uuid", "bucket"]
                .into_iter()
                // A target's `arn` and a policy's `url` are another resource's.
                .filter(|output| *output == "name" || !other.inputs.contains_key(*output))
                .filter_map(|output| other.text(output));
            for identity in identities {
                // Only the pipe may take its role, so the role has to know its ARN before.
                if (resource.name.as_str(), other.name.as_str())
                    == ("orders-pipe-role", "orders-pipe")
                {
                    continue;
                }
                let mentions =
                    |text: &String| text.trim_end_matches("/*").trim_end_matches(":*") == identity;
                if said.iter().any(mentions) {
                    named += 1;
                    assert!(
                        behind.contains(&other.urn),
                        "{} names {} ({identity})",
                        resource.name,
                        other.name
                    );
                }
            }
        }
    }
    assert!(named > 40, "{named} mentions were found");
}
