//! How large DynamoDB takes an item to be
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>).

use aws_sdk_dynamodb::types::AttributeValue;

use super::action::Item;

/// The most bytes of an item, names and values counted: 400 KB
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>).
pub const ITEM_BYTES: usize = 400 * 1024;

/// What a list or a map costs beside its content.
const CONTAINER: usize = 3;

/// The bytes of an item: the names and the values of its attributes.
pub(super) fn item(item: &Item) -> usize {
    item.iter()
        .map(|(name, attribute)| name.len() + value(attribute))
        .sum()
}

fn value(attribute: &AttributeValue) -> usize {
    match attribute {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(text) => number(text),
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::Ss(texts) => texts.iter().map(String::len).sum(),
        AttributeValue::Ns(texts) => texts.iter().map(|text| number(text)).sum(),
        AttributeValue::Bs(all) => all.iter().map(|bytes| bytes.as_ref().len()).sum(),
        AttributeValue::L(values) => {
            CONTAINER
                + values
                    .iter()
                    .map(|element| 1 + value(element))
                    .sum::<usize>()
        }
        AttributeValue::M(values) => CONTAINER + values.len() + item(values),
        // Null, a boolean, or what a later SDK knows.
        _ => 1,
    }
}

/// About one byte for two significant digits, and one more.
fn number(text: &str) -> usize {
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let digits = mantissa.chars().filter(char::is_ascii_digit).count();
    digits.div_ceil(2).min(19) + 1 + usize::from(text.starts_with('-'))
}
