use std::fs::{self, File, TryLockError};
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use crate::arguments::Reset;
use crate::error::Error;

/// Deletes the state directory, unless it is in use or not one.
pub(crate) fn run(arguments: &Reset) -> Result<ExitCode, Error> {
    let state = arguments.place.state()?;
    if !state.exists() {
        println!("nothing to forget: there is no {}", state.display());
        return Ok(ExitCode::SUCCESS);
    }
    if !state.join("version").is_file() {
        return Err(Error::NotState { state });
    }
    if !arguments.yes && !confirmed(&state)? {
        println!("nothing was deleted");
        return Ok(ExitCode::FAILURE);
    }
    forget(&state)?;
    println!("forgot {}", state.display());
    Ok(ExitCode::SUCCESS)
}

/// Deletes the directory while holding its lock, so that nothing starts on it meanwhile.
fn forget(state: &Path) -> Result<(), Error> {
    let at = |action, source| Error::File {
        action,
        path: state.to_owned(),
        source,
    };
    let lock = File::options()
        .create(true)
        .append(true)
        .open(state.join("lock"));
    let lock = lock.map_err(|source| at("lock", source))?;
    match lock.try_lock() {
        Ok(()) => fs::remove_dir_all(state).map_err(|source| at("delete", source)),
        Err(TryLockError::WouldBlock) => Err(Error::StillRunning {
            state: state.to_owned(),
        }),
        Err(TryLockError::Error(source)) => Err(at("lock", source)),
    }
}

fn confirmed(state: &Path) -> Result<bool, Error> {
    if !io::stdin().is_terminal() {
        return Err(Error::NotConfirmed {
            state: state.to_owned(),
        });
    }
    print!(
        "Delete {} with its tables, queues and undelivered events? [y/N] ",
        state.display()
    );
    io::stdout().flush().map_err(Error::Terminal)?;
    let mut answer = String::new();
    io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(Error::Terminal)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail so")]

    use std::path::PathBuf;

    use super::*;
    use crate::arguments::Place;

    fn reset(state: &Path) -> Result<ExitCode, Error> {
        let place = Place {
            directory: None,
            state: Some(state.to_owned()),
        };
        run(&Reset { yes: true, place })
    }

    fn state_in(directory: &Path) -> PathBuf {
        let state = directory.join(".outbox");
        fs::create_dir(&state).unwrap();
        fs::write(state.join("version"), "1").unwrap();
        fs::write(state.join("state.db"), "rows").unwrap();
        state
    }

    #[test]
    fn a_state_is_forgotten_whole_and_forgetting_nothing_is_fine() {
        let directory = tempfile::tempdir().unwrap();
        let state = state_in(directory.path());

        reset(&state).unwrap();
        assert!(!state.exists());

        reset(&state).unwrap();
    }

    #[test]
    fn a_state_in_use_is_kept() {
        let directory = tempfile::tempdir().unwrap();
        let state = state_in(directory.path());
        let lock = File::create(state.join("lock")).unwrap();
        lock.lock().unwrap();

        let error = reset(&state).unwrap_err();

        assert!(matches!(error, Error::StillRunning { .. }), "{error}");
        assert!(state.join("state.db").exists());
    }

    #[test]
    fn a_directory_that_is_no_state_is_kept() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("thesis.tex"), "important").unwrap();

        let error = reset(directory.path()).unwrap_err();

        assert!(matches!(error, Error::NotState { .. }), "{error}");
        assert!(directory.path().join("thesis.tex").exists());
    }
}
