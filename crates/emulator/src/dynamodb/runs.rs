use std::time::Duration;

use rusqlite::{Connection, params};

/// When the store was in use: while nothing runs, no record grows old. A stream on AWS is read all
/// the time; here it would lose what was written on Friday before it is read on Monday.
#[derive(Clone, Debug)]
pub(super) struct Runs {
    /// Seconds since the epoch, first and last, oldest first.
    earlier: Vec<(i64, i64)>,
    started: i64,
}

const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS _runs (\
     started INTEGER PRIMARY KEY, ended INTEGER NOT NULL)";

impl Runs {
    /// Begins a run now.
    pub(super) fn begin(connection: &Connection, now: i64) -> rusqlite::Result<Self> {
        connection.execute_batch(SCHEMA)?;
        let earlier = connection
            .prepare("SELECT started, ended FROM _runs WHERE ended <= ?1 ORDER BY started")?
            .query_map(params![now], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        let runs = Self {
            earlier,
            started: now,
        };
        runs.go_on(connection, now)?;
        Ok(runs)
    }

    /// Notes that this run is still going on. A run that is killed counts up to the last note.
    pub(super) fn go_on(&self, connection: &Connection, now: i64) -> rusqlite::Result<()> {
        connection.execute(
            "INSERT INTO _runs (started, ended) VALUES (?1, ?2) \
             ON CONFLICT (started) DO UPDATE SET ended = excluded.ended",
            params![self.started, now],
        )?;
        Ok(())
    }

    /// The time that lies `duration` of running time before `now`; the beginning of time if it did
    /// not run for so long yet.
    pub(super) fn before(&self, now: i64, duration: Duration) -> i64 {
        let mut rest = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        let this = (self.started, now);
        for (started, ended) in std::iter::once(this).chain(self.earlier.iter().rev().copied()) {
            let length = ended.saturating_sub(started).max(0);
            if length >= rest {
                return ended.saturating_sub(rest);
            }
            rest -= length;
        }
        0
    }

    /// Forgets the runs that ended before `horizon`.
    pub(super) fn forget(connection: &Connection, horizon: i64) -> rusqlite::Result<()> {
        connection.execute("DELETE FROM _runs WHERE ended < ?1", params![horizon])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600;

    #[test]
    fn only_running_time_counts() {
        // GIVEN a run of 10 hours, a pause of 50, and a run that is 6 hours old
        let runs = Runs {
            earlier: vec![(100 * HOUR, 110 * HOUR)],
            started: 160 * HOUR,
        };
        let before = |hours| runs.before(166 * HOUR, Duration::from_hours(hours)) / HOUR;
        // THEN 4 hours ago lies in this run, 10 in the one before, and 24 before all
        assert_eq!(before(4), 162);
        assert_eq!(before(6), 160);
        assert_eq!(before(10), 106);
        assert_eq!(before(16), 100);
        assert_eq!(before(24), 0);
    }

    #[test]
    fn a_clock_that_was_set_back_does_no_harm() {
        let runs = Runs {
            earlier: vec![(10, 5)],
            started: 50,
        };
        assert_eq!(runs.before(40, Duration::from_secs(1)), 0);
    }
}
