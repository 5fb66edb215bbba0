use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// One declared resource: what the program asked for and what it was answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// Pulumi's name for it: `urn:pulumi:<stack>::<project>::<type>::<name>`.
    pub urn: String,
    /// For example `aws:sqs/queue:Queue`.
    pub type_token: String,
    /// The name in the program, for example `checkout`; the physical name stands in `outputs`.
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

    /// The resource with this ARN. A rule's target, whose `arn` names another resource, is not meant.
    #[must_use]
    pub fn by_arn(&self, arn: &str) -> Option<&Resource> {
        self.resources.iter().find(|resource| {
            !resource.inputs.contains_key("arn") && resource.text("arn") == Some(arn)
        })
    }

    /// The resource with this URN.
    #[must_use]
    pub fn by_urn(&self, urn: &str) -> Option<&Resource> {
        self.resources.iter().find(|resource| resource.urn == urn)
    }

    /// The resource of this type and this name in the program.
    #[must_use]
    pub fn by_name(&self, type_token: &str, name: &str) -> Option<&Resource> {
        let same =
            |resource: &&Resource| resource.type_token == type_token && resource.name == name;
        self.resources.iter().find(same)
    }

    /// The dependency graph as text, one sorted line per edge: `checkout -> checkout-role`.
    ///
    /// Names are those of the program; one that several types share is followed by its type.
    #[must_use]
    pub fn edges(&self) -> Vec<String> {
        let mut lines: Vec<String> = self
            .resources
            .iter()
            .flat_map(|resource| {
                resource.dependencies.iter().map(move |dependency| {
                    let target = self.by_urn(dependency);
                    let target =
                        target.map_or_else(|| dependency.clone(), |found| self.label(found));
                    format!("{} -> {target}", self.label(resource))
                })
            })
            .collect();
        lines.sort();
        lines.dedup();
        lines
    }

    fn label(&self, resource: &Resource) -> String {
        let same = |other: &&Resource| other.name == resource.name;
        if self.resources.iter().filter(same).count() == 1 {
            return resource.name.clone();
        }
        let kind = resource.type_token.rsplit(':').next().unwrap_or_default();
        format!("{} ({kind})", resource.name)
    }
}

/// Sorts so that each resource comes after its parent and all it depends on, and otherwise by URN:
/// the order of registration differs from run to run, this one does not.
pub(crate) fn in_order(mut resources: Vec<Resource>) -> Vec<Resource> {
    resources.sort_by(|a, b| a.urn.cmp(&b.urn));
    let mut ordered: Vec<Resource> = Vec::with_capacity(resources.len());
    let mut placed = BTreeSet::new();
    while !resources.is_empty() {
        let ready = |resource: &Resource| {
            let mut before = resource.dependencies.iter().chain(&resource.parent);
            before.all(|urn| placed.contains(urn))
        };
        // The engine admits only what refers to something already registered, so one is always ready.
        let next = resources.iter().position(ready).unwrap_or(0);
        let resource = resources.remove(next);
        placed.insert(resource.urn.clone());
        ordered.push(resource);
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(type_token: &str, name: &str, dependencies: &[&str]) -> Resource {
        Resource {
            urn: format!("urn:pulumi:dev::shop::{type_token}::{name}"),
            type_token: type_token.to_owned(),
            name: name.to_owned(),
            parent: None,
            custom: true,
            protect: false,
            inputs: Map::new(),
            outputs: Map::new(),
            dependencies: dependencies.iter().map(ToString::to_string).collect(),
            property_dependencies: BTreeMap::new(),
        }
    }

    #[test]
    fn edges_use_the_names_of_the_program_and_the_type_where_a_name_is_shared() {
        let queue = "urn:pulumi:dev::shop::aws:sqs/queue:Queue::orders";
        let stack = Stack {
            resources: vec![
                resource("aws:sqs/queue:Queue", "orders", &[]),
                resource("aws:dynamodb/table:Table", "orders", &[]),
                resource("aws:sqs/queuePolicy:QueuePolicy", "policy", &[queue]),
            ],
            ..Stack::default()
        };
        assert_eq!(stack.edges(), ["policy -> orders (Queue)"]);
    }

    #[test]
    fn a_resource_comes_after_all_it_depends_on_and_otherwise_by_urn() {
        let last = "urn:pulumi:dev::shop::t:i:T::z";
        let ordered = in_order(vec![
            resource("t:i:T", "b", &[]),
            resource("t:i:T", "a", &[last]),
            resource("t:i:T", "z", &[]),
        ]);
        let names: Vec<&str> = ordered
            .iter()
            .map(|resource| resource.name.as_str())
            .collect();
        assert_eq!(names, ["b", "z", "a"]);
    }

    #[test]
    fn an_arn_finds_its_owner_and_not_a_rules_target() {
        let arn = Value::String("arn:aws:sqs:us-east-1:000000000000:orders".to_owned());
        let mut queue = resource("aws:sqs/queue:Queue", "orders", &[]);
        queue.outputs.insert("arn".to_owned(), arn.clone());
        let mut target = resource("aws:cloudwatch/eventTarget:EventTarget", "target", &[]);
        target.inputs.insert("arn".to_owned(), arn.clone());
        target.outputs.insert("arn".to_owned(), arn);
        let stack = Stack {
            resources: vec![target, queue],
            ..Stack::default()
        };
        let found = stack.by_arn("arn:aws:sqs:us-east-1:000000000000:orders");
        assert_eq!(found.map(|resource| resource.name.as_str()), Some("orders"));
    }
}
