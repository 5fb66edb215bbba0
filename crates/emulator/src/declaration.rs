use serde_json::Value;
use stack::Resource;
use thiserror::Error;

/// A declared resource that can't be brought up as declared.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{name} ({type_token}) can't be run here: {reason}")]
pub struct DeclarationError {
    /// The resource's name in the program.
    pub name: String,
    /// Its Pulumi type.
    pub type_token: String,
    /// The property, what is wrong with it and what is possible.
    pub reason: String,
}

/// What is wrong with a resource.
pub(crate) fn refuse(resource: &Resource, reason: impl Into<String>) -> DeclarationError {
    DeclarationError {
        name: resource.name.clone(),
        type_token: resource.type_token.clone(),
        reason: reason.into(),
    }
}

/// A property of a resource as it came out; absent and null are the same.
pub(crate) fn property<'a>(resource: &'a Resource, name: &str) -> Option<&'a Value> {
    resource
        .outputs
        .get(name)
        .or_else(|| resource.inputs.get(name))
        .filter(|value| !value.is_null())
}

/// A string property; an empty one counts as absent.
pub(crate) fn text<'a>(resource: &'a Resource, name: &str) -> Option<&'a str> {
    property(resource, name)?
        .as_str()
        .filter(|text| !text.is_empty())
}

/// A string property that must be there.
pub(crate) fn required<'a>(
    resource: &'a Resource,
    name: &str,
) -> Result<&'a str, DeclarationError> {
    text(resource, name)
        .ok_or_else(|| refuse(resource, format!("the property `{name}` is missing")))
}

/// A whole number in a range; Pulumi's protocol knows numbers as floats only.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "only whole numbers of a small range are cast"
)]
pub(crate) fn number(
    resource: &Resource,
    name: &str,
    value: Option<&Value>,
    allowed: std::ops::RangeInclusive<u64>,
) -> Result<Option<u64>, DeclarationError> {
    let Some(value) = value.filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    let (lowest, highest) = (*allowed.start() as f64, *allowed.end() as f64);
    value
        .as_f64()
        .filter(|number| number.fract() == 0.0 && (lowest..=highest).contains(number))
        .map(|number| Some(number as u64))
        .ok_or_else(|| {
            let (lowest, highest) = allowed.into_inner();
            refuse(
                resource,
                format!(
                    "`{name}` is {value}; a whole number from {lowest} to {highest} is allowed"
                ),
            )
        })
}
