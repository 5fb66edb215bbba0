use std::cell::RefCell;
use std::rc::Rc;

use serde_json::Value as Json;

/// A value while a template is written. Lists and maps are shared, as Java's are: what changes one
/// under one name is seen under every other.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Integer(i64),
    Decimal(f64),
    Text(Rc<str>),
    List(List),
    Map(Map),
    /// `$input`
    Input,
    /// `$util`
    Util,
}

#[derive(Clone, Debug)]
pub(super) struct List {
    pub(super) items: Rc<RefCell<Vec<Value>>>,
    /// A list out of a body is written as JSON, one made in the template as Java writes lists.
    from_body: bool,
}

/// Keys in the order in which they came.
pub(super) type Map = Rc<RefCell<Vec<(String, Value)>>>;

impl Value {
    pub(super) fn text(text: &str) -> Self {
        Self::Text(Rc::from(text))
    }

    pub(super) fn integer(count: usize) -> Self {
        Self::Integer(i64::try_from(count).unwrap_or(i64::MAX))
    }

    pub(super) fn list(items: Vec<Value>) -> Self {
        Self::List(List {
            items: Rc::new(RefCell::new(items)),
            from_body: false,
        })
    }

    pub(super) fn map(entries: Vec<(String, Value)>) -> Self {
        Self::Map(Rc::new(RefCell::new(entries)))
    }

    pub(super) fn from_json(json: &Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(integer), _) => Self::Integer(integer),
                (None, Some(decimal)) => Self::Decimal(decimal),
                (None, None) => Self::text(&number.to_string()),
            },
            Json::String(text) => Self::text(text),
            Json::Array(items) => Self::List(List {
                items: Rc::new(RefCell::new(items.iter().map(Self::from_json).collect())),
                from_body: true,
            }),
            Json::Object(members) => Self::map(
                members
                    .iter()
                    .map(|(name, value)| (name.clone(), Self::from_json(value)))
                    .collect(),
            ),
        }
    }

    fn to_json(&self) -> Json {
        match self {
            Self::Null | Self::Input | Self::Util => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Integer(integer) => Json::from(*integer),
            Self::Decimal(decimal) => Json::from(*decimal),
            Self::Text(text) => Json::from(&**text),
            Self::List(list) => list.items.borrow().iter().map(Self::to_json).collect(),
            Self::Map(map) => map
                .borrow()
                .iter()
                .map(|(name, value)| (name.clone(), value.to_json()))
                .collect(),
        }
    }

    /// As a template writes it; none for null, which is written as the reference itself.
    pub(super) fn written(&self) -> Option<String> {
        Some(match self {
            Self::Null => return None,
            Self::Bool(value) => value.to_string(),
            Self::Integer(integer) => integer.to_string(),
            Self::Decimal(decimal) => decimal_text(*decimal),
            Self::Text(text) => text.to_string(),
            Self::List(list) if list.from_body => self.to_json().to_string(),
            Self::List(list) => {
                let items: Vec<String> = list.items.borrow().iter().map(Self::inside).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Map(map) => {
                let entries: Vec<String> = map
                    .borrow()
                    .iter()
                    .map(|(name, value)| format!("{name}={}", value.inside()))
                    .collect();
                format!("{{{}}}", entries.join(", "))
            }
            Self::Input => "$input".to_owned(),
            Self::Util => "$util".to_owned(),
        })
    }

    /// As it is written inside a list or map.
    fn inside(&self) -> String {
        self.written().unwrap_or_else(|| "null".to_owned())
    }

    /// As a text, null being none.
    pub(super) fn to_text(&self) -> String {
        self.written().unwrap_or_default()
    }

    /// Velocity 1.7: everything is true but `false` and null, the empty text too.
    pub(super) fn is_true(&self) -> bool {
        !matches!(self, Self::Null | Self::Bool(false))
    }
}

/// As Java writes a `double`, within what a JSON number usually holds.
fn decimal_text(decimal: f64) -> String {
    format!("{decimal:?}")
}

/// The value of a key.
pub(super) fn get(map: &Map, key: &str) -> Option<Value> {
    let map = map.borrow();
    let entry = map.iter().find(|(name, _)| name == key);
    entry.map(|(_, value)| value.clone())
}

/// Sets a key and answers what it had.
pub(super) fn put(map: &Map, key: &str, value: Value) -> Option<Value> {
    let mut map = map.borrow_mut();
    if let Some((_, known)) = map.iter_mut().find(|(name, _)| name == key) {
        return Some(std::mem::replace(known, value));
    }
    map.push((key.to_owned(), value));
    None
}
