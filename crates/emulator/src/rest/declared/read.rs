//! Properties as REST APIs have them.

use std::collections::BTreeMap;

use delivery::rest::Template;
use serde_json::Value;
use stack::{Resource, Stack};

use crate::declaration::{DeclarationError, property, refuse, required};

/// A map of texts; absent is empty.
pub(super) fn texts(
    resource: &Resource,
    name: &str,
) -> Result<BTreeMap<String, String>, DeclarationError> {
    let Some(value) = property(resource, name) else {
        return Ok(BTreeMap::new());
    };
    let wrong = || {
        refuse(
            resource,
            format!("`{name}` is {value}; it must be a map of texts"),
        )
    };
    let members = value.as_object().ok_or_else(wrong)?;
    members
        .iter()
        .map(|(key, value)| Ok((key.clone(), value.as_str().ok_or_else(wrong)?.to_owned())))
        .collect()
}

/// A map of names to whether they must be there.
pub(super) fn flags(
    resource: &Resource,
    name: &str,
) -> Result<BTreeMap<String, bool>, DeclarationError> {
    let Some(value) = property(resource, name) else {
        return Ok(BTreeMap::new());
    };
    let wrong = || {
        refuse(
            resource,
            format!("`{name}` is {value}; it must be a map of booleans"),
        )
    };
    let members = value.as_object().ok_or_else(wrong)?;
    members
        .iter()
        .map(|(key, value)| Ok((key.clone(), value.as_bool().ok_or_else(wrong)?)))
        .collect()
}

/// Mapping templates by media type, each read now so that no request meets what can't be done.
pub(super) fn templates(
    resource: &Resource,
    name: &str,
) -> Result<BTreeMap<String, Template>, DeclarationError> {
    let texts = texts(resource, name)?;
    texts
        .into_iter()
        .map(|(media_type, text)| {
            if !media_type.contains('/') {
                let reason = format!("`{name}` has the key `{media_type}`, which is no media type");
                return Err(refuse(resource, reason));
            }
            let template = Template::parse(&text)
                .map_err(|error| refuse(resource, format!("`{name}` for {media_type}, {error}")))?;
            Ok((media_type.to_ascii_lowercase(), template))
        })
        .collect()
}

/// Refuses properties that are set and mean something that is not done here.
pub(super) fn unsupported(resource: &Resource, names: &[&str]) -> Result<(), DeclarationError> {
    for name in names {
        let value = resource.inputs.get(*name);
        if let Some(value) = value.filter(|value| !means_nothing(value)) {
            let reason = format!("`{name}` is {value}, which is not supported here; leave it out");
            return Err(refuse(resource, reason));
        }
    }
    Ok(())
}

fn means_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(true) | Value::Number(_) => false,
    }
}

/// One of these words, or the first where none is given.
pub(super) fn one_of(
    resource: &Resource,
    name: &str,
    words: &[&'static str],
) -> Result<&'static str, DeclarationError> {
    let given = resource.inputs.get(name).and_then(Value::as_str);
    let given = given.filter(|given| !given.is_empty());
    let Some(given) = given else {
        return Ok(words[0]);
    };
    let found = words.iter().find(|word| **word == given);
    found.copied().ok_or_else(|| {
        let possible = words.join(", ");
        refuse(
            resource,
            format!("`{name}` is {given}, which is not supported here; {possible} is"),
        )
    })
}

/// An HTTP status.
pub(super) fn status(resource: &Resource, name: &str) -> Result<Option<u16>, DeclarationError> {
    let Some(value) = property(resource, name) else {
        return Ok(None);
    };
    let number = match value {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number
            .as_f64()
            .map(|number| number.to_string())
            .and_then(|text| text.parse().ok()),
        _ => None,
    };
    match number.filter(|status| (100..600).contains(status)) {
        Some(status) => Ok(Some(status)),
        None => Err(refuse(
            resource,
            format!("`{name}` is {value}, which is no HTTP status"),
        )),
    }
}

/// Whether a resource belongs to a method of an API: by the ids and the HTTP method.
pub(super) fn is_of_method(resource: &Resource, method: &Resource) -> bool {
    ["restApi", "resourceId", "httpMethod"]
        .iter()
        .all(|name| resource.text(name) == method.text(name))
}

/// The resources of a type that belong to an API.
pub(super) fn of_api<'a>(
    stack: &'a Stack,
    type_token: &'a str,
    api_id: &'a str,
) -> impl Iterator<Item = &'a Resource> {
    stack.of_type(type_token).filter(move |resource| {
        let api = resource
            .text("restApi")
            .or_else(|| resource.text("restApiId"));
        api == Some(api_id)
    })
}

/// A property that must be there, as an owned text.
pub(super) fn owned(resource: &Resource, name: &str) -> Result<String, DeclarationError> {
    required(resource, name).map(str::to_owned)
}
