use std::fs;
use std::io;
use std::process::Child;
use std::time::Duration;

use wait4::Wait4 as _;

/// What a process has used, by the operating system's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// CPU time in user mode and in the kernel.
    pub cpu: Duration,
    /// The most memory it had at a time, in bytes.
    pub peak_memory: u64,
}

/// The high-water mark of a running process's memory in bytes, where `/proc` tells it.
///
/// The account after its end can't be used on Linux: it starts with the peak of the process that
/// spawned it, which shared its memory until the `exec` (`man 2 getrusage`, `ru_maxrss`).
pub(crate) fn peak_memory(process_id: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process_id}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

pub(crate) fn of_ended(process: Child, peak_memory: Option<u64>) -> io::Result<Usage> {
    let ended = process.wait4()?;
    Ok(Usage {
        cpu: ended.rusage.utime + ended.rusage.stime,
        peak_memory: peak_memory.unwrap_or(ended.rusage.maxrss),
    })
}
