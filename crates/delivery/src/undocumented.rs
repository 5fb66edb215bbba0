//! Where AWS does not say what it does, and what is done here instead: always what shows a bug
//! (a duplicate, a retry, a blocked shard) and never the kinder way.
//!
//! - **A record that an asynchronous invocation's destination can't take**: sent again, with the
//!   pauses of a function that can't be run, until it is taken. AWS counts a
//!   `DestinationDeliveryFailures` and may lose it. One that is larger than its destination takes is
//!   lost here too, and told.
//! - **A loop's end** ([`RECURSION`]): the event goes to the dead-letter queue and the on-failure
//!   destination of the function that was not run, but not to another function, which could keep the
//!   loop alive.
//! - **Pause between retries of a stream's batch** ([`STREAM_RETRY_PAUSES`]): AWS names none.
//! - **Retries after partial progress**: a batch of which a part was acknowledged keeps the retries
//!   it has used; they do not start again.
//! - **A response that reports failures in a way AWS does not document for streams** (not JSON, not
//!   an object, a list that is none, a number that is not in the batch): the whole batch failed.
//! - **Bisect and a reported failure**: the batch is cut at the reported record and never halved,
//!   also when that record is the first, or when the whole batch counts as failed. Only an
//!   invocation that failed is halved, and the halves are tried without a pause.
//! - **A record that is too old** ([`RECORD_AGE_EXCEEDED`]): looked at before each attempt; it goes
//!   to the failure destination even if it was never tried.
//! - **A record that the stream drops** (24 h) before its batch succeeded or was given up is lost and
//!   unblocks its shard: the failure destination, which AWS promises for retries and age, gets nothing.
//! - **A failure record of a batch that never ran** (throttled until it was too old) has no
//!   `responseContext`, a null `requestId` and an `approximateInvokeCount` of 0.
//! - **Merged failure records** (AWS: "may be merged"): pieces of a halved batch that are given up one
//!   right after the other share one; one that is tried again or succeeds between them parts them.
//! - **A failure destination that can't take a record**: the shard waits and tries again, while AWS
//!   only counts it (`DestinationDeliveryFailures`) and may lose it: losing is not left to chance.
//! - **A lane of a shard** (parallelization factor) that is blocked long: the shard reads on until
//!   it holds twice what all lanes could be given at once, then all lanes wait for the blocked one.
//! - **An integer beyond 64 bits in a detail** ([`crate::bus`]): the entry is refused; AWS only says that
//!   integers are of 64 bits.
//! - **`PutEvents` per second** ([`crate::bus::Quotas`]): counted by entry, not by call.
//! - **A field that must not exist inside an array** ([`crate::pattern`]): as event-ruler does it, which
//!   depends on the order of the fields' names.
//! - **`aws:SourceAccount` in a queue's policy** ([`crate::target::permission`]): AWS says that
//!   `EventBridge` does not send it to Lambda and not what it sends to queues: here it sends it nowhere,
//!   so a policy that asks for it lets no event in.
//! - **A value in an input template** ([`crate::target::input`]) is never escaped, also where a string
//!   gets its quotes: one with a quotation mark in it makes no JSON.
//! - **An `InputPath` that leads nowhere**: the event can't be delivered (`INVALID_JSON`).
//! - **Which records of a pipe's batch come again** when the bus refuses some ([`crate::pipe::Run`]): AWS says "the
//!   remainder". Here it is the first that was refused and all behind it, as where a function reports failures:
//!   those behind it that were accepted are published twice.
//! - **A pipe's customer errors** ([`crate::pipe::Run`]): what the bus refuses, also what it throttles, uses up retries;
//!   only AWS's own failures (5xx, `InternalFailure`, no answer) do not.
//! - **`AUTOMATIC_BISECT` of a pipe**: what is left of a batch is halved without a pause and without using up a retry,
//!   also where only some entries were refused.
//! - **When a pipe stops by itself** ([`REFUSALS_THAT_STOP_A_PIPE`]): AWS says "nearly continuous 4xx errors". Entries
//!   that the bus refuses for what is in them do not stop it.
//! - **A pipe's `DetailType` and `Source` where none are declared**: `Event from aws:dynamodb` and `Pipe <name>`, as
//!   others have seen them.
//! - **A path of a pipe's parameters that leads nowhere**: an empty text, which the bus refuses. A time that is none
//!   makes the whole request wrong.
//! - **A string without quotes around its placeholder in a pipe's template**: a JSON string, with quotes and escapes,
//!   also if it holds JSON itself.
//! - **Pauses between attempts to run a throttled function with messages of a queue**
//!   ([`QUEUE_THROTTLE_PAUSES`]): AWS names none.
//! - **How far a mapping on a queue slows down** on failures and throttles: each halves the number of
//!   batches at once, down to one; each success adds one, up to the five it begins with.
//! - **A response that reports failures of a queue's messages** as something that is no list: the
//!   whole batch failed.
//! - **A batch of messages that show again in the queue while they are gathered**: the function gets
//!   them all the same, and may get them twice.
//! - **The place of a queue's message that shows again** before its third receive: the old one.
//! - **A status that a REST API's response template sets** (`$context.responseOverride.status`) and
//!   that the method has no response for: 500, as for any status without a method response.
//! - **Two integration responses that match one status of the backend**: the stack is refused; AWS
//!   takes one and does not say which.
//! - **A path into a body that leads nowhere** (`$input.path('$.missing')`): the empty text, which
//!   counts as true in a condition; compare with `''` instead.
//! - **Texts put into a gateway response's template**: escaped as in a JSON string, as AWS's answers
//!   look in what others show of them; `messageString` brings its own quotes.

use std::time::Duration;

use crate::target::Backoff;

/// The pauses between attempts with one batch of a stream.
pub const STREAM_RETRY_PAUSES: Backoff = Backoff {
    first: Duration::from_millis(200),
    longest: Duration::from_secs(30),
};

/// So many runs in a row that are refused with errors of the 4xx kind, with nothing accepted between them, stop a pipe:
/// with the usual pauses after about 46 minutes.
pub const REFUSALS_THAT_STOP_A_PIPE: u32 = 100;

/// The condition in the failure record of an event that went round in a loop: AWS names only the
/// metric.
pub const RECURSION: &str = "RecursiveInvocationsDropped";

/// The condition in a failure record of a record that became too old.
pub const RECORD_AGE_EXCEEDED: &str = "RecordAgeExceeded";

/// The pauses between attempts to run a throttled function with one batch of a queue.
pub const QUEUE_THROTTLE_PAUSES: Backoff = Backoff {
    first: Duration::from_millis(200),
    longest: Duration::from_secs(10),
};
