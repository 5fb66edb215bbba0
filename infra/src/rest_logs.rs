//! The role with which API Gateway writes logs: one setting for all APIs of an account in a region.

use pulumi_gestalt_rust::Output;

use crate::aws::apigateway::account::{self, AccountArgs};
use crate::aws::iam::role_policy_attachment::{self, RolePolicyAttachmentArgs};
use crate::flow::Flow;
use crate::role::{assumed_by, role};

/// AWS's own policy, which its page asks for: the setting is also for APIs that do not exist yet, and API Gateway refuses
/// a role that lacks rights it wants
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html>).
const PUSH_LOGS: &str = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs";

/// Declares the setting; its URN. Without it in the account, AWS refuses a stage with an access log.
pub(crate) fn api_gateway_log_role(flow: &Flow) -> Output<String> {
    let name = "api-gateway-logs";
    let trust = assumed_by("apigateway.amazonaws.com");
    let role = role(flow, name, &Output::new(trust));
    let policy = role_policy_attachment::create_with_options(
        flow.ctx,
        &format!("{name}-policy"),
        RolePolicyAttachmentArgs::builder()
            .role(role.name.clone())
            .policy_arn(PUSH_LOGS)
            .build_struct(),
        flow.options(),
    );
    account::create_with_options(
        flow.ctx,
        &format!("{name}-account"),
        AccountArgs::builder()
            .cloudwatch_role_arn(role.arn.clone())
            .build_struct(),
        flow.after(&[&policy.urn]),
    )
    .urn
}
