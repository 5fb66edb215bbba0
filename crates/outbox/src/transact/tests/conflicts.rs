//! Nothing was written, and it is known.

use std::time::Duration;

use tokio::time::Instant;

use super::*;
use crate::testing::Fault;
use crate::transact::{Action, Error, Kind, ReadError, ReasonCode, WriteError};

/// The event ids, the numbers and the tokens of each request.
fn sent(tables: &Tables) -> Vec<(String, Vec<Item>)> {
    let requests = tables.requests().into_iter();
    let rows = |actions: Vec<aws_sdk_dynamodb::types::TransactWriteItem>| {
        let puts = actions.into_iter().filter_map(|action| action.put);
        puts.filter(|put| put.table_name == "outbox")
            .map(|put| put.item)
            .collect()
    };
    requests
        .map(|(token, actions)| (token, rows(actions)))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn after_a_conflict_the_counters_are_read_again_and_a_new_token_is_taken() {
    // GIVEN a conflict, and meanwhile another event of the aggregate
    let tables = stock(5).then(Fault::Conflict(1));
    let other = Transaction::new(&tables, "outbox").event("order#42", reserved("milk"));
    let ours = order(&tables, "42").commit(token());
    let theirs = async {
        // The conflict comes first.
        while tables.requests().is_empty() {
            tokio::task::yield_now().await;
        }
        other.commit(Token::from("another")).await
    };
    // WHEN
    let (ours, theirs) = tokio::join!(ours, theirs);
    // THEN both are written, with different numbers
    let ours = ours.unwrap();
    theirs.unwrap();
    assert_eq!(numbers(&tables, "order#42"), [1, 2]);
    let sent: Vec<_> = sent(&tables)
        .into_iter()
        .filter(|(_, rows)| rows[0]["id"] == text(&ours.event_ids[0]))
        .collect();
    // with the same event id, under different tokens
    assert_eq!(sent[0].0, token().as_str());
    assert_ne!(sent.last().unwrap().0, sent[0].0);
    assert_eq!(sent[0].1[0]["sequence"], number(1));
    assert_eq!(sent.last().unwrap().1[0]["sequence"], number(2));
    assert_eq!(left(&tables), number(4), "taken once");
}

#[tokio::test(start_paused = true)]
async fn conflicts_are_retried_within_the_budget_and_then_told_with_each_reason() {
    let mut tables = stock(5);
    for _ in 0..1_000 {
        tables = tables.then(Fault::Conflict(1));
    }
    let start = Instant::now();
    let error = order(&tables, "42")
        .retry_conflicts_for(Duration::from_secs(3))
        .commit(token())
        .await
        .unwrap_err();

    let took = start.elapsed();
    assert!(
        took > Duration::from_secs(1) && took <= Duration::from_secs(3),
        "{took:?}"
    );
    let Error::Cancelled(cancelled) = &error else {
        panic!("{error}")
    };
    assert!(cancelled.attempts > 5);
    assert_eq!(cancelled.reasons.len(), 4, "put, update, counter, row");
    assert_eq!(cancelled.reason(1).unwrap().code, ReasonCode::None);
    assert_eq!(
        cancelled.reason(2).unwrap().code,
        ReasonCode::TransactionConflict
    );
    let kind = Kind::Update;
    let table = "shop".to_owned();
    let position = 2;
    assert_eq!(
        cancelled.failed().next().unwrap().0,
        Action::Given {
            position,
            kind,
            table
        }
    );
    assert!(
        error
            .to_string()
            .contains("action 2 (Update in \"shop\"): TransactionConflict"),
        "{error}"
    );
    assert_eq!(rows(&tables), []);
}

#[tokio::test(start_paused = true)]
async fn pauses_grow_and_differ_by_the_seed() {
    let mut took = Vec::new();
    for seed in 0..5 {
        let mut tables = stock(5);
        for _ in 0..8 {
            tables = tables.then(Fault::Conflict(0));
        }
        let start = Instant::now();
        let transaction = order(&tables, "42").with_random(fastrand::Rng::with_seed(seed));
        transaction
            .retry_conflicts_for(Duration::from_mins(1))
            .commit(token())
            .await
            .unwrap();
        took.push(start.elapsed());
    }
    took.sort();
    took.dedup();
    assert_eq!(took.len(), 5);
    // 25 ms doubled seven times is over the longest pause: at most 25 + 50 + … + 800 + 1000 + 1000.
    assert!(took[4] < Duration::from_millis(3_600), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_failed_condition_of_the_caller_is_no_conflict() {
    let tables = stock(0);
    let error = order(&tables, "42").commit(token()).await.unwrap_err();

    let Error::Cancelled(cancelled) = error else {
        panic!("{error}")
    };
    assert_eq!(cancelled.attempts, 1);
    assert_eq!(
        cancelled.reason(2).unwrap().code,
        ReasonCode::ConditionalCheckFailed
    );
    assert_eq!(cancelled.failed().count(), 1);
    assert!(tables.item("shop", "order-42").is_none());
    assert_eq!(tables.items("outbox"), [], "nothing was written");
}

#[tokio::test(start_paused = true)]
async fn a_busy_dynamodb_is_asked_again_and_told_in_the_end() {
    let busy = || {
        Fault::Before(WriteError::Throttled(
            "ThrottlingException: slow down".to_owned(),
        ))
    };
    let tables = stock(5).then(busy()).then(busy());
    order(&tables, "42").commit(token()).await.unwrap();
    assert_eq!(left(&tables), number(4));

    let tables = (0..1_000).fold(stock(5), |tables, _| tables.then(busy()));
    let transaction = order(&tables, "42").settle_for(Duration::from_secs(4));
    let error = transaction.commit(token()).await.unwrap_err();
    assert!(matches!(error, Error::Busy { .. }), "{error}");
}

#[tokio::test(start_paused = true)]
async fn what_dynamodb_refuses_is_not_tried_again() {
    let refused = WriteError::Refused {
        code: "AccessDeniedException".to_owned(),
        message: "not authorized".to_owned(),
    };
    let tables = stock(5).then(Fault::Before(refused));
    let error = order(&tables, "42").commit(token()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "DynamoDB refused the transaction: AccessDeniedException: not authorized; nothing was written"
    );
    assert_eq!(tables.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_counter_that_can_not_be_read_is_read_again_or_told() {
    let later = || ReadError::Transient("no answer".to_owned());
    let tables = stock(5).then_read(later()).then_read(later());
    order(&tables, "42").commit(token()).await.unwrap();

    let refused = ReadError::Refused {
        code: "ResourceNotFoundException".to_owned(),
        message: "no table".to_owned(),
    };
    let tables = stock(5).then_read(refused);
    let error = order(&tables, "42").commit(token()).await.unwrap_err();
    assert!(matches!(error, Error::Refused { .. }), "{error}");
    assert_eq!(tables.requests().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_token_of_another_request_is_told() {
    let tables = stock(5);
    order(&tables, "41").commit(token()).await.unwrap();
    let error = order(&tables, "42").commit(token()).await.unwrap_err();
    assert_eq!(error, Error::TokenUsed { token: token() });
    assert!(tables.item("shop", "order-42").is_none());
}
