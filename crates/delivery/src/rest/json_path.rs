//! The part of `JSONPath` that leads to one value: `$.order.lines[0]['unit-price']`.

use serde_json::Value;

/// A path to one value in a JSON document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct JsonPath(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Member(String),
    Element(usize),
}

impl JsonPath {
    /// Reads a path; the error says what of it is not done here.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let refused = || {
            format!(
                "the JSON path `{text}`; paths of members and elements are, for example `$.order.lines[0]['id']`"
            )
        };
        let mut rest = text.strip_prefix('$').ok_or_else(refused)?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let (step, behind) = step(rest).ok_or_else(refused)?;
            steps.push(step);
            rest = behind;
        }
        Ok(Self(steps))
    }

    /// The value at the path.
    pub(super) fn find<'a>(&self, document: &'a Value) -> Option<&'a Value> {
        self.0.iter().try_fold(document, |value, step| match step {
            Step::Member(name) => value.get(name),
            Step::Element(index) => value.get(index),
        })
    }
}

fn step(text: &str) -> Option<(Step, &str)> {
    if let Some(rest) = text.strip_prefix('.') {
        let length = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, rest) = rest.split_at(length);
        let plain = |c: char| c.is_alphanumeric() || "_-$@:".contains(c);
        let known = !name.is_empty() && name.chars().all(plain);
        return known.then(|| (Step::Member(name.to_owned()), rest));
    }
    let rest = text.strip_prefix('[')?;
    for quote in ['\'', '"'] {
        if let Some(rest) = rest.strip_prefix(quote) {
            let (name, rest) = rest.split_once(quote)?;
            return Some((Step::Member(name.to_owned()), rest.strip_prefix(']')?));
        }
    }
    let (index, rest) = rest.split_once(']')?;
    Some((Step::Element(index.parse().ok()?), rest))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_leads_to_members_and_elements() {
        let document = json!({ "order": { "lines": [{ "unit-price": 7, "a b": true }] } });
        let find = |path: &str| JsonPath::parse(path).unwrap().find(&document).cloned();

        assert_eq!(find("$"), Some(document.clone()));
        assert_eq!(find("$.order.lines[0].unit-price"), Some(json!(7)));
        assert_eq!(find("$['order'].lines[0][\"a b\"]"), Some(json!(true)));
        assert_eq!(find("$.order.lines[1]"), None);
        assert_eq!(find("$.order.lines.first"), None);
    }

    #[test]
    fn a_path_that_asks_for_more_than_one_value_is_refused() {
        for path in [
            "$..id",
            "$.lines[*]",
            "$.lines[?(@.a)]",
            "$.lines[0:2]",
            "order",
            "$.",
        ] {
            let refusal = JsonPath::parse(path).unwrap_err();
            assert!(refusal.contains(path), "{refusal}");
        }
    }
}
