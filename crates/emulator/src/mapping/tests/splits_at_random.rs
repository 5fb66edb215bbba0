use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use super::double::{Function, Machine, answered, failed, ids};
use super::splitting::Splitting;
use crate::mapping::{Mappings, Polling};

/// A stream that is written, split and read at random.
struct Run {
    chance: StdRng,
    machine: Machine,
    stream: Splitting,
    function: Arc<Function>,
    mapping: Value,
    open: Vec<String>,
    /// Each shard's parent and users.
    shards: BTreeMap<String, (Option<String>, Vec<u32>)>,
    /// The users that the function took, in the order of their first time.
    taken: Arc<Mutex<Vec<u32>>>,
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut chance = StdRng::seed_from_u64(seed);
        let taken: Arc<Mutex<Vec<u32>>> = Arc::default();
        let mut fails = StdRng::seed_from_u64(seed + 1);
        let log = Arc::clone(&taken);
        let function = Function::slow(Duration::from_millis(20), move |event| {
            if fails.random_bool(0.3) {
                return failed();
            }
            let mut log = log.lock().unwrap();
            for user in ids(event) {
                let user = user.parse().unwrap();
                if !log.contains(&user) {
                    log.push(user);
                }
            }
            answered("null")
        });
        let mapping = json!({
            "batchSize": chance.random_range(1..6),
            "bisectBatchOnFunctionError": chance.random_bool(0.5),
        });
        Self {
            chance,
            machine: Machine::in_memory(),
            stream: Splitting::with(&["s"]),
            function,
            mapping,
            open: vec!["s".to_owned()],
            shards: BTreeMap::from([("s".to_owned(), (None, Vec::new()))]),
            taken,
        }
    }

    fn start(&self) -> Mappings {
        let (stream, function) = (&self.stream, &self.function);
        self.machine
            .start_reading(stream, function, &self.mapping, Polling::Instant)
    }

    fn write(&mut self, users: std::ops::Range<u32>) {
        for user in users {
            let shard = &self.open[self.chance.random_range(0..self.open.len())];
            self.stream.write(shard, [user]);
            self.shards.get_mut(shard).unwrap().1.push(user);
        }
    }

    fn split(&mut self) {
        let place = self.chance.random_range(0..self.open.len());
        let parent = self.open.swap_remove(place);
        let children = ["0", "1"].map(|side| format!("{parent}{side}"));
        self.stream
            .split(&parent, &children.each_ref().map(String::as_str));
        for child in children {
            self.shards
                .insert(child.clone(), (Some(parent.clone()), Vec::new()));
            self.open.push(child);
        }
    }

    /// Every user was taken, and none of a shard before one of its parent or an earlier one.
    fn check(&self, seed: u64) {
        let taken = self.taken.lock().unwrap();
        let place = |user: &u32| taken.iter().position(|it| it == user);
        for (shard, (parent, users)) in &self.shards {
            let places: Vec<_> = users.iter().map(place).collect();
            assert!(!places.contains(&None), "seed {seed}, {shard}: {places:?}");
            assert!(places.is_sorted(), "seed {seed}, {shard}: {places:?}");
            let before = parent.as_ref().and_then(|parent| {
                let users = &self.shards[parent].1;
                users.iter().map(place).max()
            });
            if let (Some(before), Some(first)) = (before, places.first()) {
                assert!(*first > before, "seed {seed}, {shard} before {parent:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn whenever_shards_split_and_mappings_stop_parents_come_first_and_nothing_is_lost() {
    for seed in 0..30 {
        // GIVEN a function that fails at random
        let mut run = Run::new(seed);
        // WHEN users are written, shards split, and the mapping is stopped here and there
        let mut mappings = run.start();
        for round in 0..20 {
            run.write(round * 3..round * 3 + 3);
            if run.chance.random_bool(0.3) {
                run.split();
            }
            if run.chance.random_bool(0.3) {
                drop(mappings);
                mappings = run.start();
            }
            let pause = run.chance.random_range(0..100);
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
        tokio::time::sleep(Duration::from_hours(2)).await;
        // THEN
        run.check(seed);
    }
}
