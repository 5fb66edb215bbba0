//! The one place where names of the store and names that clients see meet.

use serde_json::Value;

/// How ARNs of the store begin.
const STORED: &str = "arn:aws:dynamodb:dynoxide:000000000000:";

/// The region and account that clients see.
#[derive(Clone, Debug)]
pub(super) struct Names {
    region: String,
    prefix: String,
}

impl Names {
    pub(super) fn new(region: &str, account: &str) -> Self {
        Self {
            region: region.to_owned(),
            prefix: format!("arn:aws:dynamodb:{region}:{account}:"),
        }
    }

    pub(super) fn region(&self) -> &str {
        &self.region
    }

    /// The name of a table that a client names, by name or by ARN.
    pub(super) fn table<'a>(&self, name_or_arn: &'a str) -> &'a str {
        name_or_arn
            .strip_prefix(&self.prefix)
            .and_then(|rest| rest.strip_prefix("table/"))
            .unwrap_or(name_or_arn)
    }

    /// Puts our region and account into every ARN of an answer that holds no items.
    pub(super) fn rewrite(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(rest) = text.strip_prefix(STORED) {
                    *text = format!("{}{rest}", self.prefix);
                }
            }
            Value::Array(members) => members.iter_mut().for_each(|member| self.rewrite(member)),
            Value::Object(members) => members
                .iter_mut()
                .for_each(|(_, member)| self.rewrite(member)),
            _ => {}
        }
    }
}

/// The id of a stream's one shard: always the same for one stream, and as long as AWS's.
pub(super) fn shard_id(stream_arn: &str) -> String {
    // FNV-1a: small, and the same in every version of Rust.
    let hash = stream_arn.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    format!("shardId-{:020}-{hash:08x}", 1)
}

/// The label at the end of a stream's ARN.
pub(super) fn stream_label(stream_arn: &str) -> &str {
    stream_arn.rsplit_once('/').map_or("", |(_, label)| label)
}
