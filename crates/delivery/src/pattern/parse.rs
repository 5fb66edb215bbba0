use super::condition::Condition;
use super::{Language, PatternError, operators};
use crate::document::{Kind, Node};

/// How many combinations `$or` may unfold into.
const MAXIMUM_COMBINATIONS: usize = 1000;

/// Fields of one JSON object that must all match.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Object(pub(super) Vec<Test>);

/// One requirement on a JSON object.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    /// The field holds an object (or objects in an array) that matches.
    Nested(String, Object),
    /// The field holds a value that meets one of these conditions.
    Leaf(String, Vec<Condition>),
    /// One of these alternatives matches the object itself.
    Or(Vec<Object>),
}

/// Parses a whole pattern.
pub(super) fn pattern(root: &Node<'_>, language: Language) -> Result<Object, PatternError> {
    let (object, combinations) = object(root, "$", language)?;
    if combinations > MAXIMUM_COMBINATIONS {
        return Err(refusal(
            "$",
            format!(
                "$or unfolds into {combinations} combinations, {MAXIMUM_COMBINATIONS} are allowed"
            ),
        ));
    }
    Ok(object)
}

fn refusal(path: &str, reason: impl Into<String>) -> PatternError {
    PatternError {
        path: path.to_owned(),
        reason: reason.into(),
    }
}

/// An object and the number of combinations its `$or`s unfold into.
fn object(
    value: &Node<'_>,
    path: &str,
    language: Language,
) -> Result<(Object, usize), PatternError> {
    let Kind::Object(fields) = &value.kind else {
        let reason = format!("a JSON object is expected, not {}", value.text);
        return Err(refusal(path, reason));
    };
    if fields.is_empty() {
        return Err(refusal(path, "an object must name at least one field"));
    }
    let mut tests = Vec::with_capacity(fields.len());
    let mut combinations = 1_usize;
    for (name, value) in fields {
        let path = format!("{path}.{name}");
        let (test, factor) = if name == "$or" {
            alternatives(value, &path, language)?
        } else {
            field(name, value, &path, language)?
        };
        tests.push(test);
        combinations = combinations.saturating_mul(factor);
    }
    Ok((Object(tests), combinations))
}

fn alternatives(
    value: &Node<'_>,
    path: &str,
    language: Language,
) -> Result<(Test, usize), PatternError> {
    let list = match &value.kind {
        Kind::Array { elements, .. } if elements.len() >= 2 => elements,
        _ => {
            return Err(refusal(path, "$or takes an array of at least two objects"));
        }
    };
    let mut objects = Vec::with_capacity(list.len());
    let mut combinations = 0_usize;
    for alternative in list {
        let (object, factor) = object(alternative, path, language)?;
        objects.push(object);
        combinations = combinations.saturating_add(factor);
    }
    Ok((Test::Or(objects), combinations))
}

fn field(
    name: &str,
    value: &Node<'_>,
    path: &str,
    language: Language,
) -> Result<(Test, usize), PatternError> {
    match &value.kind {
        Kind::Object(_) => {
            let (object, combinations) = object(value, path, language)?;
            Ok((Test::Nested(name.to_owned(), object), combinations))
        }
        Kind::Array { elements, .. } if elements.is_empty() => {
            Err(refusal(path, "an array must hold at least one value"))
        }
        Kind::Array { elements, .. } => {
            let condition = |entry| operators::condition(entry, language);
            let conditions = elements
                .iter()
                .map(|entry| condition(entry).map_err(|reason| refusal(path, reason)))
                .collect::<Result<_, _>>()?;
            Ok((Test::Leaf(name.to_owned(), conditions), 1))
        }
        _ => Err(refusal(
            path,
            format!(
                "the value must be an array or an object: [{0}] instead of {0}",
                value.text
            ),
        )),
    }
}
