//! The event source mapping from a table's stream to its relay.

use pulumi_gestalt_rust::Output;

use crate::aws::dynamodb::table::TableResult;
use crate::aws::lambda::event_source_mapping::{
    EventSourceMappingArgs, EventSourceMappingResult, create_with_options,
};
use crate::aws::types::lambda::{
    EventSourceMappingDestinationConfig, EventSourceMappingDestinationConfigOnFailure,
    EventSourceMappingFilterCriteria, EventSourceMappingFilterCriteriaFilter,
    EventSourceMappingMetricsConfig,
};
use crate::flow::Flow;
use crate::relay::Relay;

/// The oldest record first: `LATEST` loses what is written while the mapping is being made
/// (<https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>).
const STARTING_POSITION: &str = "TRIM_HORIZON";
const BATCH_SIZE: i32 = 100;
/// 20 h: what can't be relayed must be in the bucket before the stream trims it after 24 h.
const MAXIMUM_RECORD_AGE_SECONDS: i32 = 72_000;
/// The most that Lambda takes, so that an outage is bridged up to the age limit
/// (<https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html>).
const MAXIMUM_RETRY_ATTEMPTS: i32 = 10_000;

/// Feeds each change of the table to the relay, in the order of each item; what can't be relayed in time goes to the
/// relay's bucket, the only destination that takes the records themselves.
///
/// `behind` are the URNs of all that an event passes behind the relay: it must be there before the first event and
/// stay until after the last.
pub(crate) fn relay_changes(
    flow: &Flow,
    table: &TableResult,
    relay: &Relay,
    behind: &[&Output<String>],
) -> EventSourceMappingResult {
    declare(flow, table, relay, behind, None)
}

/// New rows of an outbox table and nothing else: the marks of the relay itself, the counters of aggregates and what
/// expires are no events
/// (<https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html>).
const NEW_ROWS: &str =
    r#"{"eventName":["INSERT"],"dynamodb":{"NewImage":{"detailType":{"S":[{"exists":true}]}}}}"#;

/// Feeds each new row of the outbox table to the relay, as above.
pub(crate) fn relay_rows(
    flow: &Flow,
    table: &TableResult,
    relay: &Relay,
    behind: &[&Output<String>],
) -> EventSourceMappingResult {
    let filter = EventSourceMappingFilterCriteriaFilter {
        pattern: Some(NEW_ROWS.to_owned()),
    };
    let filters = EventSourceMappingFilterCriteria {
        filters: Some(vec![filter]),
    };
    declare(flow, table, relay, behind, Some(filters))
}

fn declare(
    flow: &Flow,
    table: &TableResult,
    relay: &Relay,
    behind: &[&Output<String>],
    filters: Option<EventSourceMappingFilterCriteria>,
) -> EventSourceMappingResult {
    create_with_options(
        flow.ctx,
        &format!("{}-mapping", relay.function.name),
        EventSourceMappingArgs::builder()
            .event_source_arn(table.stream_arn.clone())
            .function_name(relay.function.lambda.arn.clone())
            .starting_position(STARTING_POSITION)
            .batch_size(BATCH_SIZE)
            .maximum_record_age_in_seconds(MAXIMUM_RECORD_AGE_SECONDS)
            .maximum_retry_attempts(MAXIMUM_RETRY_ATTEMPTS)
            .bisect_batch_on_function_error(true)
            .function_response_types(["ReportBatchItemFailures"])
            .destination_config(relay.stream_failures.arn.map(on_failure))
            .maybe_filter_criteria(filters)
            .metrics_config(EventSourceMappingMetricsConfig {
                metrics: vec!["EventCount".to_owned()],
            })
            .build_struct(),
        flow.after(&[&relay.urns(), behind].concat()),
    )
}

fn on_failure(destination_arn: String) -> EventSourceMappingDestinationConfig {
    EventSourceMappingDestinationConfig {
        on_failure: Some(Box::new(EventSourceMappingDestinationConfigOnFailure {
            destination_arn,
        })),
    }
}
