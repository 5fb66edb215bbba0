use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use regex::Regex;

use super::RenderError;
use super::value::Value;

/// The methods of texts, Java's strings; none if texts have no such method with these arguments.
pub(super) fn call(
    text: &str,
    method: &str,
    arguments: &[Value],
) -> Result<Option<Value>, RenderError> {
    let texts: Vec<String> = arguments.iter().map(Value::to_text).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let value = match (method, texts.as_slice()) {
        ("length", []) => Value::integer(text.encode_utf16().count()),
        ("isEmpty", []) => Value::Bool(text.is_empty()),
        ("toString", []) => Value::text(text),
        ("trim", []) => Value::text(text.trim()),
        ("toLowerCase", []) => Value::text(&text.to_lowercase()),
        ("toUpperCase", []) => Value::text(&text.to_uppercase()),
        ("contains", [part]) => Value::Bool(text.contains(part)),
        ("startsWith", [part]) => Value::Bool(text.starts_with(part)),
        ("endsWith", [part]) => Value::Bool(text.ends_with(part)),
        ("equals", [other]) => {
            Value::Bool(matches!(&arguments[0], Value::Text(_)) && text == *other)
        }
        ("equalsIgnoreCase", [other]) => Value::Bool(text.to_lowercase() == other.to_lowercase()),
        ("concat", [other]) => Value::text(&format!("{text}{other}")),
        ("indexOf", [part]) => text.find(part).map_or(Value::Integer(-1), |at| {
            Value::integer(text[..at].encode_utf16().count())
        }),
        ("replace", [from, to]) => Value::text(&text.replace(from, to)),
        ("replaceAll", [pattern, to]) => {
            let pattern = compiled(pattern)?;
            Value::text(&pattern.replace_all(text, replacement(to)))
        }
        ("replaceFirst", [pattern, to]) => {
            let pattern = compiled(pattern)?;
            Value::text(&pattern.replace(text, replacement(to)))
        }
        ("matches", [pattern]) => {
            Value::Bool(compiled(&format!("^(?:{pattern})$"))?.is_match(text))
        }
        ("split", [pattern]) => {
            let pattern = compiled(pattern)?;
            let mut parts: Vec<&str> = pattern.split(text).collect();
            // Java leaves empty parts at the end out.
            while parts.len() > 1 && parts.last() == Some(&"") {
                parts.pop();
            }
            Value::list(parts.into_iter().map(Value::text).collect())
        }
        ("substring", [_]) => return substring(text, &arguments[0], None),
        ("substring", [_, _]) => return substring(text, &arguments[0], Some(&arguments[1])),
        _ => return Ok(None),
    };
    Ok(Some(value))
}

/// So many compiled patterns are kept; those of all templates together are far fewer unless they are made of what
/// clients send.
const KEPT: usize = 64;

thread_local! {
    static COMPILED: RefCell<HashMap<String, Rc<Regex>>> = RefCell::default();
}

/// The expression of a pattern. To compile one takes longer than all the rest of a template, so it is done once for
/// each thread.
fn compiled(pattern: &str) -> Result<Rc<Regex>, RenderError> {
    let known = COMPILED.with_borrow(|known| known.get(pattern).cloned());
    if let Some(known) = known {
        return Ok(known);
    }
    let compiled = Regex::new(pattern).map(Rc::new).map_err(|error| {
        RenderError::Failed(format!(
            "the regular expression `{pattern}` can't be used: {error}"
        ))
    })?;
    COMPILED.with_borrow_mut(|known| {
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(pattern.to_owned(), Rc::clone(&compiled));
    });
    Ok(compiled)
}

/// In Java's replacements `\x` is `x` and `$1` a group; in the library's only `$` is special.
fn replacement(java: &str) -> String {
    let mut text = String::new();
    let mut characters = java.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('$') => text.push_str("$$"),
                Some(escaped) => text.push(escaped),
                None => {}
            },
            '$' => {
                text.push_str("${");
                while let Some(digit) = characters.next_if(char::is_ascii_digit) {
                    text.push(digit);
                }
                text.push('}');
            }
            _ => text.push(character),
        }
    }
    text
}

/// Positions count UTF-16 units, as Java's do.
fn substring(text: &str, from: &Value, to: Option<&Value>) -> Result<Option<Value>, RenderError> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let position = |value: &Value| match value {
        Value::Integer(position) => usize::try_from(*position).ok(),
        _ => None,
    };
    let from = position(from);
    let to = to.map_or(Some(units.len()), position);
    let range = from.zip(to).and_then(|(from, to)| units.get(from..to));
    match range {
        Some(units) => Ok(Some(Value::text(&String::from_utf16_lossy(units)))),
        None => Err(RenderError::Failed(format!(
            "substring: a text of {} characters does not have these positions",
            units.len()
        ))),
    }
}
