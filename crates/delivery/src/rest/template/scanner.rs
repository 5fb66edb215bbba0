use super::TemplateError;

/// A place in a template's text.
#[derive(Clone, Debug)]
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    first_line: usize,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self::starting_in_line(text, 1)
    }

    /// For a string inside a template, whose lines go on counting.
    pub(super) fn starting_in_line(text: &'a str, first_line: usize) -> Self {
        Self {
            text,
            at: 0,
            first_line,
        }
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// What was read since `start`.
    pub(super) fn since(&self, start: usize) -> &'a str {
        &self.text[start..self.at]
    }

    pub(super) fn line(&self) -> usize {
        self.first_line + self.text[..self.at].matches('\n').count()
    }

    pub(super) fn error(&self, reason: impl Into<String>) -> TemplateError {
        TemplateError {
            line: self.line(),
            reason: reason.into(),
        }
    }

    pub(super) fn unsupported(&self, what: impl std::fmt::Display) -> TemplateError {
        self.error(format!("not supported here: {what}"))
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Reads `token` if it comes next.
    pub(super) fn take(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    pub(super) fn expect(&mut self, token: &str, after: &str) -> Result<(), TemplateError> {
        if self.take(token) {
            return Ok(());
        }
        let found = self
            .peek()
            .map_or("the end".to_owned(), |found| format!("`{found}`"));
        Err(self.error(format!("expected `{token}` {after}, found {found}")))
    }

    pub(super) fn skip_white_space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.next();
        }
    }

    /// Blanks and the line break behind a directive are no part of the output.
    pub(super) fn skip_end_of_line(&mut self) {
        let blanks = self.rest().trim_start_matches([' ', '\t']);
        let rest = blanks
            .strip_prefix("\r\n")
            .or_else(|| blanks.strip_prefix('\n'));
        if let Some(rest) = rest {
            self.at = self.text.len() - rest.len();
        }
    }

    /// Reads up to and with `end`.
    pub(super) fn through(&mut self, end: &str) -> Option<&'a str> {
        let rest = self.rest();
        let length = rest.find(end)?;
        self.at += length + end.len();
        Some(&rest[..length])
    }

    pub(super) fn skip_rest(&mut self) {
        self.at = self.text.len();
    }

    /// A name as Velocity has them: a letter or `_`, then letters, digits, `_` and `-`.
    pub(super) fn identifier(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let first = rest.chars().next()?;
        if !first.is_ascii_alphabetic() && first != '_' {
            return None;
        }
        let length = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-')
            .unwrap_or(rest.len());
        self.at += length;
        Some(&rest[..length])
    }
}
