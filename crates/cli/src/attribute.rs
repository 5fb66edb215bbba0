use serde_json::{Map, Number, Value};

/// An item as `DynamoDB` answers it, with its type letters taken off: `{"id": {"S": "1"}}` becomes
/// `{"id": "1"}`.
///
/// None if it is not in `DynamoDB`'s JSON.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html#Programming.LowLevelAPI.DataTypeDescriptors>
pub(crate) fn plain_item(item: &Map<String, Value>) -> Option<Map<String, Value>> {
    let attribute = |(name, value): (&String, &Value)| Some((name.clone(), plain(value)?));
    item.iter().map(attribute).collect()
}

fn plain(attribute: &Value) -> Option<Value> {
    let (letters, value) = attribute.as_object()?.iter().next()?;
    match (letters.as_str(), value) {
        ("S" | "B", Value::String(_))
        | ("BOOL", Value::Bool(_))
        | ("SS" | "BS", Value::Array(_)) => Some(value.clone()),
        ("N", Value::String(number)) => number_value(number),
        ("NULL", _) => Some(Value::Null),
        ("M", Value::Object(map)) => plain_item(map).map(Value::Object),
        ("L", Value::Array(list)) => list.iter().map(plain).collect(),
        ("NS", Value::Array(numbers)) => numbers
            .iter()
            .map(|text| number_value(text.as_str()?))
            .collect(),
        _ => None,
    }
}

fn number_value(text: &str) -> Option<Value> {
    let number: Number = serde_json::from_str(text).ok()?;
    Some(Value::Number(number))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail so")]

    use serde_json::json;

    use super::*;

    #[test]
    fn every_type_loses_its_letters() {
        let item = json!({
            "id": {"S": "1"}, "age": {"N": "42.5"}, "gone": {"NULL": true}, "new": {"BOOL": false},
            "nested": {"M": {"list": {"L": [{"N": "1"}, {"S": "b"}]}}},
            "names": {"SS": ["a"]}, "numbers": {"NS": ["1", "2"]}, "bytes": {"B": "AA=="},
        });

        let plain = plain_item(item.as_object().unwrap()).unwrap();

        let expected = json!({
            "id": "1", "age": 42.5, "gone": null, "new": false,
            "nested": {"list": [1, "b"]},
            "names": ["a"], "numbers": [1, 2], "bytes": "AA==",
        });
        assert_eq!(Value::Object(plain), expected);
    }

    #[test]
    fn what_is_not_in_its_form_is_refused() {
        for item in [
            json!({"id": "1"}),
            json!({"id": {"X": "1"}}),
            json!({"id": {"N": "one"}}),
        ] {
            assert_eq!(plain_item(item.as_object().unwrap()), None, "{item}");
        }
    }
}
