//! Whatever happens, a message leaves its queue only when it is done or not wanted, and in the end
//! all have left it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;

use super::super::*;
use super::world::{VISIBILITY, answered, failed, throttled};
use crate::mapping::EVENT_BYTES;
use crate::target::Backoff;
use crate::{Outcome, Time};

const BYTES: usize = 2 * 1024 * 1024;

/// What happens next.
#[derive(Clone, Debug)]
enum Event {
    /// The receive under way ends with what is visible, if there is one.
    Receive,
    /// One of the invocations under way ends like this.
    Answer(usize, End),
    Wait(u64),
}

#[derive(Clone, Debug)]
enum End {
    Succeeds,
    Fails,
    IsThrottled,
    /// Reports the first message.
    Reports,
    /// Reports a message that it was not given.
    ReportsNonsense,
}

fn event() -> impl Strategy<Value = Event> {
    let end = prop_oneof![
        Just(End::Succeeds),
        Just(End::Fails),
        Just(End::IsThrottled),
        Just(End::Reports),
        Just(End::ReportsNonsense),
    ];
    prop_oneof![
        3 => Just(Event::Receive),
        3 => (any::<usize>(), end).prop_map(|(which, end)| Event::Answer(which, end)),
        1 => (0_u64..20_000).prop_map(Event::Wait),
    ]
}

/// A queue with its messages, a mapping, and a function that ends as it is told.
struct Shop {
    settings: Settings,
    mapping: QueueMapping<()>,
    now: Time,
    /// When each message that is not deleted shows.
    queue: BTreeMap<String, Time>,
    receive: Option<usize>,
    wake: Option<Time>,
    under_way: BTreeMap<u64, Vec<String>>,
    /// What may be deleted.
    done: BTreeSet<String>,
}

/// Every third message is not wanted.
fn wanted(id: &str) -> bool {
    id.parse::<u32>().is_ok_and(|id| id % 3 != 0)
}

impl Shop {
    fn new(settings: Settings, messages: usize) -> Self {
        let pauses = Backoff {
            first: Duration::from_millis(200),
            longest: Duration::from_secs(10),
        };
        let mut shop = Self {
            mapping: QueueMapping::new(settings.clone(), Duration::ZERO, pauses),
            settings,
            now: Time(0),
            queue: (0..messages).map(|id| (id.to_string(), Time(0))).collect(),
            receive: None,
            wake: None,
            under_way: BTreeMap::new(),
            done: BTreeSet::new(),
        };
        shop.step(Input::Woken);
        shop
    }

    fn step(&mut self, input: Input<()>) {
        self.wake = None;
        for effect in self.mapping.step(input, self.now) {
            match effect {
                Effect::Receive { limit } => {
                    assert!((1..=10).contains(&limit));
                    assert_eq!(self.receive.replace(limit), None);
                }
                Effect::Wake(time) => self.wake = Some(time),
                Effect::Invoke { batch, messages } => {
                    let bytes: usize = messages.iter().map(|message| message.bytes).sum();
                    assert!((1..=self.settings.batch_size).contains(&messages.len()));
                    assert!(bytes <= EVENT_BYTES);
                    let ids: Vec<String> = messages.into_iter().map(|message| message.id).collect();
                    assert!(ids.iter().all(|id| wanted(id)));
                    assert_eq!(self.under_way.insert(batch, ids), None);
                    // Without a limit, 5 at first and 300 more for each busy minute.
                    let grown = 5 + 300 * usize::try_from(self.now.0 / 60_000).unwrap();
                    let most = self.settings.maximum_concurrency.unwrap_or(grown);
                    assert!(self.under_way.len() <= most);
                }
                Effect::Delete(messages) => {
                    for message in messages {
                        assert!(!wanted(&message.id) || self.done.contains(&message.id));
                        self.queue.remove(&message.id);
                    }
                }
            }
        }
    }

    fn happens(&mut self, event: &Event) {
        match event {
            Event::Receive => self.receives(),
            Event::Answer(which, end) => {
                let batches: Vec<u64> = self.under_way.keys().copied().collect();
                if let Some(batch) = batches.get(which % batches.len().max(1)) {
                    self.answers(*batch, end);
                }
            }
            Event::Wait(milliseconds) => self.waits(Duration::from_millis(*milliseconds)),
        }
    }

    fn receives(&mut self) {
        let Some(limit) = self.receive.take() else {
            return;
        };
        let visible_at = self.now.plus(VISIBILITY);
        let visible = self
            .queue
            .iter_mut()
            .filter(|(_, shows)| **shows <= self.now);
        let messages = visible.take(limit).map(|(id, shows)| {
            *shows = visible_at;
            Message {
                id: id.clone(),
                bytes: BYTES,
                wanted: wanted(id),
                visible_at,
                payload: (),
            }
        });
        let messages = messages.collect();
        self.step(Input::Received(messages));
    }

    fn answers(&mut self, batch: u64, end: &End) {
        let ids = self.under_way.remove(&batch).unwrap();
        let report = |id: &str| {
            answered(&format!(
                r#"{{"batchItemFailures":[{{"itemIdentifier":"{id}"}}]}}"#
            ))
        };
        let reporting = self.settings.report_batch_item_failures;
        let (outcome, done): (Outcome, &[String]) = match end {
            End::Succeeds => (answered("null"), &ids),
            End::Fails => (failed(), &[]),
            End::IsThrottled => (throttled(), &[]),
            End::Reports => (report(&ids[0]), if reporting { &ids[1..] } else { &ids }),
            End::ReportsNonsense => (report("nonsense"), if reporting { &[] } else { &ids }),
        };
        self.done.extend(done.iter().cloned());
        self.step(Input::Answered { batch, outcome });
    }

    fn waits(&mut self, time: Duration) {
        let end = self.now.plus(time);
        while let Some(wake) = self.wake.filter(|wake| *wake <= end) {
            assert!(wake > self.now, "it wants to be woken without end");
            self.now = wake;
            self.step(Input::Woken);
        }
        self.now = end;
    }

    /// From now on all goes well.
    fn ends_well(&mut self) {
        for _ in 0..200 {
            while let Some(batch) = self.under_way.keys().next().copied() {
                self.answers(batch, &End::Succeeds);
            }
            self.receives();
            self.waits(Duration::from_secs(5));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn messages_leave_the_queue_when_they_are_done_and_in_the_end_all_do(
        batch_size in 1_usize..30,
        window in 0_u64..20,
        maximum_concurrency in proptest::option::of(2_usize..5),
        report_batch_item_failures in any::<bool>(),
        messages in 0_usize..60,
        events in proptest::collection::vec(event(), 0..80),
    ) {
        let settings = Settings {
            batch_size,
            batching_window: Duration::from_secs(if batch_size > 10 { window + 1 } else { window }),
            maximum_concurrency,
            report_batch_item_failures,
            ..Settings::default()
        };
        let mut shop = Shop::new(settings, messages);
        for event in &events {
            shop.happens(event);
        }
        shop.ends_well();
        prop_assert!(shop.queue.is_empty(), "{:?}", shop.queue);
        prop_assert!(shop.under_way.is_empty());
    }
}
