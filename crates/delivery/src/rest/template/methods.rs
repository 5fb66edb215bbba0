use super::value::{List, Map, Value, get, put};
use super::{RenderError, text_methods};

/// Every method that a value may be asked for. A template with another one is refused at the start.
pub(super) const METHODS: [&str; 33] = [
    "add",
    "addAll",
    "concat",
    "contains",
    "containsKey",
    "endsWith",
    "entrySet",
    "equals",
    "equalsIgnoreCase",
    "get",
    "getKey",
    "getValue",
    "indexOf",
    "isEmpty",
    "keySet",
    "length",
    "matches",
    "put",
    "putAll",
    "remove",
    "replace",
    "replaceAll",
    "replaceFirst",
    "set",
    "size",
    "split",
    "startsWith",
    "substring",
    "toLowerCase",
    "toString",
    "toUpperCase",
    "trim",
    "values",
];

/// Calls a method of a value; null where the value has no such method.
pub(super) fn call(value: &Value, method: &str, arguments: &[Value]) -> Result<Value, RenderError> {
    let result = match value {
        Value::Text(text) => text_methods::call(text, method, arguments)?,
        Value::List(list) => list_method(list, method, arguments),
        Value::Map(map) => map_method(map, method, arguments),
        Value::Null => None,
        other => match (method, arguments) {
            ("toString", []) => Some(Value::text(&other.to_text())),
            ("equals", [to]) => Some(Value::Bool(super::compare::equal(other, to))),
            _ => None,
        },
    };
    Ok(result.unwrap_or(Value::Null))
}

fn list_method(list: &List, method: &str, arguments: &[Value]) -> Option<Value> {
    let items = &list.items;
    Some(match (method, arguments) {
        ("size", []) => Value::integer(items.borrow().len()),
        ("isEmpty", []) => Value::Bool(items.borrow().is_empty()),
        ("get", [index]) => element(list, index)?,
        ("contains", [value]) => Value::Bool(
            items
                .borrow()
                .iter()
                .any(|item| super::compare::equal(item, value)),
        ),
        ("add", [value]) => {
            items.borrow_mut().push(value.clone());
            Value::Bool(true)
        }
        ("addAll", [Value::List(more)]) => {
            let more = more.items.borrow().clone();
            items.borrow_mut().extend(more);
            Value::Bool(true)
        }
        ("set", [Value::Integer(index), value]) => {
            let index = usize::try_from(*index).ok()?;
            let mut items = items.borrow_mut();
            std::mem::replace(items.get_mut(index)?, value.clone())
        }
        ("remove", [Value::Integer(index)]) => {
            let index = usize::try_from(*index).ok()?;
            let mut items = items.borrow_mut();
            if index >= items.len() {
                return None;
            }
            items.remove(index)
        }
        ("toString", []) => Value::text(&Value::List(list.clone()).to_text()),
        _ => return None,
    })
}

fn map_method(map: &Map, method: &str, arguments: &[Value]) -> Option<Value> {
    Some(match (method, arguments) {
        ("size", []) => Value::integer(map.borrow().len()),
        ("isEmpty", []) => Value::Bool(map.borrow().is_empty()),
        ("get", [key]) => get(map, &key.to_text())?,
        ("containsKey", [key]) => Value::Bool(get(map, &key.to_text()).is_some()),
        ("put", [key, value]) => put(map, &key.to_text(), value.clone())?,
        ("putAll", [Value::Map(more)]) => {
            let more = more.borrow().clone();
            for (key, value) in more {
                put(map, &key, value);
            }
            return None;
        }
        ("remove", [key]) => {
            let key = key.to_text();
            let mut map = map.borrow_mut();
            let at = map.iter().position(|(name, _)| *name == key)?;
            map.remove(at).1
        }
        ("keySet", []) => Value::list(
            map.borrow()
                .iter()
                .map(|(name, _)| Value::text(name))
                .collect(),
        ),
        ("values", []) => Value::list(
            map.borrow()
                .iter()
                .map(|(_, value)| value.clone())
                .collect(),
        ),
        ("entrySet", []) => Value::list(
            map.borrow()
                .iter()
                .map(|(name, value)| {
                    Value::map(vec![
                        ("key".to_owned(), Value::text(name)),
                        ("value".to_owned(), value.clone()),
                    ])
                })
                .collect(),
        ),
        ("getKey", []) => get(map, "key")?,
        ("getValue", []) => get(map, "value")?,
        ("toString", []) => Value::text(&Value::Map(map.clone()).to_text()),
        _ => return None,
    })
}

/// `list[index]`; from the end for a negative one.
pub(super) fn element(list: &List, index: &Value) -> Option<Value> {
    let Value::Integer(index) = index else {
        return None;
    };
    let items = list.items.borrow();
    let index = if *index < 0 {
        items.len().checked_sub(usize::try_from(-*index).ok()?)?
    } else {
        usize::try_from(*index).ok()?
    };
    items.get(index).cloned()
}
