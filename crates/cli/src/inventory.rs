use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use emulator::INERT;
use stack::{Resource, Stack};

use crate::connection::connection;

/// What a stack declares and this machine runs, by the component that declares it; prints as a table.
#[derive(Debug)]
pub(crate) struct Inventory<'a>(pub(crate) &'a Stack);

impl Display for Inventory<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let declared = self.0.resources.iter().filter(|resource| resource.custom);
        let (inert, active): (Vec<_>, Vec<_>) =
            declared.partition(|resource| INERT.contains(&resource.type_token.as_str()));
        let (parts, active): (Vec<_>, Vec<_>) =
            active.into_iter().partition(|resource| is_part(resource));

        let mut components: BTreeMap<Option<&str>, Vec<(&str, &Resource)>> = BTreeMap::new();
        for resource in active {
            let of_component = components.entry(self.component(resource)).or_default();
            of_component.push((kind(resource), resource));
        }
        for (component, mut resources) in components {
            let title = component.map(|name| format!("  {name}\n"));
            write!(f, "\n{}", title.unwrap_or_default())?;
            resources.sort_by_key(|(kind, resource)| (*kind, what(resource)));
            for (kind, resource) in resources {
                writeln!(f, "    {kind:<19} {}", what(resource))?;
            }
        }
        writeln!(f)?;
        if !parts.is_empty() {
            writeln!(
                f,
                "  with {} of their parts: {}",
                parts.len(),
                kinds(&parts)
            )?;
        }
        if !inert.is_empty() {
            let count = inert.len();
            writeln!(f, "  and {count} without effect here: {}", kinds(&inert))?;
        }
        Ok(())
    }
}

impl Inventory<'_> {
    /// The name of the component that the program declares a resource in.
    fn component(&self, resource: &Resource) -> Option<&str> {
        let parent = self.0.by_urn(resource.parent.as_deref()?)?;
        let is_stack = parent.type_token == "pulumi:pulumi:Stack";
        (!parent.custom && !is_stack).then_some(parent.name.as_str())
    }
}

/// From where to where, or the physical name.
fn what(resource: &Resource) -> String {
    connection(resource).unwrap_or_else(|| physical_name(resource).to_owned())
}

/// `Table` for `aws:dynamodb/table:Table`.
fn kind(resource: &Resource) -> &str {
    resource.type_token.rsplit(':').next().unwrap_or_default()
}

/// The many small resources that say something about another one, and those of a REST API beside the API
/// and its stages.
fn is_part(resource: &Resource) -> bool {
    let kind = kind(resource);
    let of_api = resource.type_token.starts_with("aws:apigateway/");
    ["FunctionEventInvokeConfig", "Permission", "QueuePolicy"].contains(&kind)
        || of_api && !["RestApi", "Stage"].contains(&kind)
}

fn kinds(resources: &[&Resource]) -> String {
    let mut kinds: Vec<&str> = resources.iter().map(|resource| kind(resource)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds.join(", ")
}

fn physical_name(resource: &Resource) -> &str {
    let given = ["name", "bucket", "stageName"];
    let given = given.iter().find_map(|output| resource.text(output));
    given.unwrap_or(&resource.name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::resource;

    fn printed(resources: Vec<Resource>) -> String {
        let stack = Stack {
            project: "shop".to_owned(),
            name: "dev".to_owned(),
            resources,
            outputs: serde_json::Map::new(),
        };
        Inventory(&stack).to_string()
    }

    #[test]
    fn resources_stand_under_their_components_by_kind_and_name() {
        let flow = Resource {
            custom: false,
            ..resource("shop:flow:Letters", "letters-flow", &json!({}))
        };
        let in_flow = |resource: Resource| Resource {
            parent: Some(flow.urn.clone()),
            ..resource
        };
        let mapping = json!({"functionName": "arn:relay", "eventSourceArn": "arn:aws:sqs:us-east-1:000000000000:letters"});
        let function = "aws:lambda/function:Function";

        let text = printed(vec![
            in_flow(resource(
                function,
                "relay",
                &json!({"name": "shop-dev-relay"}),
            )),
            in_flow(resource(
                "aws:lambda/eventSourceMapping:EventSourceMapping",
                "m",
                &mapping,
            )),
            in_flow(resource(
                function,
                "greet",
                &json!({"name": "shop-dev-greet"}),
            )),
            in_flow(resource("aws:iam/role:Role", "role", &json!({}))),
            in_flow(resource(
                "aws:lambda/permission:Permission",
                "may",
                &json!({}),
            )),
            resource("aws:sqs/queue:Queue", "q", &json!({"name": "letters"})),
            flow.clone(),
        ]);

        let expected = "
    Queue               letters

  letters-flow
    EventSourceMapping  letters → arn:relay
    Function            shop-dev-greet
    Function            shop-dev-relay

  with 1 of their parts: Permission
  and 1 without effect here: Role
";
        assert_eq!(text, expected);
    }
}
