//! The record as a function gets it.

use std::collections::BTreeMap;

use serde_json::json;

use super::super::*;
use crate::queue::read_attributes;

#[test]
fn a_record_has_the_members_that_functions_read() {
    let system = json!({"ApproximateReceiveCount": "1", "SentTimestamp": "1545082649183"});
    let attributes = read_attributes(Some(&json!({
        "kind": {"DataType": "String", "StringValue": "order"},
        "raw": {"DataType": "Binary", "BinaryValue": "AAEC"},
    })))
    .unwrap();
    let given = record(&Parts {
        message_id: "id",
        receipt_handle: "handle",
        body: "hello",
        attributes: system.as_object().unwrap(),
        message_attributes: &attributes,
        queue_arn: "arn:aws:sqs:eu-west-1:123456789012:orders",
    });

    let digest = given["md5OfMessageAttributes"].as_str().unwrap();
    assert_eq!(digest.len(), 32);
    assert_eq!(
        given,
        json!({
            "messageId": "id",
            "receiptHandle": "handle",
            "body": "hello",
            "attributes": system,
            "messageAttributes": {
                "kind": {"dataType": "String", "stringValue": "order", "stringListValues": [], "binaryListValues": []},
                "raw": {"dataType": "Binary", "binaryValue": "AAEC", "stringListValues": [], "binaryListValues": []},
            },
            "md5OfBody": "5d41402abc4b2a76b9719d911017c592",
            "md5OfMessageAttributes": digest,
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:orders",
            "awsRegion": "eu-west-1",
        })
    );
}

#[test]
fn a_message_without_attributes_has_none_and_no_digest_of_them() {
    let system = serde_json::Map::new();
    let given = record(&Parts {
        message_id: "id",
        receipt_handle: "handle",
        body: "hello",
        attributes: &system,
        message_attributes: &BTreeMap::new(),
        queue_arn: "arn:aws:sqs:eu-west-1:123456789012:orders",
    });
    assert_eq!(given["messageAttributes"], json!({}));
    assert_eq!(given.get("md5OfMessageAttributes"), None);
}
