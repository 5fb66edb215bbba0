//! A stream record as Lambda delivers it, read with as few copies as its parts allow.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::mem;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_dynamo::{AttributeValue, Item};
use serde_json::value::RawValue;

use crate::Change;
use crate::image::{Image, Text};

#[derive(Deserialize)]
pub(crate) struct StreamRecord<'a> {
    #[serde(rename = "eventID", borrow, deserialize_with = "not_empty")]
    pub(crate) event_id: Cow<'a, str>,
    #[serde(rename = "eventName", borrow)]
    event_name: Cow<'a, str>,
    #[serde(rename = "userIdentity", borrow, default)]
    user_identity: Option<UserIdentity<'a>>,
    #[serde(borrow)]
    pub(crate) dynamodb: StreamData<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct StreamData<'a> {
    #[serde(borrow)]
    pub(crate) sequence_number: Cow<'a, str>,
    /// Seconds since 1970; Lambda writes it as a number with or without a fraction.
    pub(crate) approximate_creation_date_time: f64,
    #[serde(borrow)]
    keys: Image<'a>,
    #[serde(borrow, default)]
    new_image: Option<Image<'a>>,
    #[serde(borrow, default)]
    old_image: Option<Image<'a>>,
}

#[derive(Deserialize)]
struct UserIdentity<'a> {
    #[serde(rename = "principalId", alias = "PrincipalId", borrow, default)]
    principal_id: Cow<'a, str>,
    #[serde(rename = "type", alias = "Type", borrow, default)]
    kind: Cow<'a, str>,
}

impl<'a> StreamRecord<'a> {
    /// The text that stands for the item's key.
    pub(crate) fn key(&self) -> Cow<'a, str> {
        let keys = &self.dynamodb.keys;
        match keys.only_text() {
            Some(text) => text.clone(),
            None => key_text(&keys.clone().into_item()).into(),
        }
    }

    /// What happened, with the images read as the application's types. Takes them out of the record.
    pub(crate) fn change<T: DeserializeOwned, K: DeserializeOwned>(
        &mut self,
    ) -> Result<Change<T, K>, String> {
        let by_time_to_live = self.by_time_to_live();
        let data = &mut self.dynamodb;
        let name = self.event_name.as_ref();
        let mut new = || match data.new_image.take() {
            Some(new) => item(new, "NewImage"),
            None => Err(format!(
                "the {name} record has no NewImage: the stream's view type must be NEW_IMAGE or NEW_AND_OLD_IMAGES"
            )),
        };
        let mut old = || {
            let old = data.old_image.take();
            old.map(|old| item(old, "OldImage")).transpose()
        };
        let mut key = || item(mem::take(&mut data.keys), "Keys");
        match name {
            "INSERT" => Ok(Change::Created(new()?)),
            "MODIFY" => Ok(Change::Updated {
                new: new()?,
                old: old()?,
            }),
            "REMOVE" if by_time_to_live => Ok(Change::Expired {
                key: key()?,
                old: old()?,
            }),
            "REMOVE" => Ok(Change::Removed {
                key: key()?,
                old: old()?,
            }),
            other => Err(format!(
                "the eventName `{other}` is unknown: INSERT, MODIFY or REMOVE is expected"
            )),
        }
    }

    fn by_time_to_live(&self) -> bool {
        self.user_identity.as_ref().is_some_and(|identity| {
            identity.kind == "Service" && identity.principal_id == "dynamodb.amazonaws.com"
        })
    }
}

fn not_empty<'de, D: Deserializer<'de>>(json: D) -> Result<Cow<'de, str>, D::Error> {
    let Text(text) = Text::deserialize(json)?;
    if text.is_empty() {
        return Err(D::Error::custom("its eventID is empty"));
    }
    Ok(text)
}

fn item<T: DeserializeOwned>(image: Image<'_>, name: &str) -> Result<T, String> {
    T::deserialize(image).map_err(|error| format!("{name} does not fit its type: {error}"))
}

/// The text that stands for an item's key: the value itself for a table without a sort key, else a JSON object of
/// the attributes by name. Different keys have different texts, so no two items share a lane or a sequence.
fn key_text(keys: &Item) -> String {
    let attributes = keys.inner();
    if attributes.len() == 1
        && let Some(value) = attributes.values().next()
    {
        return value_text(value).into_owned();
    }
    let mut names: Vec<_> = attributes.keys().collect();
    names.sort_unstable();
    let mut text = String::from("{");
    for name in names {
        let separator = if text.len() == 1 { "" } else { "," };
        let (name, value) = (
            serde_json::Value::from(name.as_str()),
            serde_json::Value::from(value_text(&attributes[name])),
        );
        // Writing to a String can't fail.
        let _ = write!(text, "{separator}{name}:{value}");
    }
    text.push('}');
    text
}

fn value_text(value: &AttributeValue) -> Cow<'_, str> {
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => text.into(),
        AttributeValue::B(bytes) => {
            base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes).into()
        }
        // A key attribute is a string, a number or binary; anything else can't come from DynamoDB.
        other => format!("{other:?}").into(),
    }
}

/// What can be said about a record that is not what a stream delivers, to report or quarantine it.
#[derive(Default)]
pub(crate) struct Remains {
    pub(crate) event_id: Option<String>,
    pub(crate) sequence_number: Option<String>,
    pub(crate) key: Option<String>,
}

pub(crate) fn remains(raw: &RawValue) -> Remains {
    let record: serde_json::Value = serde_json::from_str(raw.get()).unwrap_or_default();
    let text = |value: &serde_json::Value| {
        value
            .as_str()
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let data = &record["dynamodb"];
    Remains {
        event_id: text(&record["eventID"]),
        sequence_number: text(&data["SequenceNumber"]),
        key: Item::deserialize(&data["Keys"])
            .ok()
            .map(|keys| key_text(&keys)),
    }
}
