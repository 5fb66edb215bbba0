use std::time::Duration;

use outbox::consume::order::Bounds;

use super::Flow;

/// How the application is set up: as `infra` declares it, with what may be varied.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "settings that have nothing to do with each other"
)]
pub struct Settings {
    /// How many shards the stream has at first, 1 to 8.
    pub shards: usize,
    /// The most records of one batch.
    pub batch_size: usize,
    /// How long records are gathered for a batch.
    pub batching_window: Duration,
    /// How many batches of one shard run at once.
    pub parallelization_factor: usize,
    /// How old a record may be to be tried.
    pub maximum_record_age: Duration,
    /// How often a failed batch is tried again.
    pub maximum_retry_attempts: u32,
    /// The longest pause between two attempts with one batch, which AWS does not document.
    pub longest_pause: Duration,
    /// Whether the stream is read four times a second, as on AWS, and not at once.
    pub polls_as_aws: bool,
    /// The relay's time-out.
    pub relay_timeout: Duration,
    /// Whether the consumer has a failure destination.
    pub consumer_destination: bool,
    /// How many events the consumer works on at once.
    pub consumer_concurrency: usize,
    /// How long a received message of the queues stays hidden.
    pub visibility_timeout: Duration,
    /// The most messages of one batch of a queue's consumer.
    pub queue_batch_size: usize,
    /// How long messages of a queue are gathered for a batch.
    pub queue_batching_window: Duration,
    /// How many batches of a queue may be under way at once; absent: as many as AWS scales to.
    pub queue_concurrency: Option<usize>,
    /// Whether the mapping of the audit queue leaves out, and deletes, every `UserDeleted`.
    pub audit_filters: bool,
    /// How often a message of the queues is received before it goes to the dead-letter queue.
    pub maximum_receive_count: u64,
    /// How long a target is tried.
    pub target_maximum_age: Duration,
    /// How often a target is tried again.
    pub target_maximum_retry_attempts: u32,
    /// How much of each product the shop has at first.
    pub stock: Vec<u32>,
    /// How long a row of the outbox is kept after it was published.
    pub rows_kept_for: Duration,
    /// Whether DynamoDB knows the token of a transaction that it cancelled, which AWS does not document.
    pub remembers_cancelled: bool,
    /// How much the consumer of each order's history parks, and how long it waits for what is missing.
    pub order_bounds: Bounds,
    /// The first sweeper of the outbox ends so long after it began, if it is still at it; another one comes later.
    pub sweeper_dies_after: Option<Duration>,
}

impl Settings {
    /// The usual settings of a flow, as `infra` declares it.
    #[must_use]
    pub fn usual(flow: Flow) -> Self {
        match flow {
            Flow::Users | Flow::Checkout => Self::default(),
            Flow::Orders => Self {
                batch_size: 10,
                maximum_retry_attempts: 1_000,
                ..Self::default()
            },
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            shards: 1,
            batch_size: 100,
            batching_window: Duration::ZERO,
            parallelization_factor: 1,
            maximum_record_age: Duration::from_hours(20),
            maximum_retry_attempts: 10_000,
            longest_pause: Duration::from_secs(30),
            polls_as_aws: false,
            relay_timeout: Duration::from_secs(30),
            consumer_destination: true,
            consumer_concurrency: 10,
            visibility_timeout: Duration::from_secs(30),
            queue_batch_size: 10,
            queue_batching_window: Duration::ZERO,
            queue_concurrency: None,
            audit_filters: false,
            maximum_receive_count: 5,
            target_maximum_age: Duration::from_hours(24),
            target_maximum_retry_attempts: 185,
            stock: Vec::new(),
            rows_kept_for: outbox::row::KEPT_FOR,
            remembers_cancelled: false,
            order_bounds: Bounds::default(),
            sweeper_dies_after: None,
        }
    }
}
