//! How large DynamoDB takes an item to be
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>).

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

/// The most bytes of an item, names and values counted: 400 KB
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>).
pub const ITEM_BYTES: usize = 400 * 1024;

/// What a list or a map costs beside its content.
const CONTAINER: usize = 3;

/// The bytes of an item: the names and the values of its attributes.
pub(super) fn item(item: &HashMap<String, AttributeValue>) -> usize {
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

/// A byte for two significant digits, those before and those behind the point each by themselves; one more, and one
/// for a minus. AWS documents it as approximate, so this is as it was measured.
fn number(text: &str) -> usize {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let whole = whole.trim_start_matches(['-', '+']);
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0');
    let leading = digits.len() - significant.len();
    let significant = significant.trim_end_matches('0').len();
    if significant == 0 {
        return 1;
    }
    let exponent: i64 = exponent.parse().unwrap_or_default();
    let length = |digits: usize| i64::try_from(digits).unwrap_or(i64::MAX);
    let point = (length(whole.len()) - length(leading)).saturating_add(exponent);
    let before = usize::try_from(point.max(0)).unwrap_or_default();
    let before = before.min(significant);
    let minus = usize::from(text.starts_with('-'));
    before.div_ceil(2) + (significant - before).div_ceil(2) + 1 + minus
}
