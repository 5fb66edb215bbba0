//! The table's stream: insertions of users, one after the other.

use serde_json::{Value, json};

/// The stream's record at this position, as Lambda hands it to a function.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>.
pub(crate) fn record(position: usize) -> Value {
    let id = format!("f3b1c9de-6d3a-4f6f-9d0e-{position:012x}");
    json!({
        "eventID": event_id(position),
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_763_702_220,
            "Keys": {"id": {"S": id}},
            "NewImage": {
                "id": {"S": id},
                "username": {"S": format!("augusta_{position}")},
                "email": {"S": "augusta@example.com"},
                "avatar": {"S": format!("https://picsum.photos/seed/{position}/256")},
                "birthdate": {"S": "1990-12-10"},
                "registeredAt": {"S": "2026-11-21T05:17:00.123Z"},
            },
            "SequenceNumber": sequence_number(position),
            "SizeBytes": 262,
            "StreamViewType": "NEW_IMAGE",
        },
        "eventSourceARN": "arn:aws:dynamodb:us-east-1:000000000000:table/users/stream/2026-11-21T00:00:00.000",
    })
}

/// The record's `eventID`; the ids of its events start with it.
pub(crate) fn event_id(position: usize) -> String {
    format!("{position:032x}")
}

/// The record's place in its shard.
pub(crate) fn sequence_number(position: usize) -> String {
    format!("{}", 4_000_000_000_000_000_000_000_u128 + position as u128)
}
