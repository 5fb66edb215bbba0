//! GIVEN the table in memory WHEN its items change and its shards split THEN its stream is what DynamoDB's would be.

#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use std::time::Duration;

use delivery::Time;
use simulation::observation::Kind;
use simulation::scenario::{Content, Flow, Operation, Write};
use simulation::table::{Page, Table};

const DAY: Duration = Duration::from_hours(24);

fn put(key: u16, revision: u32, time_to_live: Option<Duration>) -> Operation {
    operation(
        key,
        Write::Put {
            revision,
            content: Content::Plain,
            time_to_live,
        },
    )
}

fn operation(key: u16, write: Write) -> Operation {
    let at = Duration::ZERO;
    Operation { at, key, write }
}

fn shards(table: &Table) -> Vec<(String, Option<String>)> {
    table.read(|shards| {
        let all = shards.all();
        all.map(|(id, parent)| (id.to_owned(), parent.map(str::to_owned)))
            .collect()
    })
}

fn page(table: &Table, shard: &str) -> Option<Page> {
    table.read(|shards| shards.read(shard, None, 1000))
}

#[test]
fn a_change_is_named_for_what_it_did_and_one_that_changes_nothing_leaves_no_record() {
    let table = Table::new(Flow::Users, 1, 1);
    let kind = |operation: &Operation| table.apply(operation, Time(1)).map(|change| change.kind);

    assert_eq!(kind(&operation(1, Write::Remove)), None);
    assert_eq!(kind(&operation(1, Write::PutUnchanged)), None);
    assert_eq!(kind(&put(1, 1, None)), Some(Kind::Insert));
    assert_eq!(kind(&put(1, 1, None)), None);
    assert_eq!(kind(&operation(1, Write::PutUnchanged)), None);
    assert_eq!(kind(&put(1, 2, None)), Some(Kind::Modify));
    assert_eq!(kind(&operation(1, Write::Remove)), Some(Kind::Remove));

    let (shard, _) = &shards(&table)[0];
    assert_eq!(page(&table, shard).unwrap().records.len(), 3);
}

#[test]
fn an_item_whose_time_is_over_is_removed_by_dynamodb_itself() {
    let table = Table::new(Flow::Users, 1, 1);
    table.apply(&put(1, 1, Some(Duration::from_secs(5))), Time(1000));
    assert_eq!(table.next_expiry(), Some(Time(6000)));
    assert!(table.expire(Time(5999)).is_empty());

    let expired = table.expire(Time(6000));

    assert_eq!(expired[0].kind, Kind::Expire);
    let (shard, _) = &shards(&table)[0];
    let records = page(&table, shard).unwrap().records;
    assert_eq!(
        records[1].body["userIdentity"]["principalId"],
        "dynamodb.amazonaws.com"
    );
    assert!(table.next_expiry().is_none());
}

#[test]
fn a_split_closes_the_shard_and_its_children_take_its_keys() {
    let table = Table::new(Flow::Users, 1, 1);
    let keys = 0..40;
    for key in keys.clone() {
        table.apply(&put(key, 1, None), Time(1));
    }
    let (parent, children) = table.split(0, Time(2)).unwrap();
    for key in keys {
        table.apply(&put(key, 2, None), Time(3));
    }

    let closed = page(&table, &parent).unwrap();
    assert!(closed.closed && closed.records.len() == 40);
    let of_children = children.map(|child| page(&table, &child).unwrap());
    assert!(of_children.iter().all(|child| !child.closed));
    let counts = of_children.map(|child| child.records.len());
    assert_eq!(counts.iter().sum::<usize>(), 40);
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
    let tree = shards(&table);
    assert_eq!(tree[0], (parent.clone(), None));
    assert!(tree[1..].iter().all(|(_, of)| *of == Some(parent.clone())));
}

#[test]
fn there_are_never_more_than_eight_open_shards() {
    let table = Table::new(Flow::Users, 1, 4);
    let splits = (0..10).filter(|shard| table.split(*shard, Time(1)).is_some());
    assert_eq!(splits.count(), 4);
}

#[test]
fn the_stream_forgets_a_record_and_then_its_closed_shard_after_a_day() {
    let table = Table::new(Flow::Users, 1, 1);
    let change = table.apply(&put(1, 1, None), Time(1000)).unwrap();
    let (parent, _) = table.split(0, Time(2000)).unwrap();
    assert_eq!(table.next_trim(), Some(Time(1000).plus(DAY)));
    assert!(table.trim(Time(999).plus(DAY)).is_empty());

    assert_eq!(table.trim(Time(1000).plus(DAY)), [change.event_id]);
    assert!(page(&table, &parent).unwrap().records.is_empty());
    assert!(table.trim(Time(2000).plus(DAY)).is_empty());
    assert!(page(&table, &parent).is_none());
    assert_eq!(shards(&table).len(), 2);
}
