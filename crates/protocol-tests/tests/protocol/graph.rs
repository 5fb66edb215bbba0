//! The graph of a program arrives whole: parents, dependencies, the property each comes through.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::program::{aws, program};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Map, Value, json};
use stack::{Aws, Declared, Provider, Refusal, Resource, Stack, UNKNOWN, archive_path, run};

const EDGES: [&str; 9] = [
    "mapping -> failed",
    "mapping -> orders",
    "mapping -> reader",
    "mapping -> reader-policy",
    "reader -> orders",
    "reader -> reader-role",
    "reader-policy -> failed",
    "reader-policy -> orders",
    "reader-policy -> reader-role",
];

fn named<'a>(stack: &'a Stack, name: &str) -> &'a Resource {
    stack
        .resources
        .iter()
        .find(|resource| resource.name == name)
        .expect(name)
}

/// The names of the resources that a property's value came from.
fn sources<'a>(stack: &'a Stack, resource: &str, property: &str) -> Vec<&'a str> {
    let urns = &named(stack, resource).property_dependencies[property];
    urns.iter()
        .map(|urn| stack.by_urn(urn).expect(urn).name.as_str())
        .collect()
}

#[tokio::test]
async fn every_edge_is_there_with_the_property_it_comes_through() {
    let stack = run(&program("graph"), Arc::new(aws())).await.unwrap();

    assert_eq!(stack.edges(), EDGES);
    // Through a JSON policy of two outputs, a formatted string, an untyped object, a typed one.
    assert_eq!(
        sources(&stack, "reader-policy", "policy"),
        ["orders", "failed"]
    );
    assert_eq!(sources(&stack, "reader-policy", "role"), ["reader-role"]);
    assert_eq!(sources(&stack, "reader", "name"), ["orders"]);
    assert_eq!(
        sources(&stack, "reader", "environment"),
        ["orders", "reader-role"]
    );
    assert_eq!(sources(&stack, "mapping", "destinationConfig"), ["failed"]);
    // What depends on nothing says so: no entry would mean that it depends on everything.
    assert!(sources(&stack, "mapping", "batchSize").is_empty());
    assert!(sources(&stack, "reader", "memorySize").is_empty());
    // What is not given is not sent.
    assert!(
        !named(&stack, "reader")
            .property_dependencies
            .contains_key("description")
    );
    for resource in &stack.resources {
        let given: Vec<&String> = resource.inputs.keys().collect();
        let told: Vec<&String> = resource.property_dependencies.keys().collect();
        assert_eq!(
            given.len(),
            told.len(),
            "{}: {given:?} {told:?}",
            resource.name
        );
    }
}

#[tokio::test]
async fn stack_component_and_resources_form_a_tree_and_only_the_table_is_protected() {
    let stack = run(&program("graph"), Arc::new(aws())).await.unwrap();

    let root = named(&stack, "shop-dev");
    let flow = named(&stack, "orders-flow");
    assert_eq!(root.parent, None);
    assert_eq!(flow.parent.as_ref(), Some(&root.urn));
    assert!(!root.custom && !flow.custom);
    for resource in stack.resources.iter().filter(|resource| resource.custom) {
        assert_eq!(
            resource.parent.as_ref(),
            Some(&flow.urn),
            "{}",
            resource.name
        );
        assert_eq!(
            resource.protect,
            resource.name == "orders",
            "{}",
            resource.name
        );
    }
}

#[tokio::test]
async fn values_arrive_whole_and_outputs_of_the_stack_too() {
    let stack = run(&program("graph"), Arc::new(aws())).await.unwrap();

    let reader = &named(&stack, "reader").inputs;
    assert_eq!(reader["name"], "shop-orders-reader-eu-west-1");
    assert_eq!(
        reader["environment"],
        json!({ "variables": {
            "MODE": "fast",
            "ROLE_ARN": "arn:aws:iam::123456789012:role/shop-reader",
            "TABLE_NAME": "shop-orders",
        } })
    );
    assert_eq!(
        archive_path(&reader["code"]),
        Some("target/lambda/reader/bootstrap.zip")
    );
    assert_eq!(
        named(&stack, "failed").inputs["messageRetentionSeconds"],
        1_209_600
    );
    assert_eq!(
        Value::Object(stack.outputs),
        json!({
            "function": "shop-orders-reader-eu-west-1",
            "queue": "https://sqs.eu-west-1.amazonaws.com/123456789012/shop-failed",
        })
    );
}

#[tokio::test]
async fn in_a_preview_the_graph_is_the_same_and_what_is_unknown_stays_so_at_any_depth() {
    let mut program = program("graph");
    program.preview = true;

    let stack = run(&program, Arc::new(aws())).await.unwrap();

    assert_eq!(stack.edges(), EDGES);
    // A closure does not run on what is not known.
    assert_eq!(named(&stack, "reader-policy").inputs["policy"], UNKNOWN);
    // A name that the program gives is known.
    assert_eq!(
        named(&stack, "reader").inputs["name"],
        "shop-orders-reader-eu-west-1"
    );
    assert_eq!(named(&stack, "reader").inputs["role"], UNKNOWN);
    assert_eq!(
        named(&stack, "reader").inputs["environment"],
        json!({ "variables": {
            "MODE": "fast",
            "ROLE_ARN": UNKNOWN,
            "TABLE_NAME": "shop-orders",
        } })
    );
    assert_eq!(
        named(&stack, "mapping").inputs["destinationConfig"],
        UNKNOWN
    );
    assert_eq!(stack.outputs["queue"], UNKNOWN);
}

/// Keeps each registration waiting at random, and notes in which order they counted.
struct Shuffled {
    aws: Aws,
    random: Mutex<StdRng>,
    order: Mutex<Vec<String>>,
}

impl Provider for Shuffled {
    fn create(&self, request: &Declared) -> Result<Map<String, Value>, Refusal> {
        self.order.lock().unwrap().push(request.name.clone());
        self.aws.create(request)
    }

    fn invoke(
        &self,
        token: &str,
        arguments: &Map<String, Value>,
    ) -> Result<Map<String, Value>, Refusal> {
        self.aws.invoke(token, arguments)
    }

    fn delay(&self, _request: &Declared) -> Duration {
        Duration::from_millis(self.random.lock().unwrap().random_range(0..20))
    }
}

#[tokio::test]
async fn whatever_the_order_of_registrations_the_graph_is_the_same_and_none_comes_too_early() {
    let expected = run(&program("graph"), Arc::new(aws())).await.unwrap();
    let mut orders = std::collections::BTreeSet::new();
    for seed in 0..12 {
        let shuffled = Arc::new(Shuffled {
            aws: aws(),
            random: Mutex::new(StdRng::seed_from_u64(seed)),
            order: Mutex::default(),
        });

        let stack = run(&program("graph"), shuffled.clone()).await.unwrap();

        assert_eq!(stack, expected, "seed {seed}");
        let order = std::mem::take(&mut *shuffled.order.lock().unwrap());
        let place = |name: &str| {
            order
                .iter()
                .position(|other| other == name)
                .expect("declared")
        };
        for edge in EDGES {
            let (from, to) = edge.split_once(" -> ").unwrap();
            assert!(
                place(from) > place(to),
                "seed {seed}: {edge}, but {order:?}"
            );
        }
        orders.insert(order);
    }
    assert!(orders.len() > 1, "the delays changed nothing: {orders:?}");
}

/// Notes which properties came as secrets.
#[derive(Default)]
struct Secrets(Mutex<Vec<(String, Vec<String>)>>);

impl Provider for Secrets {
    fn create(&self, request: &Declared) -> Result<Map<String, Value>, Refusal> {
        let secrets = request.secrets.iter().cloned().collect();
        self.0.lock().unwrap().push((request.name.clone(), secrets));
        aws().create(request)
    }

    fn invoke(
        &self,
        token: &str,
        arguments: &Map<String, Value>,
    ) -> Result<Map<String, Value>, Refusal> {
        aws().invoke(token, arguments)
    }
}

#[tokio::test]
async fn a_secret_stays_one_in_what_is_made_of_it_and_of_its_answer() {
    let secrets = Arc::new(Secrets::default());
    let stack = run(&program("secret"), secrets.clone()).await.unwrap();

    let seen = std::mem::take(&mut *secrets.0.lock().unwrap());
    let policy = || vec!["policy".to_owned()];
    assert_eq!(
        seen,
        [
            ("secret".to_owned(), policy()),
            ("copy".to_owned(), policy())
        ]
    );
    assert_eq!(named(&stack, "copy").inputs["policy"], "password=hunter2");
    assert_eq!(stack.outputs["hidden"], "password=hunter2");
}
