use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;

use super::world::{World, defaults, failed, failing, not_run, succeeded};
use crate::mapping::Settings;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a function does and whenever the mapping is stopped: every record ends acknowledged
    /// or in the failure destination, or expires with the stream, and no item's later change is
    /// acknowledged before an earlier.
    #[test]
    fn every_record_ends_acknowledged_or_discarded_in_the_order_of_its_item(
        script in proptest::collection::vec(0_u8..6, 0..200),
        writes in proptest::collection::vec((0_u8..5, 0_u8..4), 1..60),
        poison in proptest::collection::vec(any::<bool>(), 60),
        batch_size in 1_usize..12,
        lanes in 1_usize..4,
        retries in 0_u32..4,
        bisect: bool,
        report: bool,
        window in 0_u64..3,
        retention in proptest::option::of(2_u64..10),
        age in proptest::option::of(1_u64..10),
    ) {
        let settings = Settings {
            batch_size,
            parallelization_factor: lanes,
            maximum_retry_attempts: Some(retries),
            maximum_record_age: age.map(Duration::from_secs),
            bisect_batch_on_function_error: bisect,
            report_batch_item_failures: report,
            batching_window: Duration::from_secs(window),
            ..defaults()
        };
        // GIVEN a function that fails at random, and always on poison
        let acknowledged = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
        let log = acknowledged.clone();
        let poisonous = move |record: u64| {
            usize::try_from(record).is_ok_and(|record| poison.get(record).copied().unwrap_or(false))
        };
        let mut script = script.into_iter();
        let mut world = World::new(settings, move |batch| {
            let bad = batch.iter().position(|record| poisonous(*record));
            match (script.next().unwrap_or(5), bad) {
                (0, _) => not_run(),
                (1, _) => failed(),
                (2, _) if report => {
                    log.borrow_mut().extend(&batch[..batch.len() / 2]);
                    failing(&batch[batch.len() / 2..])
                }
                (_, Some(bad)) if report => {
                    log.borrow_mut().extend(&batch[..bad]);
                    failing(&batch[bad..=bad])
                }
                (_, Some(_)) => failed(),
                (_, None) => {
                    log.borrow_mut().extend(batch);
                    succeeded()
                }
            }
        });
        world.retention = retention.map_or(Duration::MAX, Duration::from_secs);
        // WHEN items are written, and the mapping is stopped here and there
        let mut items = BTreeMap::new();
        for (record, (item, then)) in (1_u64..).zip(&writes) {
            world.write_item(record, &item.to_string(), 10);
            items.insert(record, *item);
            match then {
                0 => world.run(),
                1 => world.pass(Duration::from_millis(300)),
                2 => world.restart(),
                _ => {}
            }
        }
        world.restart();
        world.pass(Duration::from_hours(2));
        // THEN every record has an end
        let acknowledged = acknowledged.borrow();
        let discarded = world.discarded_records().concat();
        let expired = world.expired.concat();
        prop_assert!(retention.is_some() || expired.is_empty());
        for record in items.keys() {
            let ends = [&*acknowledged, &discarded, &expired];
            prop_assert!(
                ends.iter().any(|end| end.contains(record)),
                "record {record} was lost"
            );
        }
        // AND each item's changes were acknowledged in order, when counted by the first time
        for item in 0..5 {
            let mut first = Vec::new();
            for record in acknowledged.iter().filter(|record| items[record] == item) {
                if !first.contains(record) {
                    first.push(*record);
                }
            }
            prop_assert!(first.is_sorted(), "item {item}: {first:?}");
        }
        prop_assert_eq!(world.checkpoint(), Some(super::world::number(writes.len() as u64)));
    }
}
