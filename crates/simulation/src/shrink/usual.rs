//! The settings that may become the usual ones.

use crate::scenario::Settings;

macro_rules! usual {
    ($($setting:ident),* $(,)?) => {
        &[$(|settings, usual| Settings { $setting: usual.$setting, ..settings }),*]
    };
}

/// What makes one setting the usual one.
pub(super) type Usual = fn(Settings, Settings) -> Settings;

/// One setting each.
pub(super) const USUAL: &[Usual] = usual![
    shards,
    batching_window,
    parallelization_factor,
    batch_size,
    longest_pause,
    polls_as_aws,
    maximum_retry_attempts,
    maximum_record_age,
    consumer_concurrency,
    visibility_timeout,
    queue_batch_size,
    queue_batching_window,
    queue_concurrency,
    maximum_receive_count,
    target_maximum_age,
    target_maximum_retry_attempts,
    stock,
    rows_kept_for,
    remembers_cancelled,
    order_bounds,
    sweeper_dies_after,
];
