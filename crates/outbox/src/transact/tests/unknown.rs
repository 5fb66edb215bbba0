//! Nobody knows whether it was written.

use std::time::Duration;

use tokio::time::Instant;

use super::*;
use crate::testing::Fault;
use crate::transact::{CancellationReason, Error, ReadError, ReasonCode, WriteError, is_written};

fn failed() -> WriteError {
    WriteError::Unknown("InternalServerError: 500".to_owned())
}

fn in_progress() -> WriteError {
    WriteError::Unknown("TransactionInProgressException".to_owned())
}

#[tokio::test(start_paused = true)]
async fn an_unknown_result_is_settled_by_the_identical_request_under_the_same_token() {
    for fault in [
        Fault::LostAnswer,
        Fault::LostRequest,
        Fault::After(failed()),
        Fault::Before(failed()),
        Fault::After(in_progress()),
    ] {
        // GIVEN another event of the aggregate just before
        let tables = stock(5);
        let former = Transaction::new(&tables, "outbox").event("order#42", reserved("milk"));
        former.commit(Token::from("former")).await.unwrap();
        // WHEN the answer is lost twice
        let tables = tables.then(fault.clone()).then(fault.clone());
        let receipt = order(&tables, "42").commit(token()).await.unwrap();
        // THEN the same was sent three times
        let requests = tables.requests();
        assert_eq!(requests.len(), 4, "{fault:?}");
        assert!(
            requests[1..].iter().all(|request| *request == requests[1]),
            "{fault:?}"
        );
        assert_eq!(requests[1].0, token().as_str());
        // and done once
        assert_eq!(left(&tables), number(4), "{fault:?}");
        assert_eq!(numbers(&tables, "order#42"), [1, 2], "{fault:?}");
        assert_eq!(rows(&tables)[1].id, receipt.event_ids[0]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_forgotten_token_does_no_harm_since_the_rows_are_there() {
    // GIVEN an answer that is lost, and a DynamoDB that then forgets the token
    let tables = stock(5)
        .then(Fault::LostAnswer)
        .then(Fault::ForgottenTokens);
    let receipt = order(&tables, "42").commit(token()).await.unwrap();
    // THEN the failed condition of the row is success
    assert!(receipt.earlier_attempt);
    assert_eq!(left(&tables), number(4));
    assert_eq!(numbers(&tables, "order#42"), [1]);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_arrives_late_is_not_done_beside_the_one_after_the_conflict() {
    // GIVEN an answer that is lost, a conflict (with that very attempt), and a token that is new therefore
    let tables = stock(5).then(Fault::LostAnswer).then(Fault::Conflict(1));
    let receipt = order(&tables, "42").commit(token()).await.unwrap();
    // THEN
    assert!(receipt.earlier_attempt);
    let tokens: Vec<_> = tables
        .requests()
        .into_iter()
        .map(|(token, _)| token)
        .collect();
    assert_ne!(tokens[2], tokens[1], "a new token after the conflict");
    assert_eq!(left(&tables), number(4), "done once");
    assert_eq!(numbers(&tables, "order#42"), [1]);
}

#[tokio::test(start_paused = true)]
async fn a_row_in_conflict_after_a_lost_answer_is_our_own_attempt_still_under_way() {
    // GIVEN the fourth action is the row
    let tables = stock(5).then(Fault::LostAnswer).then(Fault::Conflict(3));
    let receipt = order(&tables, "42").commit(token()).await.unwrap();
    // THEN the token stays, and DynamoDB knows it
    assert!(!receipt.earlier_attempt);
    let requests = tables.requests();
    assert!(requests.iter().all(|request| *request == requests[0]));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_settled_in_the_time_given_is_unknown_with_the_event_ids() {
    let tables = (0..1_000).fold(stock(5), |tables, _| tables.then(Fault::Before(failed())));
    let start = Instant::now();
    let transaction = order(&tables, "42").settle_for(Duration::from_secs(4));
    let error = transaction.commit(token()).await.unwrap_err();

    assert!(
        start.elapsed() <= Duration::from_secs(4),
        "{:?}",
        start.elapsed()
    );
    let Error::Unknown {
        token: last,
        event_ids,
        reason,
    } = &error
    else {
        panic!("{error}")
    };
    assert_eq!((last, event_ids.len()), (&token(), 1));
    assert_eq!(reason, "InternalServerError: 500");
    assert!(error.to_string().contains(&event_ids[0]), "{error}");
    // and the caller can look
    assert_eq!(
        is_written(&tables, "outbox", &event_ids[0]).await,
        Ok(false)
    );
}

#[tokio::test(start_paused = true)]
async fn past_the_tokens_ten_minutes_nothing_is_repeated() {
    // GIVEN a caller with a day's patience
    let tables = (0..10_000).fold(stock(5), |tables, _| tables.then(Fault::Before(failed())));
    let start = Instant::now();
    let transaction = order(&tables, "42").settle_for(Duration::from_hours(24));
    let error = transaction.commit(token()).await.unwrap_err();

    assert!(matches!(error, Error::Unknown { .. }), "{error}");
    let took = start.elapsed();
    assert!(
        took > Duration::from_mins(9) && took <= Duration::from_mins(10),
        "{took:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_table_is_asked_when_a_later_refusal_leaves_an_earlier_attempt_open() {
    let refused = || WriteError::Refused {
        code: "AccessDeniedException".to_owned(),
        message: "not authorized".to_owned(),
    };
    // GIVEN it was written, and the right to write was taken away
    let tables = stock(5)
        .then(Fault::LostAnswer)
        .then(Fault::Before(refused()));
    let receipt = order(&tables, "42").commit(token()).await.unwrap();
    assert!(receipt.earlier_attempt);

    // GIVEN it was not written
    let tables = stock(5)
        .then(Fault::LostRequest)
        .then(Fault::Before(refused()));
    let error = order(&tables, "42").commit(token()).await.unwrap_err();
    assert!(
        matches!(error, Error::Unknown { .. }),
        "it may still arrive: {error}"
    );

    // GIVEN the table can't be asked
    let tables = stock(5)
        .then(Fault::LostAnswer)
        .then(Fault::Before(refused()));
    let counters_read = tables.clone();
    let commit = order(&tables, "42").commit(token());
    let cut_off = async {
        while counters_read.requests().is_empty() {
            tokio::task::yield_now().await;
        }
        let _ = counters_read.then_read(ReadError::Transient("no answer".to_owned()));
    };
    let (answer, ()) = tokio::join!(commit, cut_off);
    assert!(matches!(answer, Err(Error::Unknown { .. })), "{answer:?}");
}

#[tokio::test(start_paused = true)]
async fn a_counter_that_is_damaged_meanwhile_leaves_an_earlier_attempt_open() {
    // GIVEN an answer that was lost, then a conflict, and a counter that somebody has changed when it is read again
    let tables = stock(5).then(Fault::LostRequest).then(Fault::Conflict(1));
    let commit = order(&tables, "42").commit(token());
    let damage = async {
        while tables.requests().is_empty() {
            tokio::task::yield_now().await;
        }
        let mut counter = item("sequence#order#42");
        counter.insert("lastSequence".to_owned(), text("many"));
        let _ = tables.clone().with("outbox", counter);
    };
    // WHEN
    let (answer, ()) = tokio::join!(commit, damage);
    // THEN nobody claims that nothing was written
    let Err(Error::Unknown { reason, .. }) = answer else {
        panic!("{answer:?}")
    };
    assert!(reason.contains("is damaged"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_tells_only_the_first_reason_does_not_hide_an_earlier_success() {
    // GIVEN it was written, took the last tea, and the token is forgotten; only the condition on the stock is told
    let code = ReasonCode::ConditionalCheckFailed;
    let of = |code| CancellationReason {
        code,
        message: None,
        item: None,
    };
    let none = || of(ReasonCode::None);
    let cancelled = WriteError::Cancelled(vec![none(), of(code), none(), none()]);
    let tables = stock(1)
        .then(Fault::LostAnswer)
        .then(Fault::Before(cancelled.clone()));
    let receipt = order(&tables, "42").commit(token()).await.unwrap();
    assert!(receipt.earlier_attempt);

    // GIVEN it was not written
    let tables = stock(0)
        .then(Fault::LostRequest)
        .then(Fault::Before(cancelled));
    let error = order(&tables, "42").commit(token()).await.unwrap_err();
    assert!(
        matches!(error, Error::Unknown { .. }),
        "it may still arrive, and find more tea: {error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_that_somebody_else_used_meanwhile_leaves_an_earlier_attempt_open() {
    let tables = stock(5)
        .then(Fault::LostRequest)
        .then(Fault::Before(WriteError::Mismatch));
    let error = order(&tables, "42").commit(token()).await.unwrap_err();
    assert!(
        matches!(error, Error::Unknown { .. }),
        "it may still arrive: {error}"
    );
}
