//! Many writers and many faults at once.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::join_all;
use proptest::prelude::*;

use super::*;
use crate::testing::Fault;
use crate::transact::{Error, WriteError};

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        4 => Just(Fault::None),
        1 => Just(Fault::LostAnswer),
        1 => Just(Fault::LostRequest),
        1 => Just(Fault::After(WriteError::Unknown("500".to_owned()))),
        1 => Just(Fault::Before(WriteError::Throttled("busy".to_owned()))),
        1 => (0_usize..4).prop_map(Fault::Conflict),
        1 => Just(Fault::ForgottenTokens),
    ]
}

/// Each writer writes one order of one tea, with two events of the order and one of the customer whom all share.
async fn all_at_once(tables: &Tables, writers: u64) -> Vec<Result<super::super::Receipt, Error>> {
    let writers = (0..writers).map(|writer| {
        order(tables, &writer.to_string())
            .event(format!("order#{writer}"), reserved("tea"))
            .event("customer#7", placed(&writer.to_string()))
            .retry_conflicts_for(Duration::from_mins(2))
            .settle_for(Duration::from_mins(2))
            .with_random(fastrand::Rng::with_seed(writer))
            .commit(Token::from(format!("request-{writer}")))
    });
    join_all(writers).await
}

fn assert_whole(tables: &Tables, stock: u64) -> BTreeSet<String> {
    let rows = rows(tables);
    let orders: BTreeSet<_> = tables
        .items("shop")
        .iter()
        .filter_map(|item| {
            item["id"]
                .as_s()
                .unwrap()
                .strip_prefix("order-")
                .map(str::to_owned)
        })
        .collect();
    // An event for exactly the orders that exist,
    let told: BTreeSet<_> = rows
        .iter()
        .filter(|row| row.aggregate.starts_with("order#") && row.detail_type == "Placed")
        .map(|row| row.aggregate.trim_start_matches("order#").to_owned())
        .collect();
    assert_eq!(orders, told);
    // as much taken from the stock as was ordered,
    assert_eq!(left(tables), number(stock - orders.len() as u64));
    // and numbers without gaps or repeats.
    for aggregate in rows
        .iter()
        .map(|row| &row.aggregate)
        .collect::<BTreeSet<_>>()
    {
        let expected: Vec<_> = (1..=numbers(tables, aggregate).len() as u64).collect();
        assert_eq!(numbers(tables, aggregate), expected, "{aggregate}");
    }
    orders
}

#[tokio::test(start_paused = true)]
async fn two_writers_never_take_one_number() {
    let tables = stock(30);
    let answers = all_at_once(&tables, 30).await;

    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(assert_whole(&tables, 30).len(), 30);
    assert_eq!(numbers(&tables, "customer#7").len(), 30);
}

#[tokio::test(start_paused = true)]
async fn no_more_is_taken_from_the_stock_than_there_is() {
    let tables = stock(4);
    let answers = all_at_once(&tables, 10).await;

    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 4);
    assert_eq!(assert_whole(&tables, 4).len(), 4);
    assert_eq!(left(&tables), number(0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn whatever_fails_the_answers_are_true_and_nothing_is_half_written(
        faults in proptest::collection::vec(fault(), 0..60),
        writers in 1_u64..8,
        stock_left in 0_u64..8,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let tables = faults.into_iter().fold(stock(stock_left), Tables::then);
            let answers = all_at_once(&tables, writers).await;
            let orders = assert_whole(&tables, stock_left);
            for (writer, answer) in answers.iter().enumerate() {
                let there = orders.contains(&writer.to_string());
                match answer {
                    Ok(_) => assert!(there, "{writer} was told to be written"),
                    Err(Error::Unknown { .. }) => {}
                    Err(error) => assert!(!there, "{writer} was told not to be written: {error}"),
                }
            }
        });
    }
}
