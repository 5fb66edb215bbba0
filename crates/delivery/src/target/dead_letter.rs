use super::{Exhausted, Refusal};

/// The message attributes that a dead-lettered event gets, all of type String or Number: name,
/// type, value.
#[must_use]
pub fn dead_letter_attributes(
    rule_arn: &str,
    target_arn: &str,
    refusal: &Refusal,
    exhausted: Option<Exhausted>,
    attempts: u32,
) -> Vec<(&'static str, &'static str, String)> {
    let mut attributes = vec![
        ("RULE_ARN", "String", rule_arn.to_owned()),
        ("TARGET_ARN", "String", target_arn.to_owned()),
        ("ERROR_CODE", "String", refusal.code.to_owned()),
        ("ERROR_MESSAGE", "String", refusal.message.clone()),
        (
            "RETRY_ATTEMPTS",
            "Number",
            attempts.saturating_sub(1).to_string(),
        ),
    ];
    if let Some(exhausted) = exhausted {
        attributes.push((
            "EXHAUSTED_RETRY_CONDITION",
            "String",
            exhausted.name().to_owned(),
        ));
    }
    attributes
}
