//! What a client hears when DynamoDB throttles or fails.

use delivery::Time;
use emulator::front::ServiceError;
use serde_json::json;

use crate::shop::{Answer, Shop, open};

/// What a client hears of a new order and of a change of `o-1` while DynamoDB answers every call so.
pub(crate) async fn asked(shop: &Shop, status: u16, code: &str) -> [Answer; 2] {
    let outage = shop.emulating.dynamodb_outage();
    let now = shop.emulating.clock().now();
    let error = ServiceError {
        status,
        ..ServiceError::bad_request(code, "no")
    };
    outage.begin(error.clone(), Time(u64::MAX));
    let order = json!({ "status": "CREATED", "id": "new" });
    let answers = [shop.post(&order).await, shop.patch("o-1", "ACCEPTED").await];
    outage.begin(error, now);
    answers
}

#[tokio::test]
async fn given_a_dynamodb_that_throttles_or_fails_then_no_answer_looks_like_success() {
    let shop = open().await;
    shop.post(&json!({ "status": "CREATED", "id": "o-1" }))
        .await;
    let before = shop.items().await;
    let dynamodb = |code: &str| format!("com.amazonaws.dynamodb.v20120810#{code}");
    let coral = |code: &str| format!("com.amazon.coral.{code}");
    let cases = [
        (400, dynamodb("ProvisionedThroughputExceededException"), 429),
        (400, dynamodb("RequestLimitExceeded"), 429),
        (400, coral("availability#ThrottlingException"), 429),
        (400, coral("validate#ValidationException"), 500),
        (400, coral("service#AccessDeniedException"), 500),
        (400, dynamodb("ResourceNotFoundException"), 500),
        (500, dynamodb("InternalServerError"), 503),
        (503, coral("availability#ServiceUnavailableException"), 503),
    ];
    for (status, code, expected) in cases {
        for answer in asked(&shop, status, &code).await {
            assert_eq!(answer.status, expected, "{code}: {answer:?}");
            let told = match expected {
                503 => "is not known",
                429 => "try again later",
                _ => "could not be",
            };
            assert!(answer.text("message").contains(told), "{code}: {answer:?}");
        }
    }
    assert_eq!(shop.items().await, before);
    shop.emulating.stop().await;
}
