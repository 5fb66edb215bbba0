//! The flow whose items clients write through a REST API.

use std::collections::HashMap;
use std::time::Duration;

use emulator::Emulating;
use futures::StreamExt;
use serde_json::{Map, Value, json};
use stack::Stack;

use super::acknowledged::object;
use super::change::Identity;
use super::declared::{self, declared, function, output};
use super::pace::paced;
use super::report::{Kept, Report};
use super::source::{Source, Write};
use super::tally::{Consumer, Names};
use super::{Follow, Outcome, Progress, Sent, Settings, Tally};
use crate::application::orders::{
    API, CHANGES, CONSUMERS, ITEMS, KEPT, KEPT_ROW, PATH, STATE, TABLE, UNTOLD, order,
};
use crate::client::Client;
use crate::error::Error;

/// Where the API answers, and in whose name it is called.
struct Api {
    client: Client,
    /// `http://127.0.0.1:4566/restapis/…/_user_request_/orders`
    address: String,
    clock: emulator::Clock,
}

/// A table and its key.
struct Table {
    name: String,
    key: String,
}

/// Posts items, changes a part of them, waits for all consumers, and compares with the tables.
pub(crate) async fn run(
    settings: &Settings,
    source: &Source,
    stack: &Stack,
    emulating: &Emulating,
) -> Result<Outcome, Error> {
    let table = table(stack, TABLE)?;
    let kept = table_of_consumer(stack)?;
    let api = Api {
        client: Client::of(emulating.running())?,
        address: format!("{}{PATH}", address(stack)?),
        clock: emulating.clock(),
    };
    let names = Names {
        writer: None,
        consumers: consumers(stack)?,
        identity: Identity {
            key: table.key.clone(),
            state: Some(STATE),
        },
        untold: &UNTOLD,
    };
    let writes: Vec<(Write, &[&str])> = source
        .writes(order)
        .into_iter()
        .enumerate()
        .map(|(number, write)| (write, changes(number, settings.changed)))
        .collect();
    let expected = writes.iter().map(|(_, changes)| 1 + changes.len()).sum();
    let mut follow = Follow {
        tally: Tally::new(names),
        progress: Progress::new("changes of orders", expected),
        items: ITEMS,
        patience: settings.patience,
        refused: 0,
        failed: 0,
        answered: (0, Duration::ZERO),
    };
    let writes = paced(writes, settings.between)
        .map(|(write, changes)| api.send(&table.key, write, changes))
        .buffer_unordered(settings.concurrency);
    let halfway = settings.halfway(source, emulating);
    let followed = follow.run(writes, emulating.journal().listen(), halfway);
    let followed = followed.await;
    follow.progress.finish();
    followed?;
    let stored = items(&api.client, &table).await?;
    let kept = items(&api.client, &kept).await?;
    Ok(Outcome {
        report: report(&follow, &stored, &kept),
        failed: follow.failed,
    })
}

fn report(follow: &Follow, stored: &Items, kept: &Items) -> Report {
    let tally = &follow.tally;
    let report = tally.report(|change, item| stored.contains_key(&change.key).then_some(item));
    let mut keys: Vec<&String> = tally.items().map(|(change, _)| &change.key).collect();
    keys.dedup();
    let state = |items: &Items, key: &String| items.get(key)?.get(STATE).cloned();
    let (as_stored, otherwise): (Vec<&String>, Vec<&String>) = keys
        .into_iter()
        .partition(|key| state(stored, key).is_some_and(|it| state(kept, key) == Some(it)));
    let (answered, took) = follow.answered;
    Report {
        items: ITEMS,
        refused: Some(follow.refused),
        rate: per_second(answered, took),
        kept: Some(Kept {
            row: KEPT_ROW.to_owned(),
            as_stored: as_stored.len(),
            otherwise: otherwise.into_iter().cloned().collect(),
        }),
        ..report
    }
}

/// Items by their keys.
type Items = HashMap<String, Map<String, Value>>;

async fn items(client: &Client, table: &Table) -> Result<Items, Error> {
    let items = client.items(&table.name).await?;
    let by_key = items.into_iter().filter_map(|item| {
        let key = item.get(&table.key)?.as_str()?.to_owned();
        Some((key, item))
    });
    Ok(by_key.collect())
}

impl Api {
    /// Creates one item and changes it in turn, as a client that waits for each answer.
    async fn send(&self, key: &str, write: Write, changes: &[&str]) -> Result<Sent, Error> {
        let mut sent = Sent {
            line: write.line,
            ..Sent::default()
        };
        let body = match write.event {
            Ok(body) => body,
            Err(reason) => {
                sent.problems.push(reason);
                return Ok(sent);
            }
        };
        self.request("POST", &self.address, body, &mut sent).await?;
        let created = sent.items.first().and_then(|(item, _)| item.get(key));
        let Some(id) = created.and_then(Value::as_str).map(str::to_owned) else {
            return Ok(sent);
        };
        let address = format!("{}/{id}", self.address);
        for state in changes {
            let body = json!({ STATE: state }).to_string();
            self.request("PATCH", &address, body, &mut sent).await?;
        }
        Ok(sent)
    }

    async fn request(
        &self,
        method: &str,
        address: &str,
        body: String,
        sent: &mut Sent,
    ) -> Result<(), Error> {
        let at = self.clock.now();
        let (status, body) = self.client.request(method, address, body).await?;
        match object(body.as_bytes()) {
            Some(item) if (200..300).contains(&status) => sent.items.push((item, Some(at))),
            _ => sent.problems.push(format!("{method} {status}: {body}")),
        }
        Ok(())
    }
}

/// What becomes of the item with this number, if `percent` of all are changed: they are spread evenly.
fn changes(number: usize, percent: u8) -> &'static [&'static str] {
    let percent = usize::from(percent);
    let before = number * percent / 100;
    if (number + 1) * percent / 100 > before {
        CHANGES[before % CHANGES.len()]
    } else {
        &[]
    }
}

fn consumers(stack: &Stack) -> Result<Vec<Consumer>, Error> {
    let consumers = CONSUMERS.iter().map(|(name, only)| {
        Ok(Consumer {
            function: function(stack, name)?,
            row: format!("to {name}"),
            only: *only,
        })
    });
    consumers.collect()
}

fn table(stack: &Stack, name: &str) -> Result<Table, Error> {
    let table = declared(stack, declared::TABLE, name)?;
    Ok(Table {
        name: output(table, "name")?,
        key: output(table, "hashKey")?,
    })
}

fn table_of_consumer(stack: &Stack) -> Result<Table, Error> {
    table(stack, KEPT)
}

/// The address of the API's stage.
fn address(stack: &Stack) -> Result<String, Error> {
    let api = output(
        declared(stack, "aws:apigateway/restApi:RestApi", API)?,
        "id",
    )?;
    let mut stages = stack.of_type("aws:apigateway/stage:Stage");
    let stage = stages.find(|stage| stage.text("restApi") == Some(api.as_str()));
    let stage = stage.ok_or_else(|| Error::NotDeclared {
        what: format!("a stage of the REST API {API:?}"),
    })?;
    output(stage, "invokeUrl")
}

fn per_second(count: usize, took: Duration) -> Option<u64> {
    let took = took.as_millis().max(1);
    u64::try_from((count as u128 * 1000 + took / 2) / took).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_percent_are_changed_spread_evenly_and_in_every_way() {
        let changed = |percent| -> Vec<usize> {
            let numbers = 0..100;
            numbers
                .filter(|number| !changes(*number, percent).is_empty())
                .collect()
        };

        assert_eq!(changed(0).len(), 0);
        assert_eq!(changed(100).len(), 100);
        assert_eq!(changed(25).len(), 25);
        assert!(changed(25).windows(2).all(|pair| pair[1] - pair[0] == 4));
        for way in CHANGES {
            assert!((0..100).any(|number| changes(number, 25) == way), "{way:?}");
        }
    }

    #[test]
    fn a_rate_is_of_all_that_were_answered() {
        assert_eq!(per_second(15_000, Duration::from_secs(30)), Some(500));
        assert_eq!(per_second(1, Duration::ZERO), Some(1000));
    }
}
