use delivery::rest::AccessLog;
use stack::Resource;

use crate::declaration::{DeclarationError, property, refuse};

/// Where a stage's access log goes and what it says of each request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessLogging {
    /// The name of the log group.
    pub log_group: String,
    /// What each line says.
    pub format: AccessLog,
}

/// Reads `accessLogSettings`.
pub(super) fn declared(stage: &Resource) -> Result<Option<AccessLogging>, DeclarationError> {
    let Some(settings) = property(stage, "accessLogSettings") else {
        return Ok(None);
    };
    let text = |name: &str| {
        let text = settings.get(name).and_then(serde_json::Value::as_str);
        text.ok_or_else(|| {
            let reason = format!("the property `accessLogSettings.{name}` is missing");
            refuse(stage, reason)
        })
    };
    let destination = text("destinationArn")?;
    let log_group = log_group(destination).ok_or_else(|| {
        let reason = format!(
            "`accessLogSettings.destinationArn` is {destination}; here it must be a log group's ARN, \
             Firehose is not supported"
        );
        refuse(stage, reason)
    })?;
    let format = AccessLog::parse(text("format")?)
        .map_err(|error| refuse(stage, format!("`accessLogSettings.format`: {error}")))?;
    Ok(Some(AccessLogging { log_group, format }))
}

/// The name in `arn:aws:logs:REGION:ACCOUNT:log-group:NAME`, which may end with `:*`.
fn log_group(arn: &str) -> Option<String> {
    let mut parts = arn.splitn(7, ':').skip(2);
    if parts.next()? != "logs" || parts.nth(2)? != "log-group" {
        return None;
    }
    let name = parts.next()?;
    let name = name.strip_suffix(":*").unwrap_or(name);
    let valid = |c: char| c.is_ascii_alphanumeric() || "_-/.#".contains(c);
    (!name.is_empty() && name.chars().all(valid)).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_groups_name_is_read_from_its_arn_in_both_forms() {
        let name = Some("/aws/apigateway/shop".to_owned());
        let arn = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/apigateway/shop";

        assert_eq!(log_group(arn), name);
        assert_eq!(log_group(&format!("{arn}:*")), name);
        for other in [
            "arn:aws:firehose:us-east-1:000000000000:deliverystream/amazon-apigateway-a",
            "arn:aws:logs:us-east-1:000000000000:log-group:",
            "arn:aws:logs:us-east-1:000000000000:log-group:a:log-stream:b",
            "shop",
        ] {
            assert_eq!(log_group(other), None, "{other}");
        }
    }
}
