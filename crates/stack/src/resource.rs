use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// One declared resource: what the program asked for and what it was answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// Pulumi's name for it: `urn:pulumi:<stack>::<project>::<type>::<name>`.
    pub urn: String,
    /// For example `aws:sqs/queue:Queue`.
    pub type_token: String,
    /// The name in the program, for example `writer`; the physical name stands in `outputs`.
    pub name: String,
    /// The component or stack it belongs to.
    pub parent: Option<String>,
    /// False for components and the stack itself, which have no provider behind them.
    pub custom: bool,
    /// Whether a deletion is refused.
    pub protect: bool,
    /// The properties as the program gave them, outputs of other resources filled in.
    pub inputs: Map<String, Value>,
    /// The inputs and what the provider adds: `id`, `arn`, a queue's `url`, a table's `streamArn`.
    pub outputs: Map<String, Value>,
    /// URNs of all it waits for.
    pub dependencies: Vec<String>,
    /// The same by property; an entry for each property, empty ones too.
    pub property_dependencies: BTreeMap<String, Vec<String>>,
}

impl Resource {
    /// A string output, for example `arn`.
    #[must_use]
    pub fn text(&self, output: &str) -> Option<&str> {
        self.outputs.get(output)?.as_str()
    }
}

/// All that one run of a program declared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stack {
    /// The project's name from `Pulumi.yaml`.
    pub project: String,
    /// The stack's name, for example `dev`.
    pub name: String,
    /// Every resource, each after those it depends on.
    pub resources: Vec<Resource>,
    /// What the program exported.
    pub outputs: Map<String, Value>,
}

impl Stack {
    /// The resources of one type, for example `aws:sqs/queue:Queue`.
    pub fn of_type<'a>(&'a self, type_token: &'a str) -> impl Iterator<Item = &'a Resource> {
        self.resources
            .iter()
            .filter(move |resource| resource.type_token == type_token)
    }

    /// The resource with this `arn` output.
    #[must_use]
    pub fn by_arn(&self, arn: &str) -> Option<&Resource> {
        self.resources
            .iter()
            .find(|resource| resource.text("arn") == Some(arn))
    }
}
