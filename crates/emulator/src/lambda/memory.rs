//! The declared memory of a function, held: who uses more is killed, as on AWS.

use std::time::Duration;

use super::environment::Environment;

/// How often a process at work is looked at. What it used in between is seen too: the operating
/// system keeps the highest value.
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// Waits until the environment's process has used more than `limit_mb`, and answers how many MB it
/// has used at most. An idle process is left alone: on AWS it is frozen.
pub(super) async fn exceeded(environment: &Environment, process: u32, limit_mb: u64) -> u64 {
    loop {
        environment.at_work().await;
        while environment.is_at_work() {
            tokio::time::sleep(BETWEEN_LOOKS).await;
            if let Some(used) = peak_mb(process).filter(|used| *used > limit_mb) {
                return used;
            }
        }
    }
}

/// The most memory that a process has had resident, rounded up; unknown if it has ended.
#[cfg(target_os = "linux")]
fn peak_mb(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = peak.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib.div_ceil(1024))
}

/// Other systems have no such file: a function's memory is not limited there.
#[cfg(not(target_os = "linux"))]
fn peak_mb(_process: u32) -> Option<u64> {
    None
}
