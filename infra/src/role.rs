//! One role per function, with the rights of that function and no others.

use pulumi_gestalt_rust::{Output, pulumi_combine};

use crate::aws::iam::role::{self, RoleArgs, RoleResult};
use crate::aws::iam::role_policy::{self, RolePolicyArgs, RolePolicyResult};
use crate::flow::Flow;
use crate::policy::{Policy, Statement};
use crate::right::Rights;

/// An execution role with its one policy.
pub(crate) struct ExecutionRole {
    pub(crate) role: RoleResult,
    pub(crate) policy: RolePolicyResult,
}

/// The role that the function `name` runs with.
pub(crate) fn execution_role(flow: &Flow, name: &str, rights: Vec<Rights>) -> ExecutionRole {
    let role_name = format!("{name}-role");
    let trust = Statement::allow(&["sts:AssumeRole"]).for_service("lambda.amazonaws.com");
    let role = role::create_with_options(
        flow.ctx,
        &role_name,
        RoleArgs::builder()
            .name(flow.physical(&role_name))
            .assume_role_policy(Policy::of([trust]).json())
            .build_struct(),
        flow.options(),
    );
    let policy_name = format!("{name}-policy");
    let policy = role_policy::create_with_options(
        flow.ctx,
        &policy_name,
        RolePolicyArgs::builder()
            .name(flow.physical(&policy_name))
            .role(role.name.clone())
            .policy(all(rights).map(|statements| Policy::of(statements).json()))
            .build_struct(),
        flow.options(),
    );
    ExecutionRole { role, policy }
}

/// All rights as one list, known when each of them is.
fn all(rights: Vec<Rights>) -> Rights {
    rights
        .into_iter()
        .fold(Output::new(Vec::new()), |all, more| {
            pulumi_combine!(all, more).map(|(mut all, more)| {
                all.extend(more);
                all
            })
        })
}
