//! `PATCH /orders/{id}`

use emulator::Occurrence;
use serde_json::json;

use crate::client::start;
use crate::declaration::orders;

#[tokio::test]
async fn an_order_goes_through_its_states_and_no_other_way() {
    let shop = start(&orders("NONE")).await;
    shop.post(&json!({ "status": "CREATED", "id": "o-1" }))
        .await;
    // Each step with the status that is asked for, the answer, and what the order then is.
    let steps = [
        ("COOKING", 409, "CREATED"),
        ("ACCEPTED", 200, "ACCEPTED"),
        ("CREATED", 409, "ACCEPTED"),
        ("COOKING", 200, "COOKING"),
        ("CANCELLED", 409, "COOKING"),
        ("DELIVERED", 200, "DELIVERED"),
    ];
    for (wanted, status, then) in steps {
        let answer = shop.patch("o-1", wanted).await;

        assert_eq!(answer.status, status, "{wanted}: {answer:?}");
        assert_eq!(shop.items().await["o-1"]["status"]["S"], then);
        if status == 200 {
            assert_eq!(answer.body, json!({ "id": "o-1", "status": then }));
        } else {
            let message = format!("an order that is {then} can't become {wanted}");
            assert_eq!(answer.text("message"), message);
        }
    }
    shop.emulating.stop().await;
}

#[tokio::test]
async fn a_status_that_the_order_has_already_is_answered_without_a_write() {
    let shop = start(&orders("NONE")).await;
    shop.post(&json!({ "status": "CREATED", "id": "o-1" }))
        .await;
    let mut journal = shop.emulating.journal().listen();

    let answer = shop.patch("o-1", "CREATED").await;

    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.body, json!({ "id": "o-1", "status": "CREATED" }));
    // Each write that has a stream record is told before the request that made it.
    let told = journal.recv().await.unwrap();
    assert!(matches!(told, Occurrence::Requested { .. }), "{told:?}");
    shop.patch("o-1", "ACCEPTED").await;
    let told = journal.recv().await.unwrap();
    assert!(matches!(told, Occurrence::Written { .. }), "{told:?}");
    shop.emulating.stop().await;
}

#[tokio::test]
async fn an_order_that_is_not_there_is_not_found_and_not_made() {
    let shop = start(&orders("NONE")).await;
    for id in ["o-1", "a%20%22b%22", "it's"] {
        let answer = shop.patch(id, "ACCEPTED").await;

        assert_eq!(answer.status, 404, "{answer:?}");
        assert_eq!(answer.text("message"), "there is no such order");
    }
    assert!(shop.items().await.is_empty());
    shop.emulating.stop().await;
}
