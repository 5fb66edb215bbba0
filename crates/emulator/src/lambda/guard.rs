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
