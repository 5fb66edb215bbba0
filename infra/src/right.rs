//! What a function may do, each right on exactly one resource.

use pulumi_gestalt_rust::{Output, pulumi_combine};

use crate::aws::cloudwatch::event_bus::EventBusResult;
use crate::aws::cloudwatch::log_group::LogGroupResult;
use crate::aws::dynamodb::table::TableResult;
use crate::aws::s3::bucket::BucketResult;
use crate::aws::sqs::queue::QueueResult;
use crate::policy::Statement;

/// Statements that become known when their resources are.
pub(crate) type Rights = Output<Vec<Statement>>;

/// Write items, nothing else: a condition on the write needs no right to read.
pub(crate) fn put_items(table: &TableResult) -> Rights {
    table
        .arn
        .map(|arn| vec![Statement::allow(&["dynamodb:PutItem"]).on(arn)])
}

/// Update items, which also makes them; nothing else: neither a condition nor returning what was written needs a right
/// to read.
pub(crate) fn update_items(table: &TableResult) -> Rights {
    table
        .arn
        .map(|arn| vec![Statement::allow(&["dynamodb:UpdateItem"]).on(arn)])
}

/// Put and update items, nothing else: a write whose condition fails gives back what was there without a right to read.
pub(crate) fn put_and_update_items(table: &TableResult) -> Rights {
    table
        .arn
        .map(|arn| vec![Statement::allow(&["dynamodb:PutItem", "dynamodb:UpdateItem"]).on(arn)])
}

/// Put, update and read single items, in a transaction too: it has no right of its own
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html>).
pub(crate) fn transact(table: &TableResult) -> Rights {
    table.arn.map(|arn| {
        let actions = &[
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
        ];
        vec![Statement::allow(actions).on(arn)]
    })
}

/// Read the table's stream, as an event source mapping does with its function's role
/// (<https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>).
///
/// The stream's ARN ends with the time it was made. `ListStreams` finds that one, so it is allowed for any stream
/// of this table
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/iam-policy-example-lamda-process-dynamodb-streams.html>).
pub(crate) fn read_stream(table: &TableResult) -> Rights {
    pulumi_combine!(table.arn.clone(), table.stream_arn.clone()).map(|(table, stream)| {
        vec![
            Statement::allow(&[
                "dynamodb:DescribeStream",
                "dynamodb:GetRecords",
                "dynamodb:GetShardIterator",
            ])
            .on(stream),
            Statement::allow(&["dynamodb:ListStreams"]).on(format!("{table}/stream/*")),
        ]
    })
}

/// Read records of the table's stream again, of which the shard and the position are known.
pub(crate) fn read_records(table: &TableResult) -> Rights {
    table.stream_arn.map(|stream| {
        let actions = &["dynamodb:GetRecords", "dynamodb:GetShardIterator"];
        vec![Statement::allow(actions).on(stream)]
    })
}

/// Put events on the bus, as a pipe does, which asks nothing else.
pub(crate) fn put_events(bus: &EventBusResult) -> Rights {
    bus.arn
        .map(|arn| vec![Statement::allow(&["events:PutEvents"]).on(arn)])
}

/// Publish to the bus, and ask whether it is there: `PutEvents` to a missing bus succeeds and drops the events.
pub(crate) fn publish(bus: &EventBusResult) -> Rights {
    bus.arn
        .map(|arn| vec![Statement::allow(&["events:DescribeEventBus", "events:PutEvents"]).on(arn)])
}

/// Put messages into the queue.
pub(crate) fn send(queue: &QueueResult) -> Rights {
    queue
        .arn
        .map(|arn| vec![Statement::allow(&["sqs:SendMessage"]).on(arn)])
}

/// Take messages from the queue, as an event source mapping does with its function's role
/// (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>).
pub(crate) fn receive(queue: &QueueResult) -> Rights {
    queue.arn.map(|arn| {
        let actions = &[
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:ReceiveMessage",
        ];
        vec![Statement::allow(actions).on(arn)]
    })
}

/// Keep failed batches in a bucket of this account: Lambda also lists the bucket
/// (<https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html>).
pub(crate) fn store_failures(bucket: &BucketResult, account: &Output<String>) -> Rights {
    pulumi_combine!(bucket.arn.clone(), account.clone()).map(|(arn, account)| {
        let of_this_account =
            |statement: Statement| statement.when("StringEquals", "s3:ResourceAccount", &account);
        vec![
            of_this_account(Statement::allow(&["s3:PutObject"]).on(format!("{arn}/*"))),
            of_this_account(Statement::allow(&["s3:ListBucket"]).on(arn)),
        ]
    })
}

/// Write to the function's own log group. A function names its streams itself, hence the wildcard behind the group.
pub(crate) fn log(group: &LogGroupResult) -> Rights {
    group.arn.map(|arn| {
        vec![
            Statement::allow(&["logs:CreateLogStream", "logs:PutLogEvents"]).on(format!("{arn}:*")),
        ]
    })
}
