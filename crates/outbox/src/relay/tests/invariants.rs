//! What holds for any batch and any failures: no loss, no wrong order, no call that AWS refuses.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;

use super::fixture::*;
use crate::Batch;
use crate::entry::{CALL_BYTES, CALL_ENTRIES};
use crate::publish::CallError;
use crate::testing::{Bus, Quarantine, Record};

#[derive(Debug, Clone)]
struct Given {
    /// Key and text of each record.
    records: Vec<(u8, &'static str, usize)>,
    /// Which record's event is refused, with which code, how often.
    refusals: Vec<(u32, &'static str, usize)>,
    call_failures: Vec<(u16, &'static str)>,
    lost_answers: usize,
    quarantine_outage: usize,
    seed: u64,
}

fn given() -> impl Strategy<Value = Given> {
    let text = prop_oneof![8 => Just("text"), 1 => Just("error"), 1 => Just("none")];
    let size = prop_oneof![9 => Just(1_usize), 1 => 1..90_000_usize];
    let code = prop::sample::select(vec![
        "ThrottlingException",
        "AccessDeniedException",
        "MalformedDetail",
        "New",
    ]);
    let call = prop::sample::select(vec![
        (400, "ValidationException"),
        (503, ""),
        (400, "AccessDeniedException"),
    ]);
    (
        prop::collection::vec((0..12_u8, text, size), 0..60),
        prop::collection::vec((1..60_u32, code, 1..5_usize), 0..6),
        prop::collection::vec(call, 0..3),
        0..2_usize,
        0..3_usize,
        any::<u64>(),
    )
        .prop_map(
            |(records, refusals, call_failures, lost_answers, quarantine_outage, seed)| Given {
                records,
                refusals,
                call_failures,
                lost_answers,
                quarantine_outage,
                seed,
            },
        )
}

fn batch(given: &Given) -> Batch {
    (1..)
        .zip(&given.records)
        .map(|(number, (key, text, times))| {
            let text = if *text == "text" {
                text.repeat(*times)
            } else {
                (*text).to_owned()
            };
            Record::insert(number, &with_text(&key.to_string(), &text))
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_record_before_the_reported_one_is_published_or_quarantined_in_order(given in given()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(check(&given))?;
    }
}

async fn check(given: &Given) -> Result<(), TestCaseError> {
    let mut bus = Bus::new()
        .lose_answers(given.lost_answers)
        .delay(Duration::from_millis(15));
    for (record, code, times) in &given.refusals {
        bus = bus.refuse(&stored(*record), code, *times);
    }
    for (status, code) in &given.call_failures {
        bus = bus.fail_call(CallError::Refused {
            status: *status,
            code: (*code).to_owned(),
            message: String::new(),
        });
    }
    let quarantine = Quarantine::new().unreachable_for(given.quarantine_outage);

    let failures = handle(
        &relay(&bus, &quarantine).with_seed(given.seed),
        &batch(given),
    )
    .await;

    let published: BTreeSet<String> = bus.event_ids().into_iter().collect();
    let quarantined: BTreeSet<String> = quarantine
        .messages()
        .iter()
        .map(|message| {
            serde_json::from_str::<serde_json::Value>(&message.text().unwrap()).unwrap()["record"]["eventID"]
                .to_string()
        })
        .collect();
    for (number, (_, text, _)) in (1..).zip(&given.records) {
        if failures.first() == Some(sequence_number(number).as_str()) {
            break;
        }
        let finished = *text == "none"
            || published.contains(&stored(number))
            || quarantined.contains(&format!("\"event-{number}\""));
        prop_assert!(
            finished,
            "record {number} is neither published nor quarantined nor reported"
        );
    }

    let keys: BTreeMap<String, u8> = (1..)
        .zip(&given.records)
        .map(|(number, (key, _, _))| (stored(number), *key))
        .collect();
    let mut last: BTreeMap<u8, usize> = BTreeMap::new();
    let position = |event_id: &str| -> usize {
        event_id
            .trim_start_matches("event-")
            .trim_end_matches(":Stored")
            .parse()
            .unwrap()
    };
    for event_id in bus.event_ids() {
        let position = position(&event_id);
        let before = last.insert(keys[&event_id], position).unwrap_or_default();
        prop_assert!(
            before <= position,
            "record {position} was accepted after record {before} of its key"
        );
    }
    let sizes: BTreeMap<String, usize> = bus
        .published()
        .into_iter()
        .map(|entry| (entry.event_id.clone(), entry.bytes()))
        .collect();
    for call in bus.calls() {
        let of_call: BTreeSet<u8> = call.iter().map(|event_id| keys[event_id]).collect();
        prop_assert_eq!(
            of_call.len(),
            call.len(),
            "two entries of one key share a call"
        );
        prop_assert!(call.len() <= CALL_ENTRIES);
        prop_assert!(
            call.iter()
                .filter_map(|event_id| sizes.get(event_id))
                .sum::<usize>()
                < CALL_BYTES
        );
    }
    Ok(())
}
