//! Physical names: `<project>-<stack>-<name>`, so that several stacks live side by side in one account.

use crate::Error;

/// What fits before the longest name of the program, that of a bucket: 63 characters less
/// `-orders-stream-failures-` and the 12 digits of the account
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>).
const LONGEST_PREFIX: usize = 27;

/// Makes the names that AWS sees.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    prefix: String,
}

impl Names {
    /// Names of one stack. Refuses what some AWS service would refuse half-way through a deployment.
    pub(crate) fn new(project: &str, stack: &str) -> Result<Self, Error> {
        let prefix = format!("{project}-{stack}");
        let fits = prefix.len() <= LONGEST_PREFIX
            && prefix
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && prefix.starts_with(|first: char| first.is_ascii_alphanumeric());
        if fits {
            Ok(Self { prefix })
        } else {
            Err(Error::StackName {
                prefix,
                longest: LONGEST_PREFIX,
            })
        }
    }

    /// The physical name of the resource that the program calls `name`.
    pub(crate) fn physical(&self, name: &str) -> String {
        format!("{}-{name}", self.prefix)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    #[test]
    fn a_physical_name_begins_with_project_and_stack() {
        assert_eq!(
            Names::new("outbox", "dev").unwrap().physical("users"),
            "outbox-dev-users"
        );
    }

    #[test]
    fn a_stack_whose_names_aws_would_refuse_is_refused_at_once() {
        for stack in [
            "Dev",
            "my_stack",
            "eu.west",
            "a-stack-name-that-is-too-long",
        ] {
            let error = Names::new("outbox", stack).unwrap_err().to_string();
            assert!(error.contains(&format!("\"outbox-{stack}\"")), "{error}");
            assert!(error.contains("27"), "{error}");
        }
    }

    #[test]
    fn the_longest_prefix_leaves_room_for_every_name() {
        let names = Names::new("outbox", &"s".repeat(LONGEST_PREFIX - "outbox-".len())).unwrap();
        assert_eq!(
            names.physical("orders-stream-failures-123456789012").len(),
            63,
            "a bucket's name"
        );
    }
}
