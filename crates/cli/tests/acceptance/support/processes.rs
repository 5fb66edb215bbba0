use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One process of this machine, as the operating system knows it.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    pub(crate) id: u32,
    pub(crate) parent: u32,
    /// The id of its process group.
    pub(crate) group: u32,
}

impl Process {
    /// What it runs, if it has not ended meanwhile.
    pub(crate) fn executable(&self) -> Option<PathBuf> {
        fs::read_link(self.place().join("exe")).ok()
    }

    /// Whether it runs the binary `name`.
    pub(crate) fn runs(&self, name: &str) -> bool {
        self.executable()
            .is_some_and(|path| path.file_name().is_some_and(|file| file == name))
    }

    /// The variables that it was started with.
    pub(crate) fn variables(&self) -> BTreeMap<String, String> {
        let raw = fs::read(self.place().join("environ")).unwrap_or_default();
        String::from_utf8_lossy(&raw)
            .split('\0')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    fn place(&self) -> PathBuf {
        Path::new("/proc").join(self.id.to_string())
    }
}

/// Every process that runs; one that only waits for its parent to ask how it ended is gone.
///
/// <https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html>
pub(crate) fn running() -> Vec<Process> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    entries
        .filter_map(|entry| {
            let id = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            // The name is in parentheses and may hold some itself.
            let (_, fields) = stat.rsplit_once(')')?;
            let fields: Vec<&str> = fields.split_whitespace().collect();
            let alive = !matches!(*fields.first()?, "Z" | "X");
            let process = Process {
                id,
                parent: fields.get(1)?.parse().ok()?,
                group: fields.get(2)?.parse().ok()?,
            };
            alive.then_some(process)
        })
        .collect()
}

/// The processes of one group.
pub(crate) fn living_in(group: u32) -> Vec<Process> {
    let mut processes = running();
    processes.retain(|process| process.group == group);
    processes
}

/// `kill -9`; false if it is gone already.
pub(crate) fn kill(process: &Process) -> bool {
    let status = Command::new("sh")
        .args(["-c", &format!("kill -9 {} 2>/dev/null", process.id)])
        .status();
    status.unwrap().success()
}
