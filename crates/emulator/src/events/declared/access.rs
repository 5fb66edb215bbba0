//! Which targets and dead-letter queues let which rules in, as the stack declares it.

use std::collections::{BTreeMap, BTreeSet};

use delivery::target::Refusal;
use delivery::target::permission::{Policy, Request};
use stack::{Resource, Stack};

use super::Target;
use crate::declaration::{DeclarationError, refuse, required, text};

/// The policies of queues and functions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Access {
    queues: BTreeMap<String, Queue>,
    /// By ARN: one policy for each permission.
    functions: BTreeMap<String, Vec<Policy>>,
    roles: BTreeSet<String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Queue {
    policy: Option<Policy>,
    /// The key of its messages, if it is not the queue's own.
    key: Option<String>,
}

impl Access {
    /// Reads queue policies, Lambda permissions and roles.
    pub(super) fn declared(stack: &Stack) -> Result<Self, DeclarationError> {
        let mut access = Self::default();
        let mut arns = BTreeMap::new();
        for resource in stack.of_type("aws:sqs/queue:Queue") {
            let arn = required(resource, "arn")?;
            let queue = Queue {
                policy: policy(resource)?,
                key: text(resource, "kmsMasterKeyId").map(ToOwned::to_owned),
            };
            access.queues.insert(arn.to_owned(), queue);
            let urls = ["url", "id"]
                .into_iter()
                .filter_map(|name| text(resource, name));
            arns.extend(urls.map(|url| (url, arn)));
        }
        for resource in stack.of_type("aws:sqs/queuePolicy:QueuePolicy") {
            let url = required(resource, "queueUrl")?;
            let queue = arns.get(url).and_then(|arn| access.queues.get_mut(*arn));
            let queue = queue.ok_or_else(|| {
                refuse(
                    resource,
                    format!("`queueUrl` is {url}, which is no declared queue"),
                )
            })?;
            queue.policy = policy(resource)?;
        }
        for resource in stack.of_type("aws:lambda/function:Function") {
            let arn = required(resource, "arn")?.to_owned();
            access.functions.insert(arn, Vec::new());
        }
        for resource in stack.of_type("aws:lambda/permission:Permission") {
            access.add_permission(resource)?;
        }
        let roles = stack.of_type("aws:iam/role:Role");
        access.roles = roles
            .filter_map(|role| text(role, "arn"))
            .map(ToOwned::to_owned)
            .collect();
        Ok(access)
    }

    fn add_permission(&mut self, resource: &Resource) -> Result<(), DeclarationError> {
        let named = required(resource, "function")?;
        // EventBridge does not send aws:SourceAccount: what asks for it allows nothing.
        if text(resource, "sourceAccount").is_some() {
            return Ok(());
        }
        let policy = Policy::of_permission(
            required(resource, "action")?,
            required(resource, "principal")?,
            text(resource, "sourceArn"),
        );
        let of_function = |arn: &str| arn == named || arn.ends_with(&format!(":function:{named}"));
        for (arn, policies) in &mut self.functions {
            if of_function(arn) {
                policies.push(policy.clone());
            }
        }
        Ok(())
    }

    /// Whether the rule may deliver to its target. What is not declared is let through: it is the
    /// target that is missing then.
    pub(in crate::events) fn to_target(
        &self,
        rule_arn: &str,
        target: &Target,
    ) -> Result<(), Refusal> {
        if let Some(role) = &target.role_arn {
            // What the role may do is not looked at.
            if self.roles.contains(role) {
                return Ok(());
            }
            let message = format!("there is no role {role}");
            return Err(Refusal::failed_to_assume_role(message));
        }
        if self.queues.contains_key(&target.arn) {
            return self.to_queue(rule_arn, &target.arn);
        }
        let arn = unqualified(&target.arn);
        let request = Request {
            action: "lambda:InvokeFunction",
            resource: arn,
            rule_arn,
        };
        match self.functions.get(arn) {
            Some(policies) if !policies.iter().any(|policy| policy.allows(&request)) => {
                Err(Refusal::no_permissions(format!(
                    "no permission of the function {arn} lets events.amazonaws.com invoke it for {rule_arn}"
                )))
            }
            _ => Ok(()),
        }
    }

    /// Whether the rule may send to a queue.
    pub(in crate::events) fn to_queue(&self, rule_arn: &str, arn: &str) -> Result<(), Refusal> {
        let Some(queue) = self.queues.get(arn) else {
            return Ok(());
        };
        if let Some(key) = &queue.key {
            return Err(Refusal::no_permissions(format!(
                "the queue {arn} is encrypted with {key}, and no key policy that lets events.amazonaws.com use it can be declared here"
            )));
        }
        let request = Request {
            action: "sqs:SendMessage",
            resource: arn,
            rule_arn,
        };
        match &queue.policy {
            Some(policy) if policy.allows(&request) => Ok(()),
            Some(_) => Err(Refusal::no_permissions(format!(
                "the policy of the queue {arn} does not let events.amazonaws.com send to it for {rule_arn}"
            ))),
            None => Err(Refusal::no_permissions(format!(
                "the queue {arn} has no policy that lets events.amazonaws.com send to it"
            ))),
        }
    }
}

fn policy(resource: &Resource) -> Result<Option<Policy>, DeclarationError> {
    text(resource, "policy")
        .map(|json| Policy::parse(json).map_err(|error| refuse(resource, error.to_string())))
        .transpose()
}

/// A function's ARN without a version or alias.
fn unqualified(arn: &str) -> &str {
    arn.match_indices(':')
        .nth(6)
        .map_or(arn, |(end, _)| &arn[..end])
}
