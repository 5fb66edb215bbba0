//! How long the functions of consumers may run, so that a lease of `outbox::consume::Once` is over before the next
//! delivery comes.

use std::ops::RangeInclusive;

/// Seconds by which a lease is longer than what is left of an invocation.
const LEASE_MARGIN: i32 = 5;

/// Seconds until Lambda's first repeat of an asynchronous invocation that failed
/// (<https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>).
const FIRST_ASYNCHRONOUS_REPEAT: i32 = 60;

/// How often a queue's visibility time-out holds its function's time-out.
pub(crate) const TIMEOUTS_IN_VISIBILITY: i32 = 6;

/// The time-outs, in seconds, that a function may have which Lambda invokes asynchronously.
pub(crate) const ASYNCHRONOUS_TIMEOUT: RangeInclusive<i32> =
    1..=FIRST_ASYNCHRONOUS_REPEAT - LEASE_MARGIN - 1;

/// The same for a function behind a queue: from the first time-out that the visibility time-out outlasts with its
/// margin to the longest of Lambda.
pub(crate) const QUEUE_TIMEOUT: RangeInclusive<i32> =
    LEASE_MARGIN / (TIMEOUTS_IN_VISIBILITY - 1) + 1..=900;
