//! `PATCH /orders/{id}`

use emulator::Occurrence;
use events::OrderStatus;
use serde_json::json;

use crate::shop::{Shop, open};

/// How an order gets to each status.
const WAYS: [(OrderStatus, &[OrderStatus]); 5] = {
    use OrderStatus::{Accepted, Cancelled, Cooking, Created, Delivered};
    [
        (Created, &[]),
        (Accepted, &[Accepted]),
        (Cooking, &[Accepted, Cooking]),
        (Delivered, &[Accepted, Cooking, Delivered]),
        (Cancelled, &[Cancelled]),
    ]
};

async fn order(shop: &Shop, id: &str, way: &[OrderStatus]) {
    let order = json!({ "status": "CREATED", "id": id, "restaurant": "Zum \"Löwen\"" });
    assert_eq!(shop.post(&order).await.status, 201);
    for status in way {
        assert_eq!(shop.patch(id, status.as_str()).await.status, 200);
    }
}

#[tokio::test]
async fn given_every_pair_of_statuses_then_exactly_the_permitted_changes_are_made() {
    let shop = open().await;
    for (status, way) in WAYS {
        for wanted in OrderStatus::all() {
            let id = format!("{status}-{wanted}");
            order(&shop, &id, way).await;
            let before = shop.items().await[&id].clone();

            let answer = shop.patch(&id, wanted.as_str()).await;

            let after = shop.items().await[&id].clone();
            if status.successors().any(|next| next == wanted) {
                assert_eq!(answer.status, 200, "{id}: {answer:?}");
                assert_eq!(after["status"]["S"], wanted.as_str());
                assert!(after["occurredAt"]["S"].as_str() >= before["occurredAt"]["S"].as_str());
            } else if status == wanted {
                assert_eq!(answer.status, 200, "{id}: {answer:?}");
                assert_eq!(after, before);
            } else {
                assert_eq!(answer.status, 409, "{id}: {answer:?}");
                let message = format!(
                    "an order that is {status} can't become {wanted}; it was left as it is"
                );
                assert_eq!(answer.body, json!({ "message": message }));
                assert_eq!(after, before);
            }
            if answer.status == 200 {
                assert_eq!(
                    answer.body,
                    json!({
                        "id": id, "status": wanted.as_str(), "restaurant": "Zum \"Löwen\"",
                        "occurredAt": after["occurredAt"]["S"],
                    })
                );
            }
        }
    }
    shop.emulating.stop().await;
}

#[tokio::test]
async fn given_the_status_that_the_order_has_then_nothing_is_written_and_the_stream_has_no_record()
{
    let shop = open().await;
    order(&shop, "o-1", &[]).await;
    let mut journal = shop.emulating.journal().listen();

    let answer = shop.patch("o-1", "CREATED").await;

    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(shop.patch("o-1", "ACCEPTED").await.status, 200);
    // Each write that has a stream record is told before it is answered.
    let mut records = 0;
    while let Ok(told) = journal.try_recv() {
        records += usize::from(matches!(told, Occurrence::Written { .. }));
    }
    assert_eq!(records, 1, "the second change's");
    shop.emulating.stop().await;
}

#[tokio::test]
async fn given_an_id_that_is_not_there_or_can_not_be_one_then_the_answer_is_404_and_nothing_is_made()
 {
    let shop = open().await;
    let long = "x".repeat(3000);
    for id in [
        "o-1",
        "a%20%22b%22",
        "it's",
        "%0A",
        "%24stageVariables.table",
        &long,
    ] {
        let answer = shop.patch(id, "ACCEPTED").await;

        assert_eq!(answer.status, 404, "{id}: {answer:?}");
        assert_eq!(answer.body, json!({ "message": "there is no such order" }));
    }
    assert!(shop.items().await.is_empty());
    shop.emulating.stop().await;
}

#[tokio::test]
async fn given_a_status_that_is_none_then_the_answer_is_400_with_what_is_wrong() {
    let shop = open().await;
    order(&shop, "o-1", &[]).await;

    let answer = shop.patch("o-1", "EATEN").await;

    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(answer.text("reason").contains(r#"("EATEN")"#), "{answer:?}");
    assert_eq!(shop.items().await["o-1"]["status"]["S"], "CREATED");
    shop.emulating.stop().await;
}
