//! What may be declared.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::*;

fn read(properties: &Value) -> Result<Settings, String> {
    Settings::declared(properties.as_object().unwrap()).map_err(|error| error.to_string())
}

#[test]
fn row_5_mapping_batch_size_is_10_by_default_and_up_to_10000_with_a_window() {
    assert_eq!(read(&json!({})), Ok(Settings::default()));
    assert_eq!(Settings::default().batch_size, 10);
    let with = |size: u64, window: u64| {
        read(&json!({"batchSize": size, "maximumBatchingWindowInSeconds": window}))
    };
    for (size, window) in [(1, 0), (10, 0), (11, 1), (10_000, 300)] {
        let settings = with(size, window).unwrap();
        assert_eq!(settings.batch_size as u64, size);
        assert_eq!(settings.batching_window, Duration::from_secs(window));
    }
    for (size, window) in [(0, 1), (10_001, 1), (11, 0)] {
        assert!(with(size, window).is_err(), "{size} {window}");
    }
    let error = with(11, 0).unwrap_err();
    assert!(
        error.contains("maximumBatchingWindowInSeconds of at least 1"),
        "{error}"
    );
}

#[test]
fn row_5_mapping_batching_window_is_up_to_300_seconds() {
    let error = read(&json!({"maximumBatchingWindowInSeconds": 301})).unwrap_err();
    assert!(error.contains("from 0 to 300"), "{error}");
}

#[test]
fn row_5_mapping_maximum_concurrency_is_2_to_1000() {
    let with = |maximum: Value| read(&json!({"scalingConfig": {"maximumConcurrency": maximum}}));
    assert_eq!(with(json!(2.0)).unwrap().maximum_concurrency, Some(2));
    assert_eq!(with(json!(1_000)).unwrap().maximum_concurrency, Some(1_000));
    assert_eq!(with(Value::Null).unwrap().maximum_concurrency, None);
    for wrong in [json!(1), json!(1_001), json!(2.5), json!("5")] {
        let error = with(wrong).unwrap_err();
        assert!(error.contains("from 2 to 1000"), "{error}");
    }
}

#[test]
fn row_5_mapping_provisioned_pollers_are_refused_by_name() {
    let pollers = json!({"minimumPollers": 2, "maximumPollers": 4});
    let alone = read(&json!({"provisionedPollerConfig": pollers})).unwrap_err();
    assert!(
        alone.contains("provisioned pollers are not done here"),
        "{alone}"
    );
    let scaling = json!({"maximumConcurrency": 5});
    let both = json!({"provisionedPollerConfig": pollers, "scalingConfig": scaling});
    let both = read(&both).unwrap_err();
    assert!(both.contains("not both"), "{both}");
}

#[test]
fn row_5_mapping_no_failure_destination() {
    let destination = json!({"onFailure": {"destinationArn": "arn:aws:sqs:r:a:failures"}});
    let error = read(&json!({"destinationConfig": destination})).unwrap_err();
    assert!(error.contains("give the queue a redrivePolicy"), "{error}");
}

#[test]
fn what_is_for_streams_is_refused() {
    for (name, value) in [
        ("startingPosition", json!("TRIM_HORIZON")),
        ("bisectBatchOnFunctionError", json!(true)),
        ("maximumRecordAgeInSeconds", json!(60)),
        ("maximumRetryAttempts", json!(3)),
        ("parallelizationFactor", json!(2)),
        ("tumblingWindowInSeconds", json!(1)),
    ] {
        let error = read(&json!({name: value})).unwrap_err();
        assert!(
            error.starts_with(&format!("`{name}` is {value}; ")),
            "{error}"
        );
        assert!(read(&json!({name: null})).is_ok());
    }
}

#[test]
fn the_rest_is_read() {
    let settings = read(&json!({
        "enabled": false,
        "functionResponseTypes": ["ReportBatchItemFailures"],
        "filterCriteria": {"filters": [{"pattern": r#"{"body":{"a":[1]}}"#}]},
    }))
    .unwrap();
    assert!(!settings.enabled);
    assert!(settings.report_batch_item_failures);
    assert_eq!(settings.filters.len(), 1);
    assert!(read(&json!({"functionResponseTypes": ["Other"]})).is_err());
}
