//! The marks of published rows.

use outbox::OutboxTable;
use outbox::verify::Mark as _;
use serde_json::json;

use crate::calls::entry;
use crate::server::{Answer, Server};

/// What becomes of two marks that are answered so, and how many calls were made for them.
async fn marked(answer: Answer) -> (Vec<(String, String)>, usize) {
    let server = Server::start([("UpdateItem", answer)]).await;
    let table = OutboxTable::new(&server.settings(), "outbox");
    let mut unmarked = table.mark(&[&entry(1), &entry(2)]).await;
    unmarked.sort();
    (unmarked, server.calls("UpdateItem"))
}

#[tokio::test]
async fn rows_that_are_marked_are_not_named() {
    assert_eq!(marked(Answer::ok(&json!({}))).await, (vec![], 2));
}

#[tokio::test]
async fn rows_that_are_gone_are_not_named_since_nobody_finds_them_again() {
    let gone = "ConditionalCheckFailedException";
    let gone = Answer::error(400, gone, "The conditional request failed");

    assert_eq!(marked(gone).await, (vec![], 2));
}

#[tokio::test]
async fn rows_that_can_not_be_marked_are_named_with_the_reason() {
    for (status, code, attempts) in [
        (400, "AccessDeniedException", 1),
        (400, "ThrottlingException", 3),
    ] {
        let (unmarked, calls) = marked(Answer::error(status, code, "no")).await;

        let ids: Vec<_> = unmarked.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, ["event-1:Stored", "event-2:Stored"]);
        assert!(
            unmarked.iter().all(|(_, reason)| reason.contains(code)),
            "{unmarked:?}"
        );
        assert_eq!(calls, 2 * attempts);
    }
}
