//! The pipe from a table's stream to the bus: a relay without code of ours.

use contract::{Event, InputTemplate};
use pulumi_gestalt_rust::{Output, pulumi_combine};
use serde_json::json;

use crate::arn;
use crate::aws::dynamodb::table::TableResult;
use crate::aws::pipes::pipe::{PipeArgs, PipeResult, create_with_options};
use crate::aws::types::pipes::{
    PipeSourceParameters, PipeSourceParametersDynamodbStreamParameters,
    PipeSourceParametersDynamodbStreamParametersDeadLetterConfig,
    PipeSourceParametersFilterCriteria, PipeSourceParametersFilterCriteriaFilter,
    PipeTargetParameters, PipeTargetParametersEventbridgeEventBusParameters,
};
use crate::bus::Bus;
use crate::flow::Flow;
use crate::policy::Statement;
use crate::queue::WorkQueue;
use crate::right;
use crate::role::{Role, assumed_by, role_with_rights};

/// The oldest record first: `LATEST` loses what is written while the pipe is being made
/// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-dynamodb.html>).
const STARTING_POSITION: &str = "TRIM_HORIZON";
/// What the bus takes in one call
/// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html>).
const BATCH_SIZE: i32 = 10;
/// Endless, the default, would let one record that is refused block its shard until it is trimmed, and nothing ever
/// come to the dead-letter queue.
const MAXIMUM_RETRY_ATTEMPTS: i32 = 1000;
/// 20 h: what can't be published must be in the dead-letter queue while the stream still holds it, for 24 h.
const MAXIMUM_RECORD_AGE_SECONDS: i32 = 72_000;

/// What a pipe reads, and what it makes of it.
pub(crate) struct Changes<'a> {
    pub(crate) table: &'a TableResult,
    /// An attribute that every item has. Only images with it are published: a removal has no image, and would become an
    /// event of empty texts. (The page on filters forbids `eventName` in them, which AWS's own samples use.)
    pub(crate) present: &'static str,
    pub(crate) template: &'a InputTemplate,
}

/// Publishes each change as an event `E`, in the order of each item. Positions of records that the pipe gives up go to
/// `dead_letters`: no records, which are to be read from the stream within its 24 h.
///
/// `account` is the number of the AWS account, `behind` are the URNs of all that an event passes behind the pipe.
pub(crate) fn publish_changes<E: Event>(
    flow: &Flow,
    name: &str,
    changes: &Changes<'_>,
    bus: &Bus,
    dead_letters: &WorkQueue,
    account: &Output<String>,
    behind: &[&Output<String>],
) -> PipeResult {
    let Changes {
        table,
        present,
        template,
    } = changes;
    let role = pipe_role(flow, name, table, bus, dead_letters, account);
    let filter =
        json!({ "dynamodb": { "NewImage": { (*present): { "S": [{ "exists": true }] } } } });
    let source = dead_letters
        .queue
        .arn
        .map(move |queue| source_parameters(queue, filter.to_string()));
    let target = PipeTargetParameters {
        eventbridge_event_bus_parameters: Some(Box::new(
            PipeTargetParametersEventbridgeEventBusParameters {
                detail_type: Some(E::DETAIL_TYPE.to_owned()),
                source: Some(E::SOURCE.to_owned()),
            },
        )),
        input_template: Some(template.to_string()),
    };
    let before = [&role.policy.urn, &dead_letters.dead_letters.urn];
    create_with_options(
        flow.ctx,
        name,
        PipeArgs::builder()
            .name(flow.physical(name))
            .description(format!("Publishes {} of {}", E::DETAIL_TYPE, E::SOURCE))
            .role_arn(role.role.arn.clone())
            .source(table.stream_arn.clone())
            .source_parameters(source)
            .target(bus.bus.arn.clone())
            .target_parameters(target)
            .build_struct(),
        flow.after(&[&before[..], &bus.urns(), behind].concat()),
    )
}

/// Only this pipe may take the role, so its ARN is needed before it is there
/// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-permissions.html>).
fn pipe_role(
    flow: &Flow,
    name: &str,
    table: &TableResult,
    bus: &Bus,
    dead_letters: &WorkQueue,
    account: &Output<String>,
) -> Role {
    let physical = flow.physical(name);
    let trust = pulumi_combine!(table.arn.clone(), account.clone()).map(
        move |(table, account)| -> Statement {
            let pipe = arn::beside(&table, "pipes", &format!("pipe/{physical}"));
            assumed_by("pipes.amazonaws.com")
                .when("StringEquals", "aws:SourceAccount", account)
                .when("ArnEquals", "aws:SourceArn", pipe)
        },
    );
    let rights = vec![
        right::read_stream(table),
        right::put_events(&bus.bus),
        right::send(&dead_letters.queue),
    ];
    role_with_rights(flow, name, &trust, rights)
}

fn source_parameters(dead_letters: String, pattern: String) -> PipeSourceParameters {
    let stream = PipeSourceParametersDynamodbStreamParameters {
        batch_size: Some(BATCH_SIZE),
        dead_letter_config: Some(Box::new(
            PipeSourceParametersDynamodbStreamParametersDeadLetterConfig {
                arn: Some(dead_letters),
            },
        )),
        maximum_record_age_in_seconds: Some(MAXIMUM_RECORD_AGE_SECONDS),
        maximum_retry_attempts: Some(MAXIMUM_RETRY_ATTEMPTS),
        on_partial_batch_item_failure: Some("AUTOMATIC_BISECT".to_owned()),
        starting_position: STARTING_POSITION.to_owned(),
    };
    PipeSourceParameters {
        dynamodb_stream_parameters: Some(Box::new(stream)),
        filter_criteria: Some(Box::new(PipeSourceParametersFilterCriteria {
            filters: Some(vec![PipeSourceParametersFilterCriteriaFilter { pattern }]),
        })),
    }
}
