//! One role for each thing that acts, with the rights it needs and no others.

use pulumi_gestalt_rust::{Output, pulumi_combine};

use crate::aws::iam::role::{self, RoleArgs, RoleResult};
use crate::aws::iam::role_policy::{self, RolePolicyArgs, RolePolicyResult};
use crate::flow::Flow;
use crate::policy::{Policy, Statement};
use crate::right::Rights;

/// A role with its one policy.
pub(crate) struct Role {
    pub(crate) role: RoleResult,
    pub(crate) policy: RolePolicyResult,
}

/// The role that the function `name` runs with.
pub(crate) fn execution_role(flow: &Flow, name: &str, rights: Vec<Rights>) -> Role {
    let trust = assumed_by("lambda.amazonaws.com");
    role_with_rights(flow, name, &Output::new(trust), rights)
}

/// Lets a service take a role.
pub(crate) fn assumed_by(service: &'static str) -> Statement {
    Statement::allow(&["sts:AssumeRole"]).for_service(service)
}

/// The role of `name`: who may take it, and what it may do.
pub(crate) fn role_with_rights(
    flow: &Flow,
    name: &str,
    trust: &Output<Statement>,
    rights: Vec<Rights>,
) -> Role {
    let role = role(flow, name, trust);
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
    Role { role, policy }
}

/// A role without any right as yet.
pub(crate) fn role(flow: &Flow, name: &str, trust: &Output<Statement>) -> RoleResult {
    let role_name = format!("{name}-role");
    role::create_with_options(
        flow.ctx,
        &role_name,
        RoleArgs::builder()
            .name(flow.physical(&role_name))
            .assume_role_policy(trust.map(|trust| Policy::of([trust]).json()))
            .build_struct(),
        flow.options(),
    )
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
