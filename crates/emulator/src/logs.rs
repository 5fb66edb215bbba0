use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

/// What functions print and what access logs say: one file per function, `<directory>/<function>.log`,
/// and one per log group of access logs, with `_` for the slashes of its name.
///
/// Functions' processes write to the file themselves, so nothing is lost when they die, and a line that
/// was printed before an answer is in the file before the answer arrives.
#[derive(Clone, Debug)]
pub struct Logs(PathBuf);

/// What `X-Amz-Log-Type: Tail` returns at most.
/// <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>
const TAIL: u64 = 4 * 1024;

impl Logs {
    /// The logs in `directory`, which exists.
    #[must_use]
    pub fn new(directory: &Path) -> Self {
        Self(directory.to_owned())
    }

    /// The file of one function, by its physical name, or of one log group.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        let name = name.trim_start_matches('/').replace('/', "_");
        self.0.join(format!("{name}.log"))
    }

    pub(crate) fn append(&self, name: &str) -> io::Result<File> {
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.file(name))
    }

    /// How much the function has printed so far.
    pub(crate) fn length(&self, function: &str) -> u64 {
        std::fs::metadata(self.file(function)).map_or(0, |file| file.len())
    }

    /// The last 4 KB of what was printed after `start`.
    pub(crate) fn tail(&self, function: &str, start: u64) -> io::Result<Vec<u8>> {
        let mut file = File::open(self.file(function))?;
        let end = file.metadata()?.len();
        file.seek(SeekFrom::Start(start.max(end.saturating_sub(TAIL))))?;
        let mut text = Vec::new();
        file.take(TAIL).read_to_end(&mut text)?;
        Ok(text)
    }
}
