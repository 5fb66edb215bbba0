//! Rules that run on a schedule.

use delivery::Time;
use delivery::bus::{Event, scheduled_event};
use rusqlite::{OptionalExtension as _, Transaction, params};

use super::{Buses, Rule, deliveries};
use crate::{Occurrence, StoreError};

pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS bus_schedules (
        rule_arn TEXT PRIMARY KEY,
        -- Another expression is another schedule, which starts anew.
        expression TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        ran_at INTEGER NOT NULL
    ) STRICT;
";

impl Buses {
    /// Runs every scheduled rule whose time has come; answers when the next one is due.
    ///
    /// What was missed while nothing ran is not made up for: the rule runs once, and then at its usual times.
    pub(super) fn run_schedules(&self, now: Time) -> Result<Option<Time>, StoreError> {
        let mut next = None;
        for rule in self.0.declared.rules.iter().filter(|rule| rule.enabled) {
            let (Some(schedule), Some(expression)) = (&rule.schedule, &rule.schedule_expression)
            else {
                continue;
            };
            let (created, runs) = self.0.store.commit(|transaction| {
                let (created, ran) = state(transaction, &rule.arn, expression, now)?;
                let runs = schedule.next(created, ran) <= now;
                if runs {
                    self.keep_scheduled(transaction, rule, now)?;
                    ran_at(transaction, &rule.arn, now)?;
                }
                Ok((created, runs))
            })?;
            if runs {
                let rule = rule.name.clone();
                self.0.journal.tell(Occurrence::Scheduled { rule });
            }
            let at = schedule.next(created, now);
            next = Some(next.map_or(at, |earliest: Time| earliest.min(at)));
        }
        Ok(next)
    }

    fn keep_scheduled(
        &self,
        transaction: &Transaction<'_>,
        rule: &Rule,
        now: Time,
    ) -> Result<(), StoreError> {
        let targets: Vec<_> = rule.with_targets().collect();
        if targets.is_empty() {
            return Ok(());
        }
        let entry = scheduled_event(&rule.arn, now);
        let id = self.0.chance.uuid().to_string();
        let event = Event::of(entry, id, self.0.place.clone(), now);
        let deliveries = self.deliveries(&targets, now);
        deliveries::insert(transaction, &event.to_text(), &deliveries, now)
    }
}

/// When the schedule began and when its rule ran last; it begins now if it is new.
fn state(
    transaction: &Transaction<'_>,
    rule_arn: &str,
    expression: &str,
    now: Time,
) -> Result<(Time, Time), StoreError> {
    let known = transaction
        .prepare_cached(
            "SELECT created_at, ran_at FROM bus_schedules WHERE rule_arn = ? AND expression = ?",
        )?
        .query_row(params![rule_arn, expression], |row| {
            Ok((Time(row.get(0)?), Time(row.get(1)?)))
        })
        .optional()?;
    match known {
        // The clock was set back since.
        Some((created, ran)) if ran > now => {
            ran_at(transaction, rule_arn, now)?;
            return Ok((created, now));
        }
        Some(known) => return Ok(known),
        None => {}
    }
    transaction
        .prepare_cached("INSERT OR REPLACE INTO bus_schedules VALUES (?1, ?2, ?3, ?3)")?
        .execute(params![rule_arn, expression, now.0])?;
    Ok((now, now))
}

fn ran_at(transaction: &Transaction<'_>, rule_arn: &str, now: Time) -> Result<(), StoreError> {
    transaction
        .prepare_cached("UPDATE bus_schedules SET ran_at = ? WHERE rule_arn = ?")?
        .execute(params![now.0, rule_arn])?;
    Ok(())
}
