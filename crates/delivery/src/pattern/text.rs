/// A form that a string may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TextTest {
    /// Starts with this.
    Prefix(String),
    /// Starts with this in any case; kept in lower case.
    PrefixIgnoreCase(String),
    /// Ends with this.
    Suffix(String),
    /// Ends with this in any case; kept in lower case.
    SuffixIgnoreCase(String),
    /// Is this in any case; kept in lower case.
    EqualsIgnoreCase(String),
    /// Fits the parts of a wildcard.
    Wildcard(Wildcard),
}

impl TextTest {
    /// Whether `text` has this form.
    pub(super) fn matches(&self, text: &str) -> bool {
        match self {
            Self::Prefix(start) => text.starts_with(start.as_str()),
            Self::PrefixIgnoreCase(start) => text.to_lowercase().starts_with(start.as_str()),
            Self::Suffix(end) => text.ends_with(end.as_str()),
            Self::SuffixIgnoreCase(end) => text.to_lowercase().ends_with(end.as_str()),
            Self::EqualsIgnoreCase(whole) => text.to_lowercase() == *whole,
            Self::Wildcard(wildcard) => wildcard.matches(text),
        }
    }
}

/// Literal parts with any text between them: `a*b` is `["a", "b"]`, no star is one part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wildcard(Vec<String>);

impl Wildcard {
    /// Parses `*` as any text, `\*` and `\\` as themselves.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = vec![String::new()];
        let mut after_star = false;
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            let literal = match character {
                '*' if after_star => {
                    return Err(format!("wildcard {text:?} has two stars in a row"));
                }
                '*' => {
                    parts.push(String::new());
                    after_star = true;
                    continue;
                }
                '\\' => match characters.next() {
                    Some(escaped @ ('*' | '\\')) => escaped,
                    _ => {
                        return Err(format!(
                            "wildcard {text:?} has a backslash that is followed by neither * nor a backslash"
                        ));
                    }
                },
                other => other,
            };
            after_star = false;
            if let Some(part) = parts.last_mut() {
                part.push(literal);
            }
        }
        Ok(Self(parts))
    }

    fn matches(&self, text: &str) -> bool {
        let [first, middle @ .., last] = self.0.as_slice() else {
            return self.0.first().is_some_and(|whole| whole == text);
        };
        let Some(mut rest) = text.strip_prefix(first.as_str()) else {
            return false;
        };
        // The earliest place for each part leaves the most room for the ones after it.
        for part in middle {
            let Some(place) = rest.find(part.as_str()) else {
                return false;
            };
            rest = &rest[place + part.len()..];
        }
        rest.ends_with(last.as_str())
    }
}
