use std::path::{Path, PathBuf};

use crate::arguments::Place;
use crate::error::Error;

/// The file that makes a directory a Pulumi project.
const PROJECT_FILE: &str = "Pulumi.yaml";

/// The state directory's name beside [`PROJECT_FILE`].
const STATE: &str = ".outbox";

impl Place {
    /// The directory that holds `Pulumi.yaml`: the given or current one, or the nearest above it.
    pub(crate) fn project(&self) -> Result<PathBuf, Error> {
        let directory = self.directory.clone().unwrap_or_else(|| PathBuf::from("."));
        let start = directory.canonicalize().map_err(|source| Error::File {
            action: "open",
            path: directory,
            source,
        })?;
        nearest(&start).ok_or(Error::NoProject { directory: start })
    }

    /// Where the local state is kept.
    pub(crate) fn state(&self) -> Result<PathBuf, Error> {
        match &self.state {
            Some(state) => Ok(state.clone()),
            None => Ok(self.project()?.join(STATE)),
        }
    }
}

fn nearest(start: &Path) -> Option<PathBuf> {
    let holds_project = |directory: &&Path| directory.join(PROJECT_FILE).is_file();
    start.ancestors().find(holds_project).map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail so")]

    use super::*;

    fn place(directory: &Path) -> Place {
        Place {
            directory: Some(directory.to_owned()),
            state: None,
        }
    }

    #[test]
    fn the_project_is_found_from_a_directory_below_it() {
        let root = tempfile::tempdir().unwrap();
        let below = root.path().join("functions/writer");
        std::fs::create_dir_all(&below).unwrap();
        std::fs::write(root.path().join(PROJECT_FILE), "name: outbox").unwrap();

        let project = place(&below).project().unwrap();

        assert_eq!(project, root.path().canonicalize().unwrap());
        assert_eq!(place(&below).state().unwrap(), project.join(".outbox"));
    }

    #[test]
    fn no_project_and_no_directory_are_different_errors() {
        let root = tempfile::tempdir().unwrap();

        let no_project = place(root.path()).project().unwrap_err();
        let no_directory = place(&root.path().join("missing")).project().unwrap_err();

        assert!(
            matches!(no_project, Error::NoProject { .. }),
            "{no_project}"
        );
        assert!(
            no_directory.to_string().contains("missing"),
            "{no_directory}"
        );
    }
}
