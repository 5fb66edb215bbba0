use std::path::Path;

use serde_json::Value;

use crate::error::Error;

/// Where what is to be written comes from.
#[derive(Debug)]
pub(crate) enum Source {
    /// So many of this command's own.
    Generated(u32),
    /// The lines of a file.
    File(Vec<u8>),
}

/// One thing to write, or why a line is none.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Write {
    /// The line of the file, counted from 1.
    pub(crate) line: Option<usize>,
    pub(crate) event: Result<String, String>,
}

impl Source {
    /// Reads the file; one without any line is an error.
    pub(crate) fn file(path: &Path) -> Result<Self, Error> {
        let content = std::fs::read(path).map_err(|source| Error::File {
            action: "read",
            path: path.to_owned(),
            source,
        })?;
        if content.trim_ascii().is_empty() {
            return Err(Error::NoEvents {
                path: path.to_owned(),
            });
        }
        Ok(Self::File(content))
    }

    /// Every write there is to do: lines, without empty ones, or what `generate` makes of each number
    /// from 0.
    pub(crate) fn writes(&self, generate: impl Fn(u32) -> String) -> Vec<Write> {
        match self {
            Self::Generated(count) => (0..*count)
                .map(|number| Write {
                    line: None,
                    event: Ok(generate(number)),
                })
                .collect(),
            Self::File(content) => content
                .split(|byte| *byte == b'\n')
                .enumerate()
                .filter(|(_, line)| !line.trim_ascii().is_empty())
                .map(|(index, line)| Write {
                    line: Some(index + 1),
                    event: event(line),
                })
                .collect(),
        }
    }
}

fn event(line: &[u8]) -> Result<String, String> {
    serde_json::from_slice::<Value>(line).map_err(|error| format!("no JSON: {error}"))?;
    String::from_utf8(line.to_vec()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail so")]

    use super::*;

    #[test]
    fn a_bad_line_keeps_its_number_and_the_rest_goes_on() {
        let source = Source::File(b"{\"id\":\"1\"}\r\n\nno json\n{\"id\":\"\xff\"}\n{}".to_vec());

        let writes = source.writes(|_| String::new());

        let lines: Vec<_> = writes
            .iter()
            .map(|write| (write.line.unwrap(), write.event.is_ok()))
            .collect();
        assert_eq!(lines, [(1, true), (3, false), (4, false), (5, true)]);
        assert!(
            writes
                .get(1)
                .unwrap()
                .event
                .as_ref()
                .unwrap_err()
                .starts_with("no JSON")
        );
    }

    #[test]
    fn generated_writes_are_made_of_their_numbers() {
        let writes = Source::Generated(2).writes(|number| format!("[{number}]"));

        let events: Vec<_> = writes.into_iter().map(|write| write.event).collect();
        assert_eq!(events, [Ok("[0]".to_owned()), Ok("[1]".to_owned())]);
    }

    #[test]
    fn a_missing_file_is_an_error_that_names_it() {
        let error = Source::file(Path::new("/no/users.jsonl")).unwrap_err();

        assert_eq!(error.to_string(), "can't read /no/users.jsonl");
    }

    #[test]
    fn a_file_without_events_is_an_error_that_names_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "\n \n").unwrap();

        let error = Source::file(file.path()).unwrap_err();

        assert!(
            matches!(&error, Error::NoEvents { path } if path == file.path()),
            "{error}"
        );
    }
}
