use std::io;
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};

use tokio::process::{Child, ChildStdin, Command};

/// Makes sure that no environment outlives the emulator, however that ends.
///
/// A small shell leads the process group of all environments and waits for the end of its standard
/// input, which only the emulator holds open. When the emulator stops, crashes or is killed, the
/// operating system closes it and the shell kills the whole group.
#[derive(Debug)]
pub(super) struct Guard {
    group: i32,
    shell: Mutex<Option<(Child, ChildStdin)>>,
}

impl Guard {
    pub(super) fn start() -> io::Result<Self> {
        let mut shell = Command::new("sh")
            .args(["-c", "cat >/dev/null; kill -9 0"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .current_dir("/")
            .process_group(0)
            .spawn()?;
        let stdin = shell.stdin.take();
        let group = shell.id().and_then(|id| i32::try_from(id).ok());
        let (Some(stdin), Some(group)) = (stdin, group) else {
            return Err(io::Error::other(
                "the shell that guards the functions' processes ended at once",
            ));
        };
        Ok(Self {
            group,
            shell: Mutex::new(Some((shell, stdin))),
        })
    }

    /// The process group that every environment joins.
    pub(super) fn group(&self) -> i32 {
        self.group
    }

    /// Refuses to start a process that nothing would guard.
    pub(super) fn check(&self) -> io::Result<()> {
        let mut shell = self.shell.lock().unwrap_or_else(PoisonError::into_inner);
        match shell.as_mut().map(|(shell, _)| shell.try_wait()) {
            Some(Ok(None)) => Ok(()),
            Some(Err(error)) => Err(error),
            Some(Ok(Some(_))) => Err(io::Error::other(format!(
                "the shell that guards the functions' processes (process {}) was ended; stop the \
                 emulator and start it again",
                self.group
            ))),
            None => Err(io::Error::other("the emulator stops")),
        }
    }

    /// Kills the whole group and waits until the guard itself is gone.
    pub(super) async fn stop(&self) {
        let shell = self
            .shell
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some((mut shell, stdin)) = shell {
            drop(stdin);
            let _ = shell.wait().await;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[tokio::test]
    async fn a_guard_that_was_killed_guards_nothing_and_says_so() {
        let guard = Guard::start().unwrap();
        assert!(guard.check().is_ok());
        let mut kill = Command::new("kill");
        let killed = kill.args(["-9", &guard.group().to_string()]).status().await;
        assert!(killed.unwrap().success());

        let error = loop {
            match guard.check() {
                Ok(()) => tokio::task::yield_now().await,
                Err(error) => break error,
            }
        };

        let text = error.to_string();
        assert!(text.contains(&guard.group().to_string()), "{text}");
    }

    #[tokio::test]
    async fn a_stopped_guard_takes_its_whole_group_with_it() {
        let guard = Guard::start().unwrap();
        let mut member = Command::new("sleep")
            .arg("600")
            .process_group(guard.group())
            .spawn()
            .unwrap();

        guard.stop().await;

        let status = member.wait().await.unwrap();
        assert_eq!(
            std::os::unix::process::ExitStatusExt::signal(&status),
            Some(9)
        );
    }
}
