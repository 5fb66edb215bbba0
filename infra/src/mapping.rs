//! The event source mapping from a table's stream to its relay.

use pulumi_gestalt_rust::Output;

use crate::aws::dynamodb::table::TableResult;
use crate::aws::lambda::event_source_mapping::{
    EventSourceMappingArgs, EventSourceMappingResult, create_with_options,
};
use crate::aws::s3::bucket::BucketResult;
use crate::aws::types::lambda::{
    EventSourceMappingDestinationConfig, EventSourceMappingDestinationConfigOnFailure,
    EventSourceMappingMetricsConfig,
};
use crate::flow::Flow;
use crate::function::Function;

/// How a relay reads its stream
/// (<https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html>).
struct Delivery {
    /// The oldest record first: `LATEST` loses what is written while the mapping is being made.
    starting_position: &'static str,
    batch_size: i32,
    /// 20 h: what a relay can't publish must be in the bucket before the stream trims it after 24 h.
    maximum_record_age_in_seconds: i32,
    /// The most that Lambda takes, so that an outage is bridged up to the age limit.
    maximum_retry_attempts: i32,
}

const DELIVERY: Delivery = Delivery {
    starting_position: "TRIM_HORIZON",
    batch_size: 100,
    maximum_record_age_in_seconds: 72_000,
    maximum_retry_attempts: 10_000,
};

/// Feeds each change of the table to the relay, in the order of each item; what can't be relayed in time goes to the
/// bucket, the only destination that takes the records themselves.
///
/// `downstream` are the URNs of all that an event passes behind the relay: it must be there before the first event
/// and stay until after the last.
pub(crate) fn relay_changes(
    flow: &Flow,
    table: &TableResult,
    relay: &Function,
    failures: &BucketResult,
    name: &str,
    downstream: &[&Output<String>],
) -> EventSourceMappingResult {
    create_with_options(
        flow.ctx,
        name,
        EventSourceMappingArgs::builder()
            .event_source_arn(table.stream_arn.clone())
            .function_name(relay.function.arn.clone())
            .starting_position(DELIVERY.starting_position)
            .batch_size(DELIVERY.batch_size)
            .maximum_record_age_in_seconds(DELIVERY.maximum_record_age_in_seconds)
            .maximum_retry_attempts(DELIVERY.maximum_retry_attempts)
            .function_response_types(["ReportBatchItemFailures"])
            .bisect_batch_on_function_error(true)
            .destination_config(failures.arn.map(on_failure))
            .metrics_config(EventSourceMappingMetricsConfig {
                metrics: vec!["EventCount".to_owned()],
            })
            .build_struct(),
        flow.after(&[&[&relay.policy.urn], downstream].concat()),
    )
}

fn on_failure(destination_arn: String) -> EventSourceMappingDestinationConfig {
    EventSourceMappingDestinationConfig {
        on_failure: Some(Box::new(EventSourceMappingDestinationConfigOnFailure {
            destination_arn,
        })),
    }
}
