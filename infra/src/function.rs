//! Lambda functions.

use std::collections::HashMap;

use pulumi_gestalt_rust::{Output, pulumi_combine};

use crate::aws::cloudwatch::log_group::{self, LogGroupArgs, LogGroupResult};
use crate::aws::iam::role_policy::RolePolicyResult;
use crate::aws::lambda::function::{FunctionArgs, FunctionResult, create_with_options};
use crate::aws::types::lambda::{FunctionEnvironment, FunctionLoggingConfig};
use crate::flow::Flow;
use crate::right::{self, Rights};
use crate::role::execution_role;
use crate::settings::Size;

/// The key and value by which Pulumi's engine knows an archive
/// (<https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go>).
const ARCHIVE: (&str, &str) = (
    "4dabf18193072939515e22adb298388d",
    "0def7320c3a5731c473e5ecbe6d01bc7",
);

/// A function with the policy of its role: what calls the function waits for the policy.
pub(crate) struct Function {
    /// Its name in the program, which is that of its package.
    pub(crate) name: String,
    pub(crate) lambda: FunctionResult,
    pub(crate) policy: RolePolicyResult,
    pub(crate) logs: LogGroupResult,
}

/// A variable of a function's environment.
pub(crate) type Variable = (&'static str, Output<String>);

/// The function of the workspace's package `package`, with a log group and a role of its own.
///
/// `rights` are what it may do beside writing its log.
pub(crate) fn function(
    flow: &Flow,
    package: &str,
    size: Size,
    environment: Vec<Variable>,
    mut rights: Vec<Rights>,
) -> Function {
    let physical = flow.physical(package);
    let log_group = log_group::create_with_options(
        flow.ctx,
        &format!("{package}-logs"),
        LogGroupArgs::builder()
            .name(format!("/aws/lambda/{physical}"))
            .retention_in_days(flow.settings.log_retention_days)
            .build_struct(),
        flow.options(),
    );
    rights.insert(0, right::log(&log_group));
    let role = execution_role(flow, package, rights);
    let lambda = create_with_options(
        flow.ctx,
        package,
        FunctionArgs::builder()
            .name(physical)
            .role(role.role.arn.clone())
            .architectures([flow.settings.architecture.as_str()])
            .runtime("provided.al2023")
            .handler("bootstrap")
            .code(bootstrap_of(package))
            .memory_size(size.memory_size)
            .timeout(size.timeout)
            .maybe_environment(variables(environment))
            .logging_config(log_group.name.map(json_logs))
            .build_struct(),
        flow.options(),
    );
    Function {
        name: package.to_owned(),
        lambda,
        policy: role.policy,
        logs: log_group,
    }
}

/// The archive that `cargo lambda build --output-format zip` leaves for a package.
fn bootstrap_of(package: &str) -> HashMap<String, String> {
    let path = format!("target/lambda/{package}/bootstrap.zip");
    HashMap::from([
        (ARCHIVE.0.to_owned(), ARCHIVE.1.to_owned()),
        ("path".to_owned(), path),
    ])
}

/// One JSON object per line, from the function and from Lambda itself
/// (<https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html>).
fn json_logs(log_group: String) -> FunctionLoggingConfig {
    FunctionLoggingConfig {
        log_format: "JSON".to_owned(),
        log_group: Some(log_group),
        application_log_level: Some("INFO".to_owned()),
        system_log_level: Some("INFO".to_owned()),
    }
}

/// `None` without any variable: an empty environment would look changed at every deployment.
fn variables(environment: Vec<Variable>) -> Option<Output<FunctionEnvironment>> {
    let all = environment
        .into_iter()
        .map(|(name, value)| value.map(move |value| HashMap::from([(name.to_owned(), value)])))
        .reduce(|all, more| {
            pulumi_combine!(all, more).map(|(mut all, more)| {
                all.extend(more);
                all
            })
        })?;
    Some(all.map(|variables| FunctionEnvironment {
        variables: Some(variables),
    }))
}
