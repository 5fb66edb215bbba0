//! The flow whose items a function writes.

use std::collections::HashMap;
use std::time::Duration;

use emulator::Emulating;
use futures::{StreamExt, stream};
use serde_json::{Map, Value};
use stack::Stack;

use super::acknowledged::object;
use super::change::Identity;
use super::declared::{self, declared, function, output};
use super::pace::paced;
use super::source::{Source, Write};
use super::tally::{Consumer, Names};
use super::{Follow, Outcome, Progress, Sent, Settings, Tally};
use crate::application::{CONSUMER, ITEMS, TABLE, WRITER};
use crate::client::{Answer, Client};
use crate::error::Error;

/// How many items are read back side by side.
const READS: usize = 8;

/// Writes through the writer, waits for the consumer, and compares with the table.
pub(crate) async fn run(
    settings: &Settings,
    source: &Source,
    stack: &Stack,
    emulating: &Emulating,
) -> Result<Outcome, Error> {
    let table = declared(stack, declared::TABLE, TABLE)?;
    let key = output(table, "hashKey")?;
    let names = Names {
        writer: Some(function(stack, WRITER)?),
        consumers: vec![Consumer {
            function: function(stack, CONSUMER)?,
            row: "delivered".to_owned(),
            only: None,
        }],
        identity: Identity {
            key: key.clone(),
            state: None,
        },
        untold: &[],
    };
    let table = output(table, "name")?;
    let client = Client::of(emulating.running())?;
    let writes = source.writes(|_| "{}".to_owned());
    let mut follow = Follow {
        tally: Tally::new(names),
        progress: Progress::new(ITEMS, writes.len()),
        items: ITEMS,
        patience: settings.patience,
        refused: 0,
        failed: 0,
        answered: (0, Duration::ZERO),
    };
    let client_of_writes = &client;
    let writes = paced(writes, settings.between)
        .map(|write| send(client_of_writes, write))
        .buffer_unordered(settings.concurrency);
    let halfway = settings.halfway(source, emulating);
    let followed = follow.run(writes, emulating.journal().listen(), halfway);
    let followed = followed.await;
    follow.progress.finish();
    followed?;
    let stored = read_back(&client, &table, &key, &follow.tally).await?;
    let mut report = follow.tally.report(|change, _| stored.get(&change.key));
    report.items = ITEMS;
    Ok(Outcome {
        report,
        failed: follow.failed,
    })
}

async fn send(client: &Client, write: Write) -> Result<Sent, Error> {
    let answer = match write.event {
        Ok(event) => client.invoke(WRITER, event).await?,
        Err(reason) => Answer::Failed(reason),
    };
    let mut sent = Sent {
        line: write.line,
        ..Sent::default()
    };
    match answer {
        Answer::Returned(item) => match object(item.as_bytes()) {
            Some(item) => sent.items.push((item, None)),
            None => sent
                .problems
                .push(format!("the writer answered no item: {item}")),
        },
        Answer::Failed(error) => sent.problems.push(error),
    }
    Ok(sent)
}

/// Every written item as it is stored now, by its key, without those that are not.
async fn read_back(
    client: &Client,
    table: &str,
    key: &str,
    tally: &Tally,
) -> Result<HashMap<String, Map<String, Value>>, Error> {
    let keys: Vec<&String> = tally.items().map(|(change, _)| &change.key).collect();
    let reads = stream::iter(keys).map(|value| async move {
        let item = client.item(table, key, value).await?;
        Ok(item.map(|item| (value.clone(), item)))
    });
    let read: Vec<Result<_, Error>> = reads.buffer_unordered(READS).collect().await;
    read.into_iter().filter_map(Result::transpose).collect()
}
