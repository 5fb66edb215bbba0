/// What happened to one item, as a stream record tells it: `T` is the item, `K` its key.
///
/// Which images a record carries depends on the stream's view type
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_StreamSpecification.html>): `old` is there
/// under `NEW_AND_OLD_IMAGES` only, and a removal under `NEW_IMAGE` has only the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change<T, K> {
    /// The item is new (`INSERT`).
    Created(T),
    /// The item was replaced or updated (`MODIFY`).
    Updated {
        /// The item now.
        new: T,
        /// The item before.
        old: Option<T>,
    },
    /// Somebody deleted the item (`REMOVE`).
    Removed {
        /// The key of the item.
        key: K,
        /// The item before.
        old: Option<T>,
    },
    /// The item's time to live ran out (`REMOVE` by DynamoDB itself,
    /// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html>). In a global
    /// table this is seen in the Region where it ran out; elsewhere it is `Removed`.
    Expired {
        /// The key of the item.
        key: K,
        /// The item before.
        old: Option<T>,
    },
}
