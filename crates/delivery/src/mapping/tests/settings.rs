use std::time::Duration;

use serde_json::{Value, json};

use super::world::defaults;
use crate::mapping::{Settings, SettingsError, StartingPosition};

fn declared(properties: Value) -> Result<Settings, SettingsError> {
    let Value::Object(mut properties) = properties else {
        panic!("properties are an object")
    };
    properties
        .entry("startingPosition")
        .or_insert(json!("TRIM_HORIZON"));
    Settings::declared(&properties)
}

#[test]
fn row_2_1_what_is_not_declared_has_the_default_of_aws() {
    assert_eq!(declared(json!({})).unwrap(), defaults());
    // Pulumi may send a property it does not set as null.
    assert_eq!(
        declared(json!({ "batchSize": null, "filterCriteria": null })).unwrap(),
        defaults()
    );
}

#[test]
fn row_2_1_everything_that_is_declared_is_read() {
    let settings = declared(json!({
        "batchSize": 7.0,
        "maximumBatchingWindowInSeconds": 300,
        "parallelizationFactor": 10,
        "startingPosition": "LATEST",
        "maximumRetryAttempts": 10_000,
        "maximumRecordAgeInSeconds": 72_000,
        "bisectBatchOnFunctionError": true,
        "functionResponseTypes": ["ReportBatchItemFailures"],
        "filterCriteria": { "filters": [{ "pattern": "{\"eventName\":[\"INSERT\"]}" }] },
        "destinationConfig": { "onFailure": { "destinationArn": "arn:aws:s3:::failures" } },
        "enabled": false,
    }))
    .unwrap();
    assert_eq!(settings.batch_size, 7);
    assert_eq!(settings.batching_window, Duration::from_mins(5));
    assert_eq!(settings.parallelization_factor, 10);
    assert_eq!(settings.starting_position, StartingPosition::Latest);
    assert_eq!(settings.maximum_retry_attempts, Some(10_000));
    assert_eq!(settings.maximum_record_age, Some(Duration::from_hours(20)));
    assert!(settings.bisect_batch_on_function_error && settings.report_batch_item_failures);
    assert_eq!(
        settings.on_failure.as_deref(),
        Some("arn:aws:s3:::failures")
    );
    assert!(!settings.enabled);
    assert!(settings.wants(&json!({ "eventName": "INSERT" })));
    assert!(!settings.wants(&json!({ "eventName": "REMOVE" })));
}

#[test]
fn row_2_1_what_aws_refuses_is_refused_with_the_limit() {
    for (properties, named) in [
        (
            json!({ "batchSize": 0 }),
            "`batchSize` is 0; AWS takes a whole number from 1 to 10000",
        ),
        (json!({ "batchSize": 10_001 }), "`batchSize` is 10001"),
        (json!({ "batchSize": 1.5 }), "`batchSize` is 1.5"),
        (json!({ "batchSize": "many" }), "`batchSize` is \"many\""),
        (
            json!({ "maximumBatchingWindowInSeconds": 301 }),
            "from 0 to 300",
        ),
        (json!({ "parallelizationFactor": 11 }), "from 1 to 10"),
        (
            json!({ "maximumRetryAttempts": -2 }),
            "-1 for no limit, or a whole number from 0 to 10000",
        ),
        (
            json!({ "maximumRecordAgeInSeconds": 59 }),
            "from 60 to 604800",
        ),
        (
            json!({ "startingPosition": "AT_TIMESTAMP" }),
            "TRIM_HORIZON or LATEST",
        ),
        (
            json!({ "startingPosition": null }),
            "`startingPosition` is null",
        ),
        (
            json!({ "functionResponseTypes": ["ReportAll"] }),
            "ReportBatchItemFailures",
        ),
        (
            json!({ "bisectBatchOnFunctionError": "yes" }),
            "true or false",
        ),
        (
            json!({ "tumblingWindowInSeconds": 60 }),
            "tumbling windows are not done here",
        ),
        (
            json!({ "filterCriteria": { "filters": [{ "pattern": "{" }] } }),
            "a pattern is not JSON",
        ),
        (
            json!({ "filterCriteria": { "filters": [{ "pattern": "{\"a\":1}" }] } }),
            "event pattern is not valid at",
        ),
        (
            json!({ "destinationConfig": { "onFailure": { "destinationArn": "arn:aws:sqs:r:a:q.fifo" } } }),
            "standard queue or a bucket",
        ),
        (
            json!({ "destinationConfig": { "onFailure": { "destinationArn": "arn:aws:sns:r:a:t" } } }),
            "not done here",
        ),
    ] {
        let error = declared(properties.clone()).unwrap_err().to_string();
        assert!(error.contains(named), "{properties}: {error}");
    }
}
