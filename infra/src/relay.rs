//! A relay: the function that publishes a table's changes, and two places for what it can't publish.

use pulumi_gestalt_rust::Output;

use crate::aws::dynamodb::table::TableResult;
use crate::aws::s3::bucket::BucketResult;
use crate::aws::sqs::queue::QueueResult;
use crate::bucket::failure_bucket;
use crate::bus::Bus;
use crate::flow::Flow;
use crate::function::{Function, Variable, function};
use crate::queue::failure_queue;
use crate::right::{self, Rights};
use crate::settings::Size;

/// The function and where its failures are kept.
pub(crate) struct Relay {
    pub(crate) function: Function,
    /// Records that can never be published: the relay puts them here and goes on.
    pub(crate) quarantine: QueueResult,
    /// Batches that the mapping gave up on: Lambda puts them here.
    pub(crate) stream_failures: BucketResult,
}

impl Relay {
    /// The URNs of all that a record passes here.
    pub(crate) fn urns(&self) -> [&Output<String>; 3] {
        [
            &self.function.policy.urn,
            &self.quarantine.urn,
            &self.stream_failures.urn,
        ]
    }
}

/// The relay `<source>-relay` from the table to the bus. `account` is the number of the AWS account.
pub(crate) fn relay(
    flow: &Flow,
    source: &str,
    size: Size,
    table: &TableResult,
    bus: &Bus,
    account: &Output<String>,
) -> Relay {
    declare(
        flow,
        source,
        size,
        table,
        (bus, account),
        (Vec::new(), Vec::new()),
    )
}

/// The relay `outbox-relay`, which marks the rows of the outbox table that it published.
pub(crate) fn outbox_relay(
    flow: &Flow,
    size: Size,
    outbox: &TableResult,
    bus: &Bus,
    account: &Output<String>,
) -> Relay {
    let variable = ("OUTBOX_TABLE_NAME", outbox.name.clone());
    let more = (vec![variable], vec![right::update_items(outbox)]);
    declare(flow, "outbox", size, outbox, (bus, account), more)
}

fn declare(
    flow: &Flow,
    source: &str,
    size: Size,
    table: &TableResult,
    (bus, account): (&Bus, &Output<String>),
    (variables, more_rights): (Vec<Variable>, Vec<Rights>),
) -> Relay {
    let package = format!("{source}-relay");
    let quarantine = failure_queue(flow, &format!("{package}-quarantine"));
    let stream_failures = failure_bucket(flow, &format!("{source}-stream-failures"), account);
    let mut environment = vec![
        ("EVENT_BUS_NAME", bus.bus.name.clone()),
        ("QUARANTINE_QUEUE_URL", quarantine.url.clone()),
    ];
    environment.extend(variables);
    let mut rights = vec![
        right::read_stream(table),
        right::publish(&bus.bus),
        right::send(&quarantine),
        right::store_failures(&stream_failures, account),
    ];
    rights.extend(more_rights);
    let function = function(flow, &package, size, environment, rights);
    Relay {
        function,
        quarantine,
        stream_failures,
    }
}
