use std::time::Duration;

use serde_json::{Value, json};

use super::{STREAM, pipe, properties, refusal};
use crate::mapping::StartingPosition;
use crate::pipe::Settings;

fn settings(stream: &Value) -> Settings {
    Settings::declared(&pipe(stream, &json!({}), None), "orders").unwrap()
}

fn refused(stream: &Value) -> String {
    refusal(&pipe(stream, &json!({}), None))
}

/// A pipe with these filters.
fn filtering(filters: &Value) -> Result<Settings, String> {
    let mut properties = pipe(&json!({}), &json!({}), None);
    let filters = json!({ "filters": filters });
    properties["sourceParameters"]["filterCriteria"] = filters;
    Settings::declared(&properties, "orders").map_err(|error| error.to_string())
}

#[test]
fn row_4_1_starting_position_must_be_given() {
    assert_eq!(
        settings(&json!({})).reading.starting_position,
        StartingPosition::TrimHorizon
    );
    let latest = settings(&json!({ "startingPosition": "LATEST" }));
    assert_eq!(latest.reading.starting_position, StartingPosition::Latest);
    let error = refused(&json!({ "startingPosition": "AT_TIMESTAMP" }));
    assert!(
        error.contains("dynamodbStreamParameters.startingPosition"),
        "{error}"
    );
    let error = refusal(&properties(&json!({ "source": STREAM })));
    assert!(error.contains("startingPosition` is missing"), "{error}");
}

#[test]
fn row_4_1_batch_size_is_cut_at_ten_for_a_bus_and_told() {
    assert_eq!(settings(&json!({})).reading.batch_size, 10);
    for (declared, used) in [(1, 1), (10, 10), (11, 10), (10_000, 10)] {
        let settings = settings(&json!({ "batchSize": declared }));
        assert_eq!(settings.reading.batch_size, used);
        assert_eq!(settings.remarks.len(), usize::from(declared > 10));
    }
    for wrong in [0, 10_001] {
        let error = refused(&json!({ "batchSize": wrong }));
        assert!(error.contains("from 1 to 10000"), "{error}");
    }
}

#[test]
fn row_4_1_maximum_batching_window_is_at_most_five_minutes() {
    let longest = settings(&json!({ "maximumBatchingWindowInSeconds": 300 }));
    assert_eq!(longest.reading.batching_window, Duration::from_mins(5));
    assert_eq!(settings(&json!({})).reading.batching_window, Duration::ZERO);
    let error = refused(&json!({ "maximumBatchingWindowInSeconds": 301 }));
    assert!(error.contains("from 0 to 300"), "{error}");
}

#[test]
fn row_4_1_maximum_retry_attempts_are_endless_unless_told() {
    for endless in [json!({}), json!({ "maximumRetryAttempts": -1 })] {
        assert_eq!(settings(&endless).reading.maximum_retry_attempts, None);
    }
    for number in [0, 10_000] {
        let settings = settings(&json!({ "maximumRetryAttempts": number }));
        assert_eq!(settings.reading.maximum_retry_attempts, Some(number));
    }
    for wrong in [-2, 10_001] {
        let error = refused(&json!({ "maximumRetryAttempts": wrong }));
        assert!(error.contains("-1 for no limit"), "{error}");
    }
}

#[test]
fn row_4_1_maximum_record_age_has_no_least_but_endless() {
    assert_eq!(settings(&json!({})).reading.maximum_record_age, None);
    let age = |seconds: i64| {
        settings(&json!({ "maximumRecordAgeInSeconds": seconds }))
            .reading
            .maximum_record_age
    };
    assert_eq!(age(-1), None);
    assert_eq!(age(1), Some(Duration::from_secs(1)));
    assert_eq!(age(604_800), Some(Duration::from_hours(168)));
    let error = refused(&json!({ "maximumRecordAgeInSeconds": 604_801 }));
    assert!(error.contains("from 0 to 604800"), "{error}");
}

#[test]
fn row_4_1_parallelization_factor_is_one_to_ten() {
    assert_eq!(settings(&json!({})).reading.parallelization_factor, 1);
    let ten = settings(&json!({ "parallelizationFactor": 10 }));
    assert_eq!(ten.reading.parallelization_factor, 10);
    for wrong in [0, 11] {
        let error = refused(&json!({ "parallelizationFactor": wrong }));
        assert!(error.contains("from 1 to 10"), "{error}");
    }
}

#[test]
fn row_4_1_on_partial_batch_item_failure_is_automatic_bisect_or_nothing() {
    assert!(!settings(&json!({})).reading.bisect_batch_on_function_error);
    let bisect = settings(&json!({ "onPartialBatchItemFailure": "AUTOMATIC_BISECT" }));
    assert!(bisect.reading.bisect_batch_on_function_error);
    let error = refused(&json!({ "onPartialBatchItemFailure": "BISECT" }));
    assert!(error.contains("AUTOMATIC_BISECT, or nothing"), "{error}");
}

#[test]
fn row_4_1_dead_letter_config_names_a_standard_queue() {
    let to = |arn: &str| json!({ "deadLetterConfig": { "arn": arn } });
    let queue = "arn:aws:sqs:eu-west-1:123456789012:failed";
    assert_eq!(
        settings(&to(queue)).reading.on_failure.as_deref(),
        Some(queue)
    );
    assert_eq!(settings(&json!({})).reading.on_failure, None);
    for (arn, named) in [
        ("arn:aws:sqs:eu-west-1:123456789012:failed.fifo", "no FIFO"),
        ("arn:aws:sns:eu-west-1:123456789012:failed.fifo", "no FIFO"),
        (
            "arn:aws:sns:eu-west-1:123456789012:failed",
            "not supported here: a topic",
        ),
        ("arn:aws:s3:::failed", "standard queue or topic"),
    ] {
        let error = refused(&to(arn));
        assert!(error.contains(named), "{error}");
    }
}

#[test]
fn row_4_1_filter_criteria_are_at_most_five_patterns_of_which_one_must_match() {
    let status = |status: &str| {
        let pattern = json!({ "dynamodb": { "NewImage": { "status": { "S": [status] } } } });
        json!({ "pattern": pattern.to_string() })
    };
    let settings = filtering(&json!([status("CREATED"), status("COOKING")])).unwrap();
    let record = |status: &str| super::record(&json!({ "status": { "S": status } }));
    assert!(settings.reading.wants(&record("CREATED")));
    assert!(settings.reading.wants(&record("COOKING")));
    assert!(!settings.reading.wants(&record("created")));
    assert!(
        !settings
            .reading
            .wants(r#"{"dynamodb":{"Keys":{"id":{"S":"7"}}}}"#)
    );
    assert_eq!(settings.remarks, Vec::<String>::new());

    assert!(filtering(&json!(vec![status("A"); 5])).is_ok());
    let error = filtering(&json!(vec![status("A"); 6])).unwrap_err();
    assert!(error.contains("at most 5 filters"), "{error}");
    let long = |length: usize| json!([{ "pattern": format!(r#"{{"a":["{}"]}}"#, "x".repeat(length - 10)) }]);
    assert!(filtering(&long(4_096)).is_ok());
    let error = filtering(&long(4_097)).unwrap_err();
    assert!(error.contains("at most 4,096 characters"), "{error}");
    let error = filtering(&json!([{ "pattern": r#"{"a":[{"wildcard":"*"}]}"# }])).unwrap_err();
    assert!(error.contains("no wildcard"), "{error}");
}

#[test]
fn row_4_2_filters_by_a_key_that_awss_page_forbids_are_told() {
    for (pattern, told) in [
        (r#"{"eventName":["INSERT"]}"#, 1),
        (r#"{"$or":[{"eventName":["INSERT"]},{"eventID":["1"]}]}"#, 2),
        (r#"{"dynamodb":{"Keys":{"id":{"S":["7"]}}}}"#, 0),
    ] {
        let settings = filtering(&json!([{ "pattern": pattern }])).unwrap();
        assert_eq!(settings.remarks.len(), told, "{:?}", settings.remarks);
    }
}

#[test]
fn row_4_1_pipe_is_running_or_stopped() {
    let state = |state: Value| {
        let mut properties = pipe(&json!({}), &json!({}), None);
        properties.insert("desiredState".to_owned(), state);
        // It changes nothing about what is published.
        properties.insert("logConfiguration".to_owned(), json!({ "level": "ERROR" }));
        Settings::declared(&properties, "orders")
    };
    assert!(state(Value::Null).unwrap().reading.enabled);
    assert!(state(json!("RUNNING")).unwrap().reading.enabled);
    assert!(!state(json!("STOPPED")).unwrap().reading.enabled);
    let error = state(json!("PAUSED")).unwrap_err().to_string();
    assert!(error.contains("RUNNING or STOPPED"), "{error}");
}

#[test]
fn row_4_2_other_targets_sources_and_enrichments_are_refused_by_name() {
    for (name, value, property) in [
        (
            "enrichment",
            json!("arn:aws:lambda:::function:f"),
            "`enrichment`",
        ),
        (
            "enrichmentParameters",
            json!({ "inputTemplate": "{}" }),
            "`enrichmentParameters`",
        ),
        ("kmsKeyIdentifier", json!("key"), "`kmsKeyIdentifier`"),
        (
            "sourceParameters",
            json!({ "sqsQueueParameters": { "batchSize": 1 } }),
            "`sourceParameters.sqsQueueParameters`",
        ),
        (
            "targetParameters",
            json!({ "lambdaFunctionParameters": { "invocationType": "REQUEST_RESPONSE" } }),
            "`targetParameters.lambdaFunctionParameters`",
        ),
    ] {
        let mut properties = pipe(&json!({}), &json!({}), None);
        properties.insert(name.to_owned(), value);
        let error = refusal(&properties);
        assert!(error.starts_with(property), "{error}");
        assert!(error.contains("not supported here: "), "{error}");
    }
}
