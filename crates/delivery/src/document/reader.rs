use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::{Document, DocumentError, Kind, MAXIMUM_LEVELS, Node};

/// Reads a text after `serde_json` found it to be JSON, so that nothing unexpected can come.
pub(super) fn read(text: &str) -> Result<Document<'_>, DocumentError> {
    // This check does not recurse.
    serde_json::from_str::<&RawValue>(text)?;
    let levels = levels(text);
    if levels > MAXIMUM_LEVELS {
        return Err(DocumentError::Levels(levels));
    }
    let mut reader = Reader {
        text,
        at: 0,
        arrays: 0,
        beyond_int64: None,
    };
    let root = reader.node()?;
    Ok(Document {
        root,
        levels,
        beyond_int64: reader.beyond_int64,
    })
}

fn levels(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                while let Some(byte) = bytes.next() {
                    match byte {
                        b'\\' => _ = bytes.next(),
                        b'"' => break,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    deepest
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    arrays: u32,
    beyond_int64: Option<&'a str>,
}

impl<'a> Reader<'a> {
    fn node(&mut self) -> Result<Node<'a>, serde_json::Error> {
        let next = self.next_token();
        let start = self.at;
        let kind = match next {
            b'{' => self.object()?,
            b'[' => self.array()?,
            b'"' => Kind::String(self.string()?),
            b't' => self.word("true", Kind::Boolean(true)),
            b'f' => self.word("false", Kind::Boolean(false)),
            b'n' => self.word("null", Kind::Null),
            _ => self.number(),
        };
        let text = self.since(start);
        Ok(Node { text, kind })
    }

    fn object(&mut self) -> Result<Kind<'a>, serde_json::Error> {
        self.at += 1;
        let mut fields = BTreeMap::new();
        while self.next_token() == b'"' {
            let name = self.string()?;
            // The colon.
            self.next_token();
            self.at += 1;
            let value = self.node()?;
            fields.insert(name, value);
            self.skip(b',');
        }
        self.at += 1;
        Ok(Kind::Object(fields))
    }

    fn array(&mut self) -> Result<Kind<'a>, serde_json::Error> {
        self.at += 1;
        let id = self.arrays;
        self.arrays += 1;
        let mut elements = Vec::new();
        while !matches!(self.next_token(), b']' | 0) {
            elements.push(self.node()?);
            self.skip(b',');
        }
        self.at += 1;
        Ok(Kind::Array { id, elements })
    }

    fn string(&mut self) -> Result<Cow<'a, str>, serde_json::Error> {
        let start = self.at;
        self.at += 1;
        let mut escaped = false;
        loop {
            match self.byte() {
                b'\\' => {
                    escaped = true;
                    self.at += 2;
                }
                b'"' | 0 => break,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        let token = self.since(start);
        if escaped {
            return serde_json::from_str(token).map(Cow::Owned);
        }
        let inner = token.get(1..token.len().saturating_sub(1));
        Ok(Cow::Borrowed(inner.unwrap_or_default()))
    }

    fn number(&mut self) -> Kind<'a> {
        let start = self.at;
        // At least one byte, so that reading always ends.
        self.at += 1;
        while matches!(self.byte(), b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-') {
            self.at += 1;
        }
        let text = self.since(start);
        let integer = !text.contains(['.', 'e', 'E']);
        if integer && text.parse::<i64>().is_err() {
            self.beyond_int64 = self.beyond_int64.or(Some(text));
        }
        Kind::Number
    }

    fn word(&mut self, word: &str, kind: Kind<'a>) -> Kind<'a> {
        self.at += word.len();
        kind
    }

    /// The byte that comes next; 0, which stands in no JSON, at the end.
    fn byte(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn next_token(&mut self) -> u8 {
        while matches!(self.byte(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
        self.byte()
    }

    fn skip(&mut self, byte: u8) {
        if self.next_token() == byte {
            self.at += 1;
        }
    }

    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }
}
