use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::InputError;
use super::render::{Value, is_reserved};

/// An `InputTemplate`: JSON with `<name>`s in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Piece {
    Text(String),
    /// A comma between members or elements.
    Comma,
    /// A name inside of a string.
    Inside(String),
    /// A name in a value's place, with the key (and all up to the value) that is left out with it.
    Alone {
        key: String,
        name: String,
    },
}

impl Template {
    /// Reads a template in which `known` names and the reserved ones may stand.
    pub(super) fn parse(text: &str, known: impl Fn(&str) -> bool) -> Result<Self, InputError> {
        let mut reading = Reading::default();
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            if let Some((name, behind)) = placeholder(rest) {
                if !known(name) && !is_reserved(name) {
                    return Err(InputError(format!(
                        "InputTemplate has <{name}>, which InputPathsMap does not name"
                    )));
                }
                reading.name(name);
                rest = behind;
            } else {
                reading.character(character);
                rest = &rest[character.len_utf8()..];
            }
        }
        reading.end_text();
        let template = Self(reading.pieces);
        let tried = template.with_nulls();
        serde_json::from_str::<&RawValue>(&tried).map_err(|error| {
            InputError(format!(
                "InputTemplate is no JSON once values stand for its names ({error}); text needs quotes around it"
            ))
        })?;
        Ok(template)
    }

    /// The template with `null` for each name.
    fn with_nulls(&self) -> String {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(part) => text.push_str(part),
                Piece::Comma => text.push(','),
                Piece::Inside(_) => {}
                Piece::Alone { key, .. } => text.extend([key.as_str(), "null"]),
            }
        }
        text
    }

    /// The template with its values; what has none is left out, with its key and a comma.
    pub(super) fn render(&self, value: &dyn Fn(&str) -> Option<Value>) -> String {
        let mut text = String::new();
        let mut comma = false;
        for piece in &self.0 {
            let next = match piece {
                Piece::Text(text) => text.clone(),
                Piece::Inside(name) => value(name).map(Value::inside).unwrap_or_default(),
                Piece::Alone { key, name } => match value(name) {
                    Some(value) => format!("{key}{}", value.alone()),
                    None => continue,
                },
                Piece::Comma => {
                    comma = true;
                    continue;
                }
            };
            // A comma only stands between two things that are there.
            let (last, first) = (text.trim_end(), next.trim_start());
            if comma && !first.is_empty() {
                if !last.ends_with(['{', '[']) && !first.starts_with(['}', ']']) {
                    text.push(',');
                }
                comma = false;
            }
            text.push_str(&next);
        }
        text
    }
}

/// `<name>` at the beginning of `text`, and what follows it.
fn placeholder(text: &str) -> Option<(&str, &str)> {
    let (name, behind) = text.strip_prefix('<')?.split_once('>')?;
    let part = |character: char| character.is_ascii_alphanumeric() || "._-".contains(character);
    (!name.is_empty() && name.chars().all(part)).then_some((name, behind))
}

/// A template on its way into pieces.
#[derive(Default)]
struct Reading {
    pieces: Vec<Piece>,
    text: String,
    /// Where in `text` the member begins that is being read.
    member: usize,
    in_string: bool,
    escaped: bool,
}

impl Reading {
    fn character(&mut self, character: char) {
        if self.in_string {
            self.in_string = self.escaped || character != '"';
            self.escaped = character == '\\' && !self.escaped;
            self.text.push(character);
            return;
        }
        match character {
            ',' => {
                self.end_text();
                self.pieces.push(Piece::Comma);
                return;
            }
            '"' => self.in_string = true,
            _ => {}
        }
        self.text.push(character);
        if matches!(character, '{' | '[' | '}' | ']') {
            self.member = self.text.len();
        }
    }

    fn name(&mut self, name: &str) {
        let name = name.to_owned();
        if self.in_string {
            self.end_text();
            self.pieces.push(Piece::Inside(name));
        } else {
            let key = self.text.split_off(self.member);
            self.end_text();
            self.pieces.push(Piece::Alone { key, name });
        }
    }

    fn end_text(&mut self) {
        let text = std::mem::take(&mut self.text);
        if !text.is_empty() {
            self.pieces.push(Piece::Text(text));
        }
        self.member = 0;
    }
}
