use std::time::Duration;

use serde_json::{Value, json};

use super::world::defaults;
use crate::mapping::{Settings, SettingsError, StartingPosition};

pub(super) fn declared(properties: Value) -> Result<Settings, SettingsError> {
    let Value::Object(mut properties) = properties else {
        panic!("properties are an object")
    };
    properties
        .entry("startingPosition")
        .or_insert(json!("TRIM_HORIZON"));
    Settings::declared(&properties)
}

pub(super) fn refused(properties: Value, named: &str) {
    let error = declared(properties).unwrap_err().to_string();
    assert!(error.contains(named), "{error}");
}

#[test]
fn what_is_not_declared_has_the_default_of_aws() {
    assert_eq!(declared(json!({})).unwrap(), defaults());
    // Pulumi may send a property it does not set as null.
    assert_eq!(
        declared(json!({ "batchSize": null, "filterCriteria": null })).unwrap(),
        defaults()
    );
}

#[test]
fn row_2_1_batch_size_is_100_or_1_to_10_000() {
    assert_eq!(declared(json!({})).unwrap().batch_size, 100);
    for size in [1, 10_000] {
        let settings = declared(json!({ "batchSize": size })).unwrap();
        assert_eq!(settings.batch_size, size);
    }
    // Pulumi sends all numbers as doubles.
    assert_eq!(declared(json!({ "batchSize": 7.0 })).unwrap().batch_size, 7);
    refused(
        json!({ "batchSize": 0 }),
        "`batchSize` is 0; AWS takes a whole number from 1 to 10000",
    );
    refused(json!({ "batchSize": 10_001 }), "`batchSize` is 10001");
    refused(json!({ "batchSize": 1.5 }), "`batchSize` is 1.5");
    refused(json!({ "batchSize": "many" }), "`batchSize` is \"many\"");
}

#[test]
fn row_2_1_maximum_batching_window_is_0_to_300_seconds() {
    assert_eq!(declared(json!({})).unwrap().batching_window, Duration::ZERO);
    let name = "maximumBatchingWindowInSeconds";
    let settings = declared(json!({ name: 300, "batchSize": 100 })).unwrap();
    assert_eq!(settings.batching_window, Duration::from_mins(5));
    refused(json!({ name: 301 }), "from 0 to 300");
}

#[test]
fn row_2_1_parallelization_factor_is_1_to_10() {
    let name = "parallelizationFactor";
    assert_eq!(declared(json!({})).unwrap().parallelization_factor, 1);
    let settings = declared(json!({ name: 10 })).unwrap();
    assert_eq!(settings.parallelization_factor, 10);
    refused(json!({ name: 0 }), "from 1 to 10");
    refused(json!({ name: 11 }), "from 1 to 10");
}

#[test]
fn row_2_1_starting_position_must_be_given() {
    let name = "startingPosition";
    let settings = declared(json!({ name: "LATEST" })).unwrap();
    assert_eq!(settings.starting_position, StartingPosition::Latest);
    refused(json!({ name: "AT_TIMESTAMP" }), "TRIM_HORIZON or LATEST");
    refused(json!({ name: null }), "`startingPosition` is null");
}

#[test]
fn row_2_1_maximum_retry_attempts_is_endless_or_0_to_10_000() {
    let name = "maximumRetryAttempts";
    let retries = |retries: Value| declared(json!({ name: retries })).unwrap();
    assert_eq!(retries(json!(null)).maximum_retry_attempts, None);
    assert_eq!(retries(json!(-1)).maximum_retry_attempts, None);
    assert_eq!(retries(json!(0)).maximum_retry_attempts, Some(0));
    assert_eq!(retries(json!(10_000)).maximum_retry_attempts, Some(10_000));
    for wrong in [-2, 10_001] {
        refused(
            json!({ name: wrong }),
            "-1 for no limit, or a whole number from 0 to 10000",
        );
    }
}

#[test]
fn row_2_1_maximum_record_age_is_endless_or_60_to_604_800_seconds() {
    let name = "maximumRecordAgeInSeconds";
    let age = |age: Value| declared(json!({ name: age })).unwrap().maximum_record_age;
    assert_eq!(age(json!(null)), None);
    assert_eq!(age(json!(-1)), None);
    assert_eq!(age(json!(60)), Some(Duration::from_mins(1)));
    assert_eq!(age(json!(604_800)), Some(Duration::from_hours(24 * 7)));
    for wrong in [0, 59, 604_801] {
        refused(json!({ name: wrong }), "from 60 to 604800");
    }
}

#[test]
fn row_2_1_bisect_batch_on_function_error_is_off_unless_asked_for() {
    let name = "bisectBatchOnFunctionError";
    let bisects = |properties| {
        let settings = declared(properties).unwrap();
        settings.bisect_batch_on_function_error
    };
    assert!(!bisects(json!({})));
    assert!(bisects(json!({ name: true })));
    refused(json!({ name: "yes" }), "true or false");
}

#[test]
fn row_2_1_tumbling_window_is_refused_by_name() {
    let name = "tumblingWindowInSeconds";
    assert!(declared(json!({ name: 0 })).is_ok());
    refused(json!({ name: 60 }), "tumbling windows are not done here");
    refused(json!({ name: 901 }), "from 0 to 900");
}

#[test]
fn row_2_1_function_response_types_is_nothing_or_the_one_there_is() {
    let name = "functionResponseTypes";
    let reports = |properties| declared(properties).unwrap().report_batch_item_failures;
    assert!(!reports(json!({})));
    assert!(!reports(json!({ name: [] })));
    assert!(reports(json!({ name: ["ReportBatchItemFailures"] })));
    refused(json!({ name: ["ReportAll"] }), "ReportBatchItemFailures");
}

#[test]
fn row_2_1_metrics_config_is_checked_and_changes_nothing() {
    let metrics = |names: Value| json!({ "metricsConfig": { "metrics": names } });
    assert_eq!(
        declared(metrics(json!(["EventCount", "ErrorCount"]))).unwrap(),
        defaults()
    );
    refused(metrics(json!(["KafkaMetrics"])), "EventCount");
}

#[test]
fn a_disabled_mapping_is_declared_so() {
    assert!(declared(json!({})).unwrap().enabled);
    assert!(!declared(json!({ "enabled": false })).unwrap().enabled);
}
