//! Nobody knows whether it was written.

use std::time::Duration;

use outbox::transact::Error;
use serde_json::json;
use tokio::time::Instant;

use crate::script::{Reply, Script};
use crate::{order, row, token};

/// Far longer than an answer takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(1);

fn ambiguous() -> [(&'static str, Reply); 8] {
    [
        (
            "InternalServerError",
            Reply::error(500, "InternalServerError"),
        ),
        (
            "ServiceUnavailable",
            Reply::error(503, "ServiceUnavailable"),
        ),
        (
            "TransactionInProgressException",
            Reply::error(400, "TransactionInProgressException"),
        ),
        ("no message", Reply::Answer(502, json!({}))),
        ("", Reply::Garbage),
        ("", Reply::Cut),
        ("", Reply::Reset),
        ("no answer within 1000 ms", Reply::Silence),
    ]
}

#[tokio::test]
async fn an_ambiguous_answer_is_settled_by_the_identical_request_byte_for_byte() {
    for (_, reply) in ambiguous() {
        // GIVEN two answers that say nothing of what was written
        let script = Script::start([reply.clone(), reply.clone()]).await;
        let client = script.client("key");
        // WHEN
        let transaction = order(&client).attempt_timeout(PATIENCE);
        let receipt = transaction.commit(token()).await;
        // THEN the request came three times, byte for byte, with its token, event id and number
        let receipt = receipt.unwrap();
        let writes = script.writes();
        assert_eq!(writes.len(), 3, "{reply:?}");
        assert!(writes.iter().all(|write| *write == writes[0]), "{reply:?}");
        let request = &script.written()[0];
        assert_eq!(request["ClientRequestToken"], token().as_str());
        assert_eq!(row(request)["id"]["S"], receipt.event_ids[0].as_str());
        assert_eq!(row(request)["sequence"]["N"], "1");
        assert_eq!(
            script.read().len(),
            1,
            "the counter was read once: {reply:?}"
        );
    }
}

#[tokio::test]
async fn what_no_answer_settles_is_unknown_with_the_event_ids_and_the_last_reason() {
    for (named, reply) in ambiguous() {
        let script = Script::start([]).await.always(reply);
        let client = script.client("key");
        let transaction = order(&client)
            .attempt_timeout(PATIENCE)
            .settle_for(Duration::from_millis(100));

        let error = transaction.commit(token()).await.unwrap_err();

        let request = &script.written()[0];
        let Error::Unknown {
            token: last,
            event_ids,
            reason,
        } = &error
        else {
            panic!("{error}")
        };
        assert_eq!(*last, token());
        assert_eq!(event_ids[0], row(request)["id"]["S"].as_str().unwrap());
        assert!(reason.contains(named) && !reason.is_empty(), "{reason}");
        assert!(error.to_string().contains(&event_ids[0]), "{error}");
    }
}

#[tokio::test]
async fn a_dynamodb_that_can_not_be_reached_leaves_nothing_written() {
    let script = Script::start([]).await;
    let client = script.client("key");
    // GIVEN an address at which nobody listens
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let settings = client.config().to_builder().endpoint_url(address).build();
    let unreachable = aws_sdk_dynamodb::Client::from_conf(settings);
    // WHEN
    let transaction = order(&unreachable).settle_for(Duration::from_millis(100));
    let error = transaction.commit(token()).await.unwrap_err();
    // THEN the counter could not even be read, so nothing was written
    assert!(matches!(error, Error::Busy { .. }), "{error}");
    assert!(error.to_string().contains("nothing was written"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn past_the_tokens_ten_minutes_it_is_unknown_and_never_repeated() {
    // GIVEN a caller with a day's patience, on a clock that jumps over every pause
    let script = Script::start([]).await.always(Reply::Silence);
    let client = script.client("key");
    let start = Instant::now();
    // WHEN
    let transaction = order(&client).settle_for(Duration::from_hours(24));
    let error = transaction.commit(token()).await.unwrap_err();
    // THEN
    let took = start.elapsed();
    assert!(
        took > Duration::from_mins(9) && took <= Duration::from_mins(10),
        "{took:?}"
    );
    let Error::Unknown { event_ids, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(event_ids.len(), 1);
    let writes = script.writes();
    assert!(writes.len() > 50, "{}", writes.len());
    assert!(writes.iter().all(|write| *write == writes[0]));
}

#[tokio::test]
async fn a_row_that_is_there_already_means_that_it_was_committed() {
    // GIVEN an answer that was lost, and a DynamoDB that has forgotten the token
    let none = json!({ "Code": "None" });
    let failed =
        json!({ "Code": "ConditionalCheckFailed", "Message": "The conditional request failed" });
    let script = Script::start([
        Reply::Reset,
        Reply::cancelled(&json!([failed, none, failed, failed])),
    ])
    .await;
    let client = script.client("key");
    // WHEN
    let receipt = order(&client).commit(token()).await.unwrap();
    // THEN
    assert!(receipt.earlier_attempt);
    assert_eq!(script.writes().len(), 2);
}

#[tokio::test]
async fn after_a_lost_answer_a_refusal_is_settled_by_a_look_at_the_row() {
    let there = Reply::ok(json!({ "Item": { "id": { "S": "the row" } } }));
    for (found, there) in [(true, there), (false, Reply::ok(json!({})))] {
        let refused = Reply::error(400, "AccessDeniedException");
        let script = Script::start([Reply::Reset, refused]).await;
        let no_counter = Reply::ok(json!({}));
        let script = script.reads([no_counter, there]);
        let client = script.client("key");

        let answer = order(&client).commit(token()).await;

        let reads = script.read();
        assert_eq!(reads.len(), 2);
        let row = row(&script.written()[0])["id"].clone();
        assert_eq!(reads[1]["Key"], json!({ "id": row }));
        match answer {
            Ok(receipt) => assert!(found && receipt.earlier_attempt),
            // It may still be under way.
            Err(Error::Unknown { reason, .. }) => {
                assert!(
                    !found && reason.contains("AccessDeniedException"),
                    "{reason}"
                );
            }
            Err(error) => panic!("{error}"),
        }
    }
}
