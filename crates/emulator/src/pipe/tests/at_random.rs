//! Whatever the bus does, no record is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use delivery::mapping::SequenceNumber;
use delivery::pipe::CallError;
use serde_json::{Value, json};

use super::bus::{ANSWER_LOST, ids, refused};
use super::declared::{STREAM, pipe};
use super::shop::Machine;
use crate::Chance;

const RECORDS: u32 = 40;

/// Of seven orders the bus refuses one, always.
fn is_poison(id: &str) -> bool {
    id.parse::<u32>().is_ok_and(|id| id % 7 == 3)
}

/// A bus that fails in every way there is, and works one time out of two.
fn moody(chance: Chance) -> impl FnMut(&Value) -> Option<Result<Value, CallError>> + Send {
    move |request| {
        let lost = |reason: &str| Some(Err(CallError::NoAnswer(reason.to_owned())));
        match chance.fraction() {
            0.0..0.15 => return Some(refused(503, "ServiceUnavailable")),
            0.15..0.25 => return Some(refused(400, "ThrottlingException")),
            0.25..0.35 => return lost("connection reset"),
            // The buses behind would take the poison.
            0.35..0.45 if !ids(request).iter().any(|id| is_poison(id)) => {
                return lost(ANSWER_LOST);
            }
            _ => {}
        }
        let answers: Vec<Value> = ids(request)
            .into_iter()
            .map(|id| {
                let code = match chance.fraction() {
                    _ if is_poison(&id) => "MalformedDetail",
                    0.0..0.03 => "InternalFailure",
                    0.03..0.06 => "ThrottlingException",
                    _ => return json!({ "EventId": id }),
                };
                json!({ "ErrorCode": code, "ErrorMessage": "m" })
            })
            .collect();
        Some(Ok(json!({ "FailedEntryCount": 0, "Entries": answers })))
    }
}

#[tokio::test(start_paused = true)]
async fn every_record_ends_on_the_bus_or_in_the_dead_letter_queue_whatever_fails_and_whenever_it_is_killed()
 {
    let mut given_up_in_all = 0;
    for seed in 0..12 {
        let (machine, chance) = (Machine::in_memory(), Chance::seeded(seed));
        let stream = json!({
            "batchSize": 1 + seed % 10,
            "maximumRetryAttempts": seed % 4,
            "onPartialBatchItemFailure": if seed % 3 == 0 { Value::Null } else { json!("AUTOMATIC_BISECT") },
        });
        // GIVEN orders, of which some are refused, written while the pipe is killed now and then
        for part in 0..4 {
            let run = machine.start_with(pipe(&stream, &json!({})), moody(chance.clone()));
            machine
                .put_all(part * RECORDS / 4..(part + 1) * RECORDS / 4)
                .await;
            tokio::time::sleep(Duration::from_secs_f64(chance.fraction() * 5.0)).await;
            drop(run);
        }
        // WHEN it is left alone
        let run = machine.start_with(pipe(&stream, &json!({})), moody(chance.clone()));
        tokio::time::sleep(Duration::from_hours(2)).await;
        // THEN each is where it belongs
        let arrived: BTreeSet<String> = run.arrived().await.into_iter().collect();
        let given_up = given_up(&machine, &run).await;
        given_up_in_all += given_up.len();
        for id in (0..RECORDS).map(|id| id.to_string()) {
            assert!(
                arrived.contains(&id) || given_up.contains(&id),
                "seed {seed}: {id} is lost"
            );
            assert!(
                !(is_poison(&id) && arrived.contains(&id)),
                "seed {seed}: {id} was refused"
            );
        }
    }
    assert!(given_up_in_all > 0);
}

/// The ids of the orders that the dead letters name by their places.
async fn given_up(machine: &Machine, run: &super::shop::Run) -> BTreeSet<String> {
    let reader = machine.tables.stream(STREAM).unwrap();
    let page = reader.read(None, 1_000).unwrap();
    let written: BTreeMap<SequenceNumber, String> = page
        .records
        .into_iter()
        .map(|it| {
            (
                it.sequence_number.into(),
                it.keys["id"]["S"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    let mut given_up = BTreeSet::new();
    while let Ok(letter) = tokio::time::timeout(Duration::from_mins(1), run.dead_letter()).await {
        let place =
            |name: &str| SequenceNumber::from(letter["DDBStreamBatchInfo"][name].as_str().unwrap());
        let records = written.range(place("startSequenceNumber")..=place("endSequenceNumber"));
        let records: Vec<String> = records.map(|(_, id)| id.clone()).collect();
        assert_eq!(letter["DDBStreamBatchInfo"]["batchSize"], records.len());
        given_up.extend(records);
    }
    given_up
}
