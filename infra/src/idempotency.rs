//! What consumers keep in order to complete each event once: `outbox::consume::Once`.

use std::ops::RangeInclusive;

use crate::aws::dynamodb::table::TableResult;
use crate::flow::Flow;
use crate::function::Variable;
use crate::right::{self, Rights};
use crate::table::table_that_forgets;

/// Seconds by which a lease is longer than what is left of an invocation.
const LEASE_MARGIN: i32 = 5;

/// Seconds until Lambda's first repeat of an asynchronous invocation that failed
/// (<https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>).
const FIRST_ASYNCHRONOUS_REPEAT: i32 = 60;

/// How often a queue's visibility time-out holds its function's time-out.
pub(crate) const TIMEOUTS_IN_VISIBILITY: i32 = 6;

/// A lease is over before the next delivery comes: the time-outs, in seconds, that a function may have which Lambda
/// invokes asynchronously.
pub(crate) const ASYNCHRONOUS_TIMEOUT: RangeInclusive<i32> =
    1..=FIRST_ASYNCHRONOUS_REPEAT - LEASE_MARGIN - 1;

/// The same for a function behind a queue: from the first time-out that the visibility time-out outlasts with its
/// margin to the longest of Lambda.
pub(crate) const QUEUE_TIMEOUT: RangeInclusive<i32> =
    LEASE_MARGIN / (TIMEOUTS_IN_VISIBILITY - 1) + 1..=900;

/// The table with a record for each consumer and event, for 16 days.
pub(crate) struct Idempotency {
    table: TableResult,
}

/// Declares the table. All consumers share it: their names are part of its key.
pub(crate) fn idempotency(flow: &Flow) -> Idempotency {
    let keys = ["eventId", "consumer"];
    Idempotency {
        table: table_that_forgets(flow, "idempotency", keys, "expiresAt"),
    }
}

impl Idempotency {
    /// What a consumer's environment needs.
    pub(crate) fn variable(&self) -> Variable {
        ("IDEMPOTENCY_TABLE_NAME", self.table.name.clone())
    }

    /// What a consumer may do with the table.
    pub(crate) fn rights(&self) -> Rights {
        right::put_and_update_items(&self.table)
    }
}
