use std::fmt;
use std::time::Duration;

use super::bus::Account;

/// What one run of the relay took and gave. Printed, it is a short table.
#[derive(Clone, Debug)]
pub struct Report {
    /// From the start of the process to its first poll, the median of some starts.
    pub first_poll: Duration,
    /// How many records were relayed.
    pub records: usize,
    /// How long that took.
    pub elapsed: Duration,
    /// The process's CPU time, in user mode and in the kernel, its start included.
    pub cpu: Duration,
    /// The most memory that the process had at a time, in bytes.
    pub peak_memory: u64,
    /// How many invocations it took.
    pub invocations: usize,
    /// What went through the bus.
    pub bus: Account,
}

impl Report {
    /// True if every record's event was accepted by the bus.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.bus.lost == 0
    }
}

impl fmt::Display for Report {
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let records = self.records as f64;
        let rows = [
            (
                "first poll after start, ms",
                self.first_poll.as_secs_f64() * 1e3,
            ),
            ("records/s", records / self.elapsed.as_secs_f64()),
            ("CPU per record, µs", self.cpu.as_secs_f64() * 1e6 / records),
            (
                "PutEvents calls per 1,000 records",
                self.bus.calls as f64 * 1e3 / records,
            ),
            (
                "peak memory, MiB",
                self.peak_memory as f64 / 1024.0 / 1024.0,
            ),
        ];
        for (what, figure) in rows {
            writeln!(f, "{what:<36}{figure:>10.1}")?;
        }
        let counts = [
            ("records", self.records),
            ("invocations", self.invocations),
            ("entries refused by the bus", self.bus.refused),
            ("events published twice", self.bus.duplicates),
            ("quarantined", self.bus.quarantined),
            ("lost", self.bus.lost),
        ];
        for (what, count) in counts {
            writeln!(f, "{what:<36}{count:>10}")?;
        }
        Ok(())
    }
}
