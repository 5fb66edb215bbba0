use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

/// A record of `GetRecords` as Lambda delivers it to a relay: with the ARN of its stream, and without capitals in the
/// user's identity (<https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>).
pub(super) fn as_delivered(
    mut record: Value,
    stream_arn: &str,
) -> serde_json::Result<Box<RawValue>> {
    if let Some(Value::Object(identity)) = record.get_mut("userIdentity") {
        let members: Map<_, _> = std::mem::take(identity)
            .into_iter()
            .map(|(name, value)| match name.as_str() {
                "PrincipalId" => ("principalId".to_owned(), value),
                "Type" => ("type".to_owned(), value),
                _ => (name, value),
            })
            .collect();
        *identity = members;
    }
    if let Value::Object(members) = &mut record {
        members.insert("eventSourceARN".to_owned(), stream_arn.into());
    }
    to_raw_value(&record)
}
