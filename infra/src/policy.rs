//! Policy documents as typed values
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html>).

use std::collections::BTreeMap;

use serde::Serialize;

/// A policy document: who may do what, to which resource, under which condition.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Policy {
    version: &'static str,
    statement: Vec<Statement>,
}

/// One permission. There is no `Deny` here: what nothing allows is denied.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Statement {
    effect: &'static str,
    /// Only in a policy that stands at a resource or says who may take a role.
    #[serde(skip_serializing_if = "Option::is_none")]
    principal: Option<Principal>,
    action: &'static [&'static str],
    /// Absent in a trust policy, whose resource is the role itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<String>,
    /// Operator to condition key to value.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    condition: BTreeMap<&'static str, BTreeMap<&'static str, String>>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Principal {
    service: &'static str,
}

impl Policy {
    /// The document with these permissions and no others.
    pub(crate) fn of(statement: impl IntoIterator<Item = Statement>) -> Self {
        Self {
            version: "2012-10-17",
            statement: statement.into_iter().collect(),
        }
    }

    /// The JSON text that AWS takes.
    #[expect(
        clippy::expect_used,
        reason = "a document of strings and lists has a JSON form, whatever they hold"
    )]
    pub(crate) fn json(&self) -> String {
        serde_json::to_string(self).expect("a policy is plain data")
    }
}

impl Statement {
    /// Allows these actions; say on what with [`Statement::on`].
    pub(crate) fn allow(action: &'static [&'static str]) -> Self {
        Self {
            effect: "Allow",
            principal: None,
            action,
            resource: None,
            condition: BTreeMap::new(),
        }
    }

    /// The resource that the actions may touch: an ARN.
    pub(crate) fn on(mut self, arn: impl Into<String>) -> Self {
        self.resource = Some(arn.into());
        self
    }

    /// The AWS service that is allowed, for example `events.amazonaws.com`.
    pub(crate) fn for_service(mut self, service: &'static str) -> Self {
        self.principal = Some(Principal { service });
        self
    }

    /// Only when the condition key has this value.
    pub(crate) fn when(
        mut self,
        operator: &'static str,
        key: &'static str,
        value: impl Into<String>,
    ) -> Self {
        self.condition
            .entry(operator)
            .or_default()
            .insert(key, value.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_policy_reads_as_in_the_iam_reference() {
        let policy = Policy::of([
            Statement::allow(&["sqs:SendMessage"])
                .for_service("events.amazonaws.com")
                .on("arn:aws:sqs:us-east-1:123456789012:letters")
                .when(
                    "ArnEquals",
                    "aws:SourceArn",
                    "arn:aws:events:us-east-1:123456789012:rule/bus/rule",
                ),
            Statement::allow(&["sts:AssumeRole"]).for_service("lambda.amazonaws.com"),
        ]);

        assert_eq!(
            serde_json::from_str::<Value>(&policy.json()).ok(),
            Some(json!({
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": { "Service": "events.amazonaws.com" },
                        "Action": ["sqs:SendMessage"],
                        "Resource": "arn:aws:sqs:us-east-1:123456789012:letters",
                        "Condition": {
                            "ArnEquals": { "aws:SourceArn": "arn:aws:events:us-east-1:123456789012:rule/bus/rule" }
                        }
                    },
                    {
                        "Effect": "Allow",
                        "Principal": { "Service": "lambda.amazonaws.com" },
                        "Action": ["sts:AssumeRole"]
                    }
                ]
            }))
        );
    }
}
