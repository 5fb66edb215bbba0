//! Who may call.

use serde_json::json;

use crate::shop::{answer, open_with};

#[tokio::test]
async fn given_the_default_configuration_then_only_signed_requests_are_served() {
    let shop = open_with(&[("ordersApiAuthorization", "AWS_IAM")]).await;
    let post = || {
        let body = json!({ "status": "CREATED", "id": "o-1" }).to_string();
        shop.request("POST", "/orders").body(body)
    };

    let unsigned = answer(post()).await;
    let change = shop.patch("o-1", "ACCEPTED").await;
    assert!(shop.items().await.is_empty());
    let signed = answer(post().header("authorization", shop.signature())).await;

    for answer in [unsigned, change] {
        assert_eq!(answer.status, 403, "{answer:?}");
        assert_eq!(answer.text("message"), "Missing Authentication Token");
    }
    assert_eq!(signed.status, 201, "{signed:?}");
    assert_eq!(shop.items().await.len(), 1);
    shop.emulating.stop().await;
}
