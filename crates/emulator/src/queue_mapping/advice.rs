//! What AWS advises for a queue that a function reads.
//!
//! See <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>.

use delivery::queue::Settings as QueueSettings;
use delivery::queue_mapping::Settings;

/// So many times the function's time-out a received message should stay hidden.
const TIMES_THE_TIMEOUT: u64 = 6;

/// So often a message should be received at least before it is given up.
const RECEIVES: u64 = 5;

/// As many filters as a mapping may have without a raised quota.
const FILTERS: usize = 5;

/// What is not as AWS advises, with what would be.
pub(super) fn about(settings: &Settings, timeout: u64, queue: &QueueSettings) -> Vec<String> {
    let visibility = TIMES_THE_TIMEOUT * timeout + settings.batching_window.as_secs();
    let visibility = (queue.visibility_timeout < visibility).then(|| {
        format!(
            "its queue's visibilityTimeoutSeconds is {}; AWS advises {visibility}, six times the \
             function's timeout and the batching window, or messages may show again too early",
            queue.visibility_timeout
        )
    });
    let receives = queue.redrive.as_ref().map(|it| it.max_receive_count);
    let receives = receives.filter(|count| *count < RECEIVES).map(|count| {
        format!(
            "its queue's maxReceiveCount is {count}; AWS advises at least {RECEIVES}, or a throttled \
             function sends good messages to the dead-letter queue"
        )
    });
    let filters = (settings.filters.len() > FILTERS).then(|| {
        format!(
            "it has {} filters; AWS takes {FILTERS} unless the account's quota was raised to 10",
            settings.filters.len()
        )
    });
    [visibility, receives, filters]
        .into_iter()
        .flatten()
        .collect()
}
