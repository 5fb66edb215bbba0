//! Runs that end at any moment.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use super::{
    FUNCTION, bus, entry, function, pending, permission, placed, queue, queue_arn, run, target,
};
use crate::front::Service;
use crate::testing::{Functions, failed, stack};
use crate::{Chance, Clock, Store};

const RUNS: u32 = 30;
const EVENTS_A_RUN: u32 = 7;

#[tokio::test(start_paused = true)]
async fn however_often_it_is_killed_every_acknowledged_event_reaches_each_of_its_targets() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.db");
    let resources = vec![
        bus(),
        placed(),
        target("f", FUNCTION, &json!({})),
        target("q", &queue_arn("q"), &json!({})),
        function(),
        permission(),
        queue("q"),
    ];
    let stack = stack(resources);
    let moments = Chance::seeded(4);
    let mut acknowledged = BTreeSet::new();
    let mut invoked = BTreeSet::new();

    // GIVEN runs that are killed at random moments, with a function that fails now and then
    for number in 0..RUNS {
        let store = Store::open(&file).unwrap();
        let functions = Functions::that_end(Clock::system(), (0..number % 4).map(|_| failed("E")));
        let run = run(&store, &stack, functions.clone());
        for n in 0..EVENTS_A_RUN {
            let answer = run.put(&[entry(number * EVENTS_A_RUN + n)]).await;
            acknowledged.insert(answer["Entries"][0]["EventId"].as_str().unwrap().to_owned());
            if moments.fraction() < 0.5 {
                tokio::time::sleep(Duration::from_secs_f64(moments.fraction())).await;
            }
        }
        invoked.extend(ids(&functions, number % 4));
    }

    // WHEN one is left alone
    let store = Store::open(&file).unwrap();
    let functions = Functions::that_end(Clock::system(), []);
    let run = run(&store, &stack, functions.clone());
    tokio::time::sleep(Duration::from_mins(10)).await;
    invoked.extend(ids(&functions, 0));

    // THEN nothing is missing, and the queue has each event once
    assert_eq!(acknowledged.len(), (RUNS * EVENTS_A_RUN) as usize);
    assert_eq!(invoked, acknowledged);
    assert_eq!(pending(&store), (0, 0));
    let mut queued = Vec::new();
    loop {
        let body = json!({"QueueUrl": "/000000000000/q", "MaxNumberOfMessages": 10});
        let received = run.queues.call("ReceiveMessage", body).await.unwrap();
        let Some(messages) = received["Messages"].as_array() else {
            break;
        };
        let bodies = messages
            .iter()
            .map(|message| message["Body"].as_str().unwrap());
        queued.extend(bodies.map(id));
    }
    assert_eq!(queued.len(), acknowledged.len());
    assert_eq!(queued.into_iter().collect::<BTreeSet<_>>(), acknowledged);
}

/// The ids of the events that the functions took: all but the first `failed` invocations.
fn ids(functions: &Functions, failed: u32) -> Vec<String> {
    let seen = functions.all();
    let taken = seen.iter().skip(failed as usize);
    taken
        .map(|(invocation, _)| id(std::str::from_utf8(&invocation.payload).unwrap()))
        .collect()
}

fn id(event: &str) -> String {
    let event: Value = serde_json::from_str(event).unwrap();
    event["id"].as_str().unwrap().to_owned()
}
