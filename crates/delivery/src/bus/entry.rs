use serde::Deserialize;

use crate::Time;
use crate::document::Document;

/// One entry of a `PutEvents` request that a bus takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The bus's name or ARN; the account's `default` bus if absent.
    pub bus: Option<String>,
    /// When it happened, if the publisher said so.
    pub time: Option<Time>,
    /// Who publishes.
    pub source: String,
    /// What kind of event.
    pub detail_type: String,
    /// A JSON object as text: targets get it as it was published, each number as it was written.
    pub detail: String,
    /// ARNs of what the event is about.
    pub resources: Vec<String>,
}

/// Why a bus refuses one entry while it may take the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryError {
    /// The bus that the entry names.
    pub bus: Option<String>,
    /// The entry's detail-type, if it has one.
    pub detail_type: Option<String>,
    /// AWS's code, for example `MalformedDetail`.
    pub code: &'static str,
    /// What a person should read.
    pub message: String,
}

/// An entry as it stands in the request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Raw {
    event_bus_name: Option<String>,
    /// Seconds since the Unix epoch.
    time: Option<f64>,
    pub(super) source: Option<String>,
    pub(super) detail_type: Option<String>,
    pub(super) detail: Option<String>,
    #[serde(default)]
    resources: Vec<String>,
    trace_header: Option<String>,
}

/// What an entry's time counts for, whatever it is.
const TIME_BYTES: usize = 14;

/// How deep a detail may be nested.
const MAXIMUM_LEVELS: usize = 1000;

impl Raw {
    /// The bytes that AWS counts: the texts in UTF-8, and 14 for a time.
    pub(super) fn size(&self) -> usize {
        let texts = [&self.source, &self.detail_type, &self.detail];
        let texts: usize = texts.into_iter().flatten().map(String::len).sum();
        let resources: usize = self.resources.iter().map(String::len).sum();
        let time = self.time.map_or(0, |_| TIME_BYTES);
        texts + resources + time
    }

    /// Whether nothing is there that makes it an event.
    pub(super) fn says_nothing(&self) -> bool {
        [&self.source, &self.detail_type, &self.detail]
            .into_iter()
            .all(|field| field.as_deref().is_none_or(str::is_empty))
    }

    /// The first field that is longer than AWS's model allows: name, length, limit.
    pub(super) fn too_long(&self) -> Option<(&'static str, usize, usize)> {
        let length = |text: &Option<String>| text.as_ref().map_or(0, |text| text.chars().count());
        let longest_resource = self.resources.iter().map(|arn| arn.chars().count()).max();
        [
            ("detailType", length(&self.detail_type), 128),
            ("traceHeader", length(&self.trace_header), 500),
            ("eventBusName", length(&self.event_bus_name), 1600),
            ("resources", longest_resource.unwrap_or(0), 2048),
        ]
        .into_iter()
        .find(|(_, length, limit)| length > limit)
    }

    /// The entry, or why it is refused.
    pub(super) fn check(self) -> Result<Entry, EntryError> {
        match self.complete() {
            Ok(()) => Ok(Entry {
                bus: self.event_bus_name,
                time: self.time.map(from_seconds),
                source: self.source.unwrap_or_default(),
                detail_type: self.detail_type.unwrap_or_default(),
                detail: self.detail.unwrap_or_default(),
                resources: self.resources,
            }),
            Err((code, message)) => Err(EntryError {
                bus: self.event_bus_name,
                detail_type: self.detail_type,
                code,
                message,
            }),
        }
    }

    /// Whether all is there that an event needs; else a code and a message.
    fn complete(&self) -> Result<(), (&'static str, String)> {
        let source = required("Source", self.source.as_deref())?;
        required("DetailType", self.detail_type.as_deref())?;
        let detail = required("Detail", self.detail.as_deref())?;
        if source.starts_with("aws.") {
            return Err((
                "NotAuthorizedForSourceException",
                format!(
                    "Not authorized for the source {source:?}: sources that start with \"aws.\" belong to AWS."
                ),
            ));
        }
        check_detail(detail).map_err(|reason| {
            let message = format!("Detail is malformed: {reason}.");
            ("MalformedDetail", message)
        })
    }
}

fn check_detail(detail: &str) -> Result<(), String> {
    let document = Document::parse(detail).map_err(|error| error.to_string())?;
    if !document.is_object() {
        return Err("it is JSON, but not an object".to_owned());
    }
    let levels = document.levels();
    if levels > MAXIMUM_LEVELS {
        return Err(format!(
            "it is nested {levels} levels deep, {MAXIMUM_LEVELS} are allowed"
        ));
    }
    match document.integer_beyond_int64() {
        None => Ok(()),
        Some(integer) => Err(format!(
            "{integer} does not fit a signed integer of 64 bits"
        )),
    }
}

fn required<'a>(name: &str, value: Option<&'a str>) -> Result<&'a str, (&'static str, String)> {
    value.filter(|text| !text.is_empty()).ok_or_else(|| {
        let message =
            format!("Parameter {name} is not valid. Reason: {name} is a required argument.");
        ("InvalidArgument", message)
    })
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float cast saturates, and no event lies outside of u64"
)]
fn from_seconds(seconds: f64) -> Time {
    Time((seconds * 1000.0).round() as u64)
}
