use std::time::Duration;

use serde_json::{Map, Value};

use super::filters;
use crate::document::Document;
use crate::pattern::Pattern;
use crate::properties::{Properties, SettingsError};

/// What an event source mapping on a stream was declared to do.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html>
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The most records of one batch, 1 to 10,000.
    pub batch_size: usize,
    /// How long records are gathered for a batch, 0 to 300 s; counted from the end of the
    /// invocation before.
    pub batching_window: Duration,
    /// How many batches of one shard run at once, 1 to 10; the order of one item is kept.
    pub parallelization_factor: usize,
    /// Where a new mapping starts to read.
    pub starting_position: StartingPosition,
    /// How often a failed batch is tried again, 0 to 10,000; `None`: until it expires.
    pub maximum_retry_attempts: Option<u32>,
    /// How old a record may be to be tried, 60 to 604,800 s; `None`: as old as the stream keeps it.
    pub maximum_record_age: Option<Duration>,
    /// Whether a batch whose invocation failed is halved.
    pub bisect_batch_on_function_error: bool,
    /// Whether the function says which records failed.
    pub report_batch_item_failures: bool,
    /// What a record must match, one of these; none: every record is wanted.
    pub filters: Vec<Pattern>,
    /// The ARN of the queue or bucket that gets what is given up; `None`: it is lost.
    pub on_failure: Option<String>,
    /// Whether it runs; a disabled mapping keeps its place.
    pub enabled: bool,
}

/// Where a new mapping starts to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartingPosition {
    /// At the oldest record that the stream keeps.
    TrimHorizon,
    /// After the newest record of the moment.
    Latest,
}

impl Settings {
    /// Reads Pulumi's properties of an `aws:lambda/eventSourceMapping:EventSourceMapping`.
    ///
    /// # Errors
    /// The first property that AWS would refuse.
    pub fn declared(properties: &Map<String, Value>) -> Result<Self, SettingsError> {
        let properties = Properties(properties);
        let seconds = |value: u64| Duration::from_secs(value);
        if properties.whole("tumblingWindowInSeconds", 0, 900, Some(0))? != 0 {
            return Err(properties.error(
                "tumblingWindowInSeconds",
                "tumbling windows are not done here",
            ));
        }
        properties.check_metrics()?;
        let age = properties.or_minus_one("maximumRecordAgeInSeconds", 60, 604_800)?;
        let retries = properties.or_minus_one("maximumRetryAttempts", 0, 10_000)?;
        Ok(Self {
            batch_size: small(properties.whole("batchSize", 1, 10_000, Some(100))?),
            batching_window: seconds(properties.whole(
                "maximumBatchingWindowInSeconds",
                0,
                300,
                Some(0),
            )?),
            parallelization_factor: small(properties.whole(
                "parallelizationFactor",
                1,
                10,
                Some(1),
            )?),
            starting_position: properties.starting_position()?,
            maximum_retry_attempts: retries.and_then(|retries| u32::try_from(retries).ok()),
            maximum_record_age: age.map(seconds),
            bisect_batch_on_function_error: properties.flag("bisectBatchOnFunctionError", false)?,
            report_batch_item_failures: properties.reports_failures()?,
            filters: properties.filters()?,
            on_failure: properties.on_failure()?,
            enabled: properties.flag("enabled", true)?,
        })
    }

    /// Whether a record, as the JSON text that the function would get, passes the filters.
    #[must_use]
    pub fn wants(&self, record: &str) -> bool {
        self.filters.is_empty()
            || Document::parse(record).is_ok_and(|record| {
                let mut filters = self.filters.iter();
                filters.any(|filter| filter.matches_document(&record))
            })
    }
}

fn small(value: u64) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

impl Properties<'_> {
    /// Like [`Self::whole`], with -1 (the default) for "no limit".
    pub(crate) fn or_minus_one(
        &self,
        name: &str,
        least: u64,
        most: u64,
    ) -> Result<Option<u64>, SettingsError> {
        if self.get(name).is_none() || self.number(name) == Some(-1) {
            return Ok(None);
        }
        self.whole(name, least, most, None).map(Some).map_err(|_| {
            self.error(
                name,
                format!("AWS takes -1 for no limit, or a whole number from {least} to {most}"),
            )
        })
    }

    pub(crate) fn starting_position(&self) -> Result<StartingPosition, SettingsError> {
        match self.get("startingPosition").and_then(Value::as_str) {
            Some("TRIM_HORIZON") => Ok(StartingPosition::TrimHorizon),
            Some("LATEST") => Ok(StartingPosition::Latest),
            _ => Err(self.error(
                "startingPosition",
                "AWS takes TRIM_HORIZON or LATEST for a DynamoDB stream",
            )),
        }
    }

    fn filters(&self) -> Result<Vec<Pattern>, SettingsError> {
        let name = "filterCriteria";
        let criteria = self.get(name).unwrap_or(&Value::Null);
        filters::declared(criteria, filters::OF_A_MAPPING)
            .map_err(|allowed| self.error(name, allowed))
    }

    /// Metrics are not kept here, so a right choice of them changes nothing.
    fn check_metrics(&self) -> Result<(), SettingsError> {
        let name = "metricsConfig";
        let chosen = self.get(name).and_then(|config| config.get("metrics"));
        let known = |metric: &Value| metric == "EventCount" || metric == "ErrorCount";
        match chosen {
            Some(Value::Array(metrics)) if !metrics.iter().all(known) => Err(self.error(
                name,
                "AWS takes EventCount and ErrorCount for a DynamoDB stream",
            )),
            _ => Ok(()),
        }
    }

    fn on_failure(&self) -> Result<Option<String>, SettingsError> {
        let name = "destinationConfig";
        let arn = self
            .get(name)
            .and_then(|config| config.pointer("/onFailure/destinationArn"))
            .and_then(Value::as_str);
        let Some(arn) = arn else { return Ok(None) };
        match refusal(arn) {
            None => Ok(Some(arn.to_owned())),
            Some(reason) => Err(self.error(name, reason)),
        }
    }
}

/// Why a failure destination can't be used, if so.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html>
fn refusal(arn: &str) -> Option<&'static str> {
    let fifo = arn.to_ascii_lowercase().ends_with(".fifo");
    let service = arn
        .strip_prefix("arn:aws:")
        .unwrap_or(arn)
        .split(':')
        .next();
    match service {
        Some("sqs" | "sns") if fifo => {
            Some("AWS takes standard queues and topics as failure destinations, no FIFO ones")
        }
        Some("sqs") => None,
        Some("s3") if arn.starts_with("arn:aws:s3:::") => None,
        Some("sns") => Some(
            "SNS topics as failure destinations are not done here; a standard queue or a bucket is",
        ),
        Some("kafka") => Some(
            "Kafka topics are failure destinations of Kafka mappings; a standard queue or a bucket \
             is one here",
        ),
        _ => Some("the failure destination must be a standard queue or a bucket"),
    }
}
