use std::time::Duration;

use serde_json::{Map, Value};

use super::{BATCH_TO_A_BUS, BusParameters, InputTemplate, Step};
use crate::mapping::{self, filters};
use crate::pattern::Pattern;
use crate::properties::{Properties, SettingsError};

/// What a pipe from a stream to an event bus was declared to do.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-dynamodb.html>
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Which records are tried when.
    pub reading: mapping::Settings,
    /// What becomes of each.
    pub step: Step,
    /// What was declared and is not, or may not be, as AWS has it.
    pub remarks: Vec<String>,
}

/// So many filters a pipe may have.
const MAXIMUM_FILTERS: usize = 5;

/// The keys of a record that AWS's page says a pipe can't filter.
const UNFILTERABLE: [&str; 6] = [
    "awsRegion",
    "eventID",
    "eventName",
    "eventSource",
    "eventSourceARN",
    "eventVersion",
];

impl Settings {
    /// Reads Pulumi's properties of an `aws:pipes/pipe:Pipe` whose source is a DynamoDB stream and whose target is an
    /// event bus.
    ///
    /// # Errors
    /// The first property that AWS would refuse, or that is not done here.
    pub fn declared(
        properties: &Map<String, Value>,
        pipe_name: &str,
    ) -> Result<Self, SettingsError> {
        let properties = Properties(properties);
        for (name, what) in [
            ("enrichment", "enrichments"),
            ("enrichmentParameters", "enrichments"),
            (
                "kmsKeyIdentifier",
                "keys of one's own; nothing is encrypted here",
            ),
        ] {
            if properties.get(name).is_some_and(|value| !is_empty(value)) {
                return Err(properties.error(name, format!("not supported here: {what}")));
            }
        }
        let enabled = match properties.get("desiredState").map(Value::as_str) {
            None | Some(Some("RUNNING")) => true,
            Some(Some("STOPPED")) => false,
            Some(_) => return Err(properties.error("desiredState", "AWS takes RUNNING or STOPPED")),
        };
        let source = "sourceParameters";
        let stream = "dynamodbStreamParameters";
        properties.only(source, &[stream, "filterCriteria"])?;
        let target = "targetParameters";
        let bus = "eventbridgeEventBusParameters";
        properties.only(target, &[bus, "inputTemplate"])?;

        let (declared, mut reading) = within(&format!("{source}.{stream}"), || {
            reading(&properties.inner(source, stream))
        })?;
        reading.enabled = enabled;
        let (patterns, texts) = properties.filters_of(source)?;
        reading.filters = patterns;
        let mut remarks = Vec::new();
        if declared > BATCH_TO_A_BUS {
            remarks.push(format!(
                "has a batchSize of {declared}, but an event bus takes {BATCH_TO_A_BUS} events at a time: it is cut \
                 to {BATCH_TO_A_BUS} here, and AWS may refuse the pipe"
            ));
        }
        remarks.extend(unfilterable(&texts).map(|key| {
            format!(
                "filters by `{key}`, which AWS's page does not allow though its samples do so; let the filter ask for \
                 something in `dynamodb` too"
            )
        }));
        Ok(Self {
            reading,
            step: Step {
                template: properties.template(target)?,
                parameters: within(&format!("{target}.{bus}"), || {
                    BusParameters::declared(&properties.inner(target, bus), pipe_name)
                })?,
            },
            remarks,
        })
    }
}

/// Reads `dynamodbStreamParameters`; the batch size is also told as declared.
fn reading(properties: &Map<String, Value>) -> Result<(usize, mapping::Settings), SettingsError> {
    let properties = Properties(properties);
    let age = properties.or_minus_one("maximumRecordAgeInSeconds", 0, 604_800)?;
    let retries = properties.or_minus_one("maximumRetryAttempts", 0, 10_000)?;
    let window = properties.whole("maximumBatchingWindowInSeconds", 0, 300, Some(0))?;
    let most = u64::try_from(BATCH_TO_A_BUS).unwrap_or(u64::MAX);
    let declared = properties.small("batchSize", 1, 10_000, most)?;
    let bisect = match properties
        .get("onPartialBatchItemFailure")
        .map(Value::as_str)
    {
        None => false,
        Some(Some("AUTOMATIC_BISECT")) => true,
        Some(_) => {
            let allowed = "AWS takes AUTOMATIC_BISECT, or nothing";
            return Err(properties.error("onPartialBatchItemFailure", allowed));
        }
    };
    let settings = mapping::Settings {
        batch_size: declared.min(BATCH_TO_A_BUS),
        batching_window: Duration::from_secs(window),
        parallelization_factor: properties.small("parallelizationFactor", 1, 10, 1)?,
        starting_position: properties.starting_position()?,
        maximum_retry_attempts: retries.and_then(|retries| u32::try_from(retries).ok()),
        maximum_record_age: age.map(Duration::from_secs),
        bisect_batch_on_function_error: bisect,
        report_batch_item_failures: true,
        filters: Vec::new(),
        on_failure: properties.dead_letter_queue()?,
        enabled: true,
    };
    Ok((declared, settings))
}

impl Properties<'_> {
    /// Refuses other members of an object than these.
    fn only(&self, name: &str, known: &[&str]) -> Result<(), SettingsError> {
        let members = self.get(name).and_then(Value::as_object);
        let other = members.into_iter().flatten().find(|(member, value)| {
            !known.contains(&member.as_str()) && !value.is_null() && !is_empty(value)
        });
        match other {
            None => Ok(()),
            Some((member, value)) => Err(SettingsError {
                property: format!("{name}.{member}"),
                value: value.to_string(),
                allowed: "not supported here: a pipe leads from a DynamoDB stream to an event bus"
                    .to_owned(),
            }),
        }
    }

    /// The members of an object in an object; none if it is not there.
    fn inner(&self, outer: &str, name: &str) -> Map<String, Value> {
        let inner = self.get(outer).and_then(|outer| outer.get(name));
        inner
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default()
    }

    fn template(&self, target: &str) -> Result<Option<InputTemplate>, SettingsError> {
        let template = self
            .get(target)
            .and_then(|target| target.get("inputTemplate"));
        let text = template
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty());
        let Some(text) = text else { return Ok(None) };
        InputTemplate::parse(text)
            .map(Some)
            .map_err(|error| SettingsError {
                property: format!("{target}.inputTemplate"),
                value: Value::from(text).to_string(),
                allowed: error.to_string(),
            })
    }

    /// The filters, also as they were declared.
    fn filters_of(&self, source: &str) -> Result<(Vec<Pattern>, Vec<String>), SettingsError> {
        let name = "filterCriteria";
        let none = Value::Null;
        let criteria = self
            .get(source)
            .and_then(|source| source.get(name))
            .unwrap_or(&none);
        let patterns =
            filters::declared(criteria, MAXIMUM_FILTERS).map_err(|allowed| SettingsError {
                property: format!("{source}.{name}"),
                value: criteria.to_string(),
                allowed,
            })?;
        let declared = criteria.get("filters").and_then(Value::as_array);
        let texts = declared
            .into_iter()
            .flatten()
            .filter_map(|filter| filter.get("pattern")?.as_str());
        Ok((patterns, texts.map(str::to_owned).collect()))
    }

    fn dead_letter_queue(&self) -> Result<Option<String>, SettingsError> {
        let name = "deadLetterConfig";
        let arn = self
            .get(name)
            .and_then(|config| config.get("arn"))
            .and_then(Value::as_str);
        let Some(arn) = arn else { return Ok(None) };
        let fifo = arn.to_ascii_lowercase().ends_with(".fifo");
        let refusal = match (arn.split(':').nth(2), fifo) {
            (Some("sqs"), false) => return Ok(Some(arn.to_owned())),
            (Some("sqs" | "sns"), true) => "AWS takes a standard queue or topic, no FIFO one",
            (Some("sns"), false) => "not supported here: a topic; a standard queue is",
            _ => "AWS takes the ARN of a standard queue or topic",
        };
        Err(self.error(name, refusal))
    }
}

/// Names the object in which a property is wrong.
fn within<T>(
    object: &str,
    read: impl FnOnce() -> Result<T, SettingsError>,
) -> Result<T, SettingsError> {
    read().map_err(|error| SettingsError {
        property: format!("{object}.{}", error.property),
        ..error
    })
}

/// Unset inputs may come as empty objects.
fn is_empty(value: &Value) -> bool {
    value.as_object().is_some_and(Map::is_empty) || value == ""
}

/// The keys at the top of the filters that AWS's page does not allow.
fn unfilterable(patterns: &[String]) -> impl Iterator<Item = &'static str> {
    let patterns: Vec<Value> = patterns
        .iter()
        .filter_map(|text| serde_json::from_str(text).ok())
        .collect();
    UNFILTERABLE
        .into_iter()
        .filter(move |key| patterns.iter().any(|pattern| names(pattern, key)))
}

/// Whether a pattern names a key at its top; the alternatives of an `$or` are looked into.
fn names(pattern: &Value, key: &str) -> bool {
    let alternatives = pattern.get("$or").and_then(Value::as_array);
    pattern.get(key).is_some()
        || alternatives
            .into_iter()
            .flatten()
            .any(|pattern| names(pattern, key))
}
