//! ARNs: `arn:aws:<service>:<region>:<account>:<resource>`.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>

use super::Aws;

impl Aws {
    /// An ARN in this region and account.
    pub(super) fn arn(&self, service: &str, resource: &str) -> String {
        format!(
            "arn:aws:{service}:{}:{}:{resource}",
            self.region, self.account
        )
    }

    /// The ARN of a function given by name or ARN, as AWS takes it.
    pub(super) fn function_arn(&self, name_or_arn: &str) -> String {
        if name_or_arn.starts_with("arn:") {
            return name_or_arn.to_owned();
        }
        self.arn("lambda", &format!("function:{name_or_arn}"))
    }

    /// A queue's URL; with an endpoint of its own AWS's path-style form.
    pub(super) fn queue_url(&self, name: &str) -> String {
        let host = match &self.endpoint {
            Some(endpoint) => endpoint.trim_end_matches('/').to_owned(),
            None => format!("https://sqs.{}.amazonaws.com", self.region),
        };
        format!("{host}/{}/{name}", self.account)
    }
}
