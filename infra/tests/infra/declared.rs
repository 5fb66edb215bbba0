//! Runs the program and reads what it declared.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use stack::{Aws, Error, Program, Project, Provider, Resource, Stack};

pub(crate) const ACCOUNT: &str = "123456789012";

/// The root of the repository, where `Pulumi.yaml` lies.
pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

pub(crate) fn aws() -> Aws {
    Aws {
        region: "eu-west-1".to_owned(),
        account: ACCOUNT.to_owned(),
        endpoint: None,
    }
}

/// The program with the configuration of the dev stack.
pub(crate) fn dev_program() -> Program {
    let project = Project::read(root(), "dev").unwrap();
    Program {
        binary: env!("CARGO_BIN_EXE_infra").into(),
        ..project.program()
    }
}

/// The dev stack, with some keys set otherwise.
pub(crate) async fn dev_with(config: &[(&str, &str)]) -> Result<Stack, Error> {
    let mut program = dev_program();
    for (key, value) in config {
        program
            .config
            .insert(format!("outbox:{key}"), (*value).to_owned());
    }
    run(&program, aws()).await
}

/// The dev stack where a function stands in the place of the orders' pipe.
pub(crate) async fn dev_with_orders_relay() -> Stack {
    dev_with(&[("ordersRelay", "function")]).await.unwrap()
}

pub(crate) async fn dev() -> Stack {
    dev_with(&[]).await.unwrap()
}

pub(crate) async fn run(
    program: &Program,
    provider: impl Provider + 'static,
) -> Result<Stack, Error> {
    stack::run(program, Arc::new(provider)).await
}

/// The one resource of this type with this name in the program.
pub(crate) fn named<'a>(stack: &'a Stack, type_token: &str, name: &str) -> &'a Resource {
    stack
        .by_name(type_token, name)
        .unwrap_or_else(|| panic!("no {type_token} named {name}"))
}

/// One permission of a policy document.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Permission {
    pub(crate) actions: Vec<String>,
    pub(crate) resource: String,
    pub(crate) service: Option<String>,
    pub(crate) condition: Value,
}

/// The permissions in a resource's policy document.
pub(crate) fn permissions(resource: &Resource) -> Vec<Permission> {
    let document: Value =
        serde_json::from_str(resource.inputs["policy"].as_str().unwrap()).unwrap();
    assert_eq!(document["Version"], "2012-10-17", "{document}");
    let statements = document["Statement"].as_array().unwrap();
    let permission = |statement: &Value| {
        assert_eq!(statement["Effect"], "Allow", "{statement}");
        let actions = statement["Action"].as_array().unwrap();
        Permission {
            actions: actions
                .iter()
                .map(|action| action.as_str().unwrap().to_owned())
                .collect(),
            resource: statement["Resource"].as_str().unwrap().to_owned(),
            service: statement["Principal"]["Service"]
                .as_str()
                .map(str::to_owned),
            condition: statement["Condition"].clone(),
        }
    };
    statements.iter().map(permission).collect()
}

/// The permissions of the role that this function runs with.
pub(crate) fn permissions_of_function(stack: &Stack, function: &Resource) -> Vec<Permission> {
    let role = stack
        .by_arn(function.inputs["role"].as_str().unwrap())
        .expect("the function's role is declared");
    let policies: Vec<_> = stack
        .of_type("aws:iam/rolePolicy:RolePolicy")
        .filter(|policy| policy.inputs["role"] == role.outputs["name"])
        .collect();
    assert_eq!(policies.len(), 1, "{} has one policy", role.name);
    permissions(policies[0])
}

/// The permissions that name this action, for whatever resource.
pub(crate) fn permitting(permissions: &[Permission], action: &str) -> Vec<Permission> {
    permissions
        .iter()
        .filter(|permission| permission.actions.iter().any(|one| one == action))
        .cloned()
        .collect()
}
