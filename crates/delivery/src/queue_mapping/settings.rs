use std::time::Duration;

use serde_json::{Map, Value};

use super::{SettingsError, filter};
use crate::pattern::Pattern;
use crate::properties::Properties;

/// What an event source mapping on a standard queue was declared to do.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The most messages of one batch, 1 to 10,000.
    pub batch_size: usize,
    /// How long messages are gathered for a batch, 0 to 300 s, from the first one on.
    pub batching_window: Duration,
    /// How many batches may be under way at once, 2 to 1,000; `None`: as many as AWS scales to.
    pub maximum_concurrency: Option<usize>,
    /// Whether the function says which messages failed.
    pub report_batch_item_failures: bool,
    /// What a message must match, one of these; none: every message is wanted.
    pub filters: Vec<Pattern>,
    /// Whether it runs.
    pub enabled: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            batch_size: 10,
            batching_window: Duration::ZERO,
            maximum_concurrency: None,
            report_batch_item_failures: false,
            filters: Vec::new(),
            enabled: true,
        }
    }
}

/// What AWS refuses for a queue, and why.
const FOREIGN: [(&str, &str); 8] = [
    (
        "destinationConfig",
        "a mapping on a queue has no failure destination; give the queue a redrivePolicy",
    ),
    (
        "startingPosition",
        "a queue has no positions to start from; leave it out",
    ),
    ("startingPositionTimestamp", ONLY_STREAMS),
    ("bisectBatchOnFunctionError", ONLY_STREAMS),
    ("maximumRecordAgeInSeconds", ONLY_STREAMS),
    ("maximumRetryAttempts", ONLY_STREAMS),
    ("parallelizationFactor", ONLY_STREAMS),
    ("tumblingWindowInSeconds", ONLY_STREAMS),
];

const ONLY_STREAMS: &str =
    "it is for streams; a queue's visibilityTimeoutSeconds and redrivePolicy decide on retries";

impl Settings {
    /// Reads Pulumi's properties of an `aws:lambda/eventSourceMapping:EventSourceMapping`.
    ///
    /// # Errors
    /// The first property that AWS would refuse, or that is not done here.
    pub fn declared(properties: &Map<String, Value>) -> Result<Self, SettingsError> {
        let properties = Properties(properties);
        let foreign = FOREIGN
            .iter()
            .find(|(name, _)| properties.get(name).is_some());
        if let Some((name, reason)) = foreign {
            return Err(properties.error(name, *reason));
        }
        let settings = Self {
            batch_size: properties.small("batchSize", 1, 10_000, 10)?,
            batching_window: Duration::from_secs(properties.whole(
                "maximumBatchingWindowInSeconds",
                0,
                300,
                Some(0),
            )?),
            maximum_concurrency: maximum_concurrency(&properties)?,
            report_batch_item_failures: properties.reports_failures()?,
            filters: filter::declared(&properties)?,
            enabled: properties.flag("enabled", true)?,
        };
        if settings.batch_size > 10 && settings.batching_window < Duration::from_secs(1) {
            return Err(properties.error(
                "batchSize",
                "AWS takes more than 10 only with a maximumBatchingWindowInSeconds of at least 1",
            ));
        }
        Ok(settings)
    }

    /// Whether a message with this body passes the filters.
    #[must_use]
    pub fn wants(&self, body: &str) -> bool {
        filter::wants(&self.filters, body)
    }
}

fn maximum_concurrency(properties: &Properties<'_>) -> Result<Option<usize>, SettingsError> {
    let scaling = properties.get("scalingConfig");
    let maximum = scaling
        .and_then(|scaling| scaling.get("maximumConcurrency"))
        .filter(|maximum| !maximum.is_null());
    let provisioned = "provisionedPollerConfig";
    if properties.get(provisioned).is_some() {
        return Err(properties.error(
            provisioned,
            if maximum.is_some() {
                "AWS takes it or scalingConfig, not both"
            } else {
                "provisioned pollers are not done here; scalingConfig limits the concurrency"
            },
        ));
    }
    let Some(maximum) = maximum else {
        return Ok(None);
    };
    let fields = Map::from_iter([("maximumConcurrency".to_owned(), maximum.clone())]);
    let fields = Properties(&fields);
    let allowed = |_| {
        properties.error(
            "scalingConfig",
            "AWS takes a maximumConcurrency from 2 to 1000",
        )
    };
    fields
        .small("maximumConcurrency", 2, 1_000, 2)
        .map(Some)
        .map_err(allowed)
}
