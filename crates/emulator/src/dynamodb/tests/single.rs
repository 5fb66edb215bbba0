//! The short way of the operations on one item answers what the long one answers.

use super::*;

/// Requests one after the other, of which each finds what those before it left.
fn requests() -> Vec<(&'static str, Value)> {
    let arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/shop";
    let item = json!({ "id": { "S": "1" }, "n": { "N": "1.50" }, "s": { "SS": ["b", "a"] } });
    let key = json!({ "id": { "S": "1" } });
    let update = |condition: &str| {
        json!({
            "TableName": "shop", "Key": key, "UpdateExpression": "SET n = n + :one",
            "ConditionExpression": condition, "ExpressionAttributeValues": { ":one": { "N": "1" } },
            "ReturnValues": "ALL_NEW", "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            "ReturnConsumedCapacity": "TOTAL",
        })
    };
    let named = |table: &str| json!({ "TableName": table, "Key": key });
    vec![
        ("PutItem", json!({ "TableName": "shop", "Item": item })),
        (
            "PutItem",
            json!({ "TableName": arn, "Item": item, "ReturnValues": "ALL_OLD" }),
        ),
        ("UpdateItem", update("attribute_exists(id)")),
        ("UpdateItem", update("attribute_not_exists(id)")),
        ("UpdateItem", update("size(")),
        ("GetItem", named(arn)),
        ("GetItem", named("shop")),
        // What is refused.
        ("GetItem", named("other")),
        (
            "GetItem",
            named("arn:aws:dynamodb:eu-west-1:123456789012:table/other"),
        ),
        ("GetItem", named("s")),
        ("GetItem", json!({})),
        (
            "GetItem",
            json!({ "TableName": "shop", "Key": { "id": { "N": "1" } } }),
        ),
        (
            "GetItem",
            json!({ "TableName": "shop", "Key": { "id": { "X": "1" } } }),
        ),
        ("GetItem", json!({ "TableName": 1, "Key": key })),
        ("PutItem", json!({ "TableName": "shop" })),
        (
            "PutItem",
            json!({ "TableName": "shop", "Item": { "id": { "S": "1" }, "n": { "N": "x" } } }),
        ),
        (
            "PutItem",
            json!({ "TableName": "shop", "Item": item, "ReturnValues": "ALL" }),
        ),
        (
            "DeleteItem",
            json!({ "TableName": "shop", "Key": key, "ReturnValues": "ALL_OLD" }),
        ),
        ("DeleteItem", named("shop")),
        ("GetItem", named("shop")),
    ]
}

#[tokio::test]
async fn both_ways_answer_the_same() {
    // GIVEN two tables alike
    let (short, long) = (shop("NEW_IMAGE"), shop("NEW_IMAGE"));
    for (operation, request) in requests() {
        // WHEN one is called as clients do, the other with the request's tree
        let one = call(&short, operation, request.clone()).await;
        let other = DynamoDb::new(long.clone())
            .call(operation, request.clone())
            .await;
        // THEN they say the same
        assert_eq!(one, other, "{operation} {request}");
    }
    // AND wrote the same
    let change = |record: &Value| {
        (
            record["eventName"].clone(),
            record["dynamodb"]["Keys"].clone(),
        )
    };
    let changes = async |tables| -> Vec<_> { records(tables).await.iter().map(change).collect() };
    let (short, long) = (changes(&short).await, changes(&long).await);
    assert_eq!(short, long);
    assert_eq!(short.len(), 3, "{short:?}");
}

#[tokio::test]
async fn an_outage_comes_before_everything_but_what_nobody_knows() {
    // GIVEN a service that is out
    let tables = shop("NEW_IMAGE");
    let dynamodb = DynamoDb::new(tables.clone());
    let out = ServiceError::internal("ordered");
    let end = tables.0.clock.now().plus(std::time::Duration::from_mins(1));
    dynamodb.outage().begin(out.clone(), end);
    let asked = async |body: Value| {
        let body = body.to_string().into();
        dynamodb.call_text("GetItem", &body).await.unwrap_err()
    };
    // THEN good and bad requests hear so
    for table in ["shop", "other"] {
        let request = json!({ "TableName": table, "Key": { "id": { "S": "1" } } });
        assert_eq!(asked(request).await, out);
    }
    assert_eq!(asked(json!({})).await, out);
}
