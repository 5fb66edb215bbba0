//! At-least-once in, one completed run out.

mod error;
mod payload;
mod record;
mod store;

use std::fmt;
use std::time::{Duration, SystemTime};

use contract::Received;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;

pub use self::error::OnceError;
pub use self::record::{Claim, Claimed, Known, State};
pub use self::store::IdempotencyStore;
use super::deadline::deadline;
use super::owners::Owners;
use super::retry;
use crate::IdempotencyTable;
use crate::environment::required;
use crate::function::with_causes;
use crate::publish::CallError;
use crate::sdk::sdk_config;

/// How long a run stays known: longer than any queue keeps a message (14 days).
pub const KEPT: Duration = Duration::from_hours(16 * 24);

/// How much longer than the invocation a lease lasts, for clocks that differ.
pub const LEASE_MARGIN: Duration = Duration::from_secs(5);

/// The longest time-out of a function, for a handler of which nobody knows when it ends
/// (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>).
const LONGEST_INVOCATION: Duration = Duration::from_mins(15);

/// Runs a consumer's work once for each event, however often the event is delivered.
///
/// A record per consumer and `metadata.event_id` says how far the work is. Its first delivery takes a lease that
/// lasts as long as the invocation can, and 5 s more; when the work succeeds, the record keeps its result, which
/// every later delivery gets without running anything. A delivery that meets a live lease fails, so that it comes
/// again. When the work fails the lease ends at once; when the invocation dies, the lease runs out: then the next
/// delivery runs the work again. After 16 days the record is forgotten.
///
/// **What the work does elsewhere must be idempotent by the event's id all the same**: an invocation can die after a
/// mail was sent and before that was recorded. Where the effect is a write to DynamoDB, a condition on the event's id
/// in that write is as good and needs no record.
///
/// A function's time-out and 5 s must be less than the time until the next delivery: the queue's visibility
/// time-out, or 60 s where Lambda retries an asynchronous invocation.
///
/// ```
/// # use contract::Event;
/// # use outbox::consume::{self, Once, Received};
/// # async fn welcome<E>(parcel: &E) -> Result<(), std::io::Error> { Ok(()) }
/// # async fn start<ParcelStored: Event>() -> Result<(), outbox::Error> {
/// let once = Once::from_env("welcome")?; // IDEMPOTENCY_TABLE_NAME
/// consume::run(async |event: Received<ParcelStored>| {
///     once.run(&event, async || welcome(&event.detail).await).await
/// })
/// .await
/// # }
/// ```
pub struct Once<S = IdempotencyTable> {
    store: S,
    consumer: String,
    owners: Owners,
    clock: Box<dyn Fn() -> SystemTime + Send + Sync>,
}

impl Once<IdempotencyTable> {
    /// For one consumer, with its records in the table that the environment variable `IDEMPOTENCY_TABLE_NAME` names.
    ///
    /// `consumer` stands in every record: another name is another consumer, which runs for every event anew.
    ///
    /// # Errors
    /// [`Error::MissingVariable`](crate::Error::MissingVariable) names the variable.
    pub fn from_env(consumer: impl Into<String>) -> Result<Self, crate::Error> {
        let table = required(
            "IDEMPOTENCY_TABLE_NAME",
            "the name of the idempotency table",
        )?;
        let store = IdempotencyTable::new(&sdk_config()?, table);
        Ok(Self {
            owners: Owners::of_this_process(),
            ..Self::new(store, consumer)
        })
    }
}

impl<S: IdempotencyStore> Once<S> {
    /// For one consumer, with its records in `store`.
    pub fn new(store: S, consumer: impl Into<String>) -> Self {
        Self {
            store,
            consumer: consumer.into(),
            owners: Owners::seeded(0),
            clock: Box::new(SystemTime::now),
        }
    }

    /// The seed of the names that mark a lease as one's own. Environments that run at the same time need different
    /// ones.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.owners = Owners::seeded(seed);
        self
    }

    /// Another clock than the machine's, for tests.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Runs `work` unless this consumer has completed it for this event before, and gives its result either way.
    ///
    /// The result is kept as JSON in the record, which DynamoDB limits to 400 KB.
    ///
    /// # Errors
    /// [`OnceError`]: each is a reason for the delivery to fail, so that it comes again.
    pub async fn run<E, A, R>(
        &self,
        event: &Received<E>,
        work: impl AsyncFnOnce() -> Result<A, R>,
    ) -> Result<A, OnceError<R>>
    where
        E: contract::Event,
        A: Serialize + DeserializeOwned,
    {
        let event_id = &event.metadata.event_id;
        let owner = self.owners.draw();
        let payload = payload::hash(event.payload());
        let now = self.now();
        let claim = Claim {
            consumer: &self.consumer,
            event_id,
            owner: &owner,
            payload: &payload,
            now,
            lease_until: later(now, lease()),
            expires_at: later(now, KEPT),
        };
        let claimed = retry::transient(|| self.store.claim(&claim)).await;
        match claimed.map_err(|error| OnceError::not_begun(event_id, error))? {
            Claimed::Granted => {}
            Claimed::Refused(known) => return known_result(event_id, &payload, known),
        }
        match work().await {
            Ok(result) => self.complete(&claim, result).await,
            Err(error) => {
                self.release(&claim).await;
                Err(OnceError::Handler(error))
            }
        }
    }

    async fn complete<A: Serialize, R>(
        &self,
        claim: &Claim<'_>,
        result: A,
    ) -> Result<A, OnceError<R>> {
        let not_completed =
            |error: &dyn std::error::Error| OnceError::not_completed(claim.event_id, error);
        let text = serde_json::to_string(&result).map_err(|error| not_completed(&error))?;
        let expires_at = later(self.now(), KEPT);
        let completed = retry::transient(|| self.store.complete(claim, &text, expires_at)).await;
        if completed.map_err(|error| not_completed(&error))? {
            Ok(result)
        } else {
            Err(OnceError::LeaseLost {
                event_id: claim.event_id.to_owned(),
            })
        }
    }

    /// Lets the next delivery run at once. Without it the lease runs out.
    async fn release(&self, claim: &Claim<'_>) {
        if let Err(error) = self.store.release(claim).await {
            tracing::warn!(
                event_id = claim.event_id,
                error = with_causes(&error),
                "the lease was not ended: it runs out by itself"
            );
        }
    }

    fn now(&self) -> Timestamp {
        // A clock outside of the years 1 to 9999 is no clock; the beginning of time makes every lease over.
        Timestamp::try_from((self.clock)()).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

impl<S: fmt::Debug> fmt::Debug for Once<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Once")
            .field("store", &self.store)
            .field("consumer", &self.consumer)
            .finish_non_exhaustive()
    }
}

/// What a delivery gets that may not run.
fn known_result<A: DeserializeOwned, R>(
    event_id: &str,
    payload: &str,
    known: Known,
) -> Result<A, OnceError<R>> {
    let event_id = event_id.to_owned();
    if known.payload != payload {
        return Err(OnceError::Changed { event_id });
    }
    match known.state {
        State::InProgress { lease_until } => Err(OnceError::InProgress {
            event_id,
            lease_until,
        }),
        State::Completed { result } => {
            tracing::info!(event_id, "consumed before: not run again");
            serde_json::from_str(&result).map_err(|error| OnceError::Unreadable {
                event_id,
                reason: error.to_string(),
            })
        }
    }
}

/// How long a delivery may hold what others wait for.
pub(super) fn lease() -> Duration {
    let left = deadline().map_or(LONGEST_INVOCATION, |deadline| {
        deadline.saturating_duration_since(Instant::now())
    });
    left + LEASE_MARGIN
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    now.saturating_add(by).unwrap_or(Timestamp::MAX)
}

impl<R> OnceError<R> {
    fn not_begun(event_id: &str, error: CallError) -> Self {
        Self::NotBegun {
            event_id: event_id.to_owned(),
            error,
        }
    }

    fn not_completed(event_id: &str, error: &dyn std::error::Error) -> Self {
        Self::NotCompleted {
            event_id: event_id.to_owned(),
            reason: with_causes(error),
        }
    }
}
