use super::*;

#[tokio::test]
async fn an_item_that_was_put_is_got_back() {
    // GIVEN a table
    let tables = shop("NEW_IMAGE");
    // WHEN an item is put
    put(
        &tables,
        json!({ "id": { "S": "1" }, "stock": { "N": "3" } }),
    )
    .await;
    // THEN it is found by key, also when the table is named by its ARN
    let answer = call(
        &tables,
        "GetItem",
        json!({
            "TableName": "arn:aws:dynamodb:eu-west-1:123456789012:table/shop",
            "Key": { "id": { "S": "1" } },
        }),
    )
    .await
    .unwrap();
    assert_eq!(answer["Item"]["stock"], json!({ "N": "3" }));
}

#[tokio::test]
async fn a_failed_condition_is_answered_with_the_item_that_stands_there() {
    let tables = shop("NEW_IMAGE");
    put(&tables, json!({ "id": { "S": "1" }, "name": { "S": "a" } })).await;
    let refusal = call(
        &tables,
        "PutItem",
        json!({
            "TableName": "shop",
            "Item": { "id": { "S": "1" }, "name": { "S": "b" } },
            "ConditionExpression": "attribute_not_exists(id)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }),
    )
    .await
    .unwrap_err();
    assert_eq!(refusal.status, 400);
    assert_eq!(refusal.short_code(), "ConditionalCheckFailedException");
    assert_eq!(refusal.extra["Item"]["name"], json!({ "S": "a" }));
}

#[tokio::test]
async fn a_cancelled_transaction_says_why_per_action_and_writes_nothing() {
    // GIVEN an item that is taken
    let tables = shop("NEW_IMAGE");
    put(&tables, json!({ "id": { "S": "taken" } })).await;
    let action = |id: &str| {
        json!({ "Put": {
            "TableName": "shop",
            "Item": { "id": { "S": id } },
            "ConditionExpression": "attribute_not_exists(id)",
        }})
    };
    // WHEN a transaction wants a free id and the taken one
    let refusal = call(
        &tables,
        "TransactWriteItems",
        json!({ "TransactItems": [action("free"), action("taken")] }),
    )
    .await
    .unwrap_err();
    // THEN each action has its reason, in order, and the free id is still free
    assert_eq!(refusal.short_code(), "TransactionCanceledException");
    let codes: Vec<_> = refusal.extra["CancellationReasons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reason| reason["Code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["None", "ConditionalCheckFailed"]);
    assert_eq!(records(&tables).await.len(), 1);
}

#[tokio::test]
async fn wrong_requests_are_answered_with_the_errors_of_aws() {
    let tables = shop("NEW_IMAGE");
    let cases = [
        (
            "PutItem",
            json!({ "TableName": "missing", "Item": { "id": { "S": "1" } } }),
            "ResourceNotFoundException",
            "Requested resource not found",
        ),
        (
            "DescribeTable",
            json!({ "TableName": "missing" }),
            "ResourceNotFoundException",
            "Requested resource not found: Table: missing not found",
        ),
        (
            "PutItem",
            json!({ "TableName": "shop", "Item": { "name": { "S": "no key" } } }),
            "ValidationException",
            "One or more parameter values were invalid: Missing the key id in the item",
        ),
        (
            "GetItem",
            json!({ "TableName": "shop", "Key": { "id": { "N": "1" } } }),
            "ValidationException",
            "The provided key element does not match the schema",
        ),
        (
            "TransactWriteItems",
            json!({ "TransactItems": [{ "Put": {
                "TableName": "missing", "Item": { "id": { "S": "1" } }
            }}] }),
            "ResourceNotFoundException",
            "Requested resource not found",
        ),
        (
            "ListTables",
            json!({ "Limit": 0 }),
            "ValidationException",
            "1 validation error detected: Value '0' at 'limit'",
        ),
        (
            "CreateTable",
            json!({ "TableName": "new" }),
            "ValidationException",
            "CreateTable is not done here, and nothing was changed",
        ),
        (
            "ExecuteStatement",
            json!({}),
            "UnknownOperationException",
            "the operation \"ExecuteStatement\" is not supported here",
        ),
    ];
    for (operation, body, code, message) in cases {
        let refusal = call(&tables, operation, body.clone()).await.unwrap_err();
        assert_eq!(refusal.short_code(), code, "{operation} {body}: {refusal}");
        assert!(
            refusal.message.starts_with(message),
            "{operation} {body}: {refusal}"
        );
        assert_eq!(refusal.status, 400);
    }
}

#[tokio::test]
async fn a_request_that_is_no_request_is_refused_without_a_trace_of_the_store() {
    let tables = shop("NEW_IMAGE");
    for body in [
        json!({}),
        json!([]),
        json!({ "TableName": 7 }),
        json!({ "TableName": "shop", "Item": 7 }),
        json!({ "TableName": "shop", "Item": { "id": {} } }),
        json!({ "TableName": "shop", "Item": { "id": { "S": "1", "N": "1" } } }),
        json!({ "TableName": "shop", "Item": { "id": { "S": "" } } }),
    ] {
        let refusal = call(&tables, "PutItem", body.clone()).await.unwrap_err();
        assert!(
            matches!(
                refusal.short_code(),
                "ValidationException" | "SerializationException"
            ),
            "{body}: {refusal}"
        );
        for mark in ["VALIDATION", "SERIALIZATION", "dynoxide"] {
            assert!(!refusal.message.contains(mark), "{body}: {refusal}");
        }
    }
}

#[tokio::test]
async fn a_described_table_carries_the_declared_names_and_view() {
    let tables = shop("KEYS_ONLY");
    let table = &call(&tables, "DescribeTable", json!({ "TableName": "shop" }))
        .await
        .unwrap()["Table"];
    assert_eq!(
        table["TableArn"],
        "arn:aws:dynamodb:eu-west-1:123456789012:table/shop"
    );
    assert_eq!(table["LatestStreamArn"], STREAM);
    assert_eq!(table["LatestStreamLabel"], "2026-11-21T00:00:00.000");
    assert_eq!(table["StreamSpecification"]["StreamViewType"], "KEYS_ONLY");
    assert_eq!(table["TableStatus"], "ACTIVE");
    assert!(!table.to_string().contains("dynoxide"), "{table}");
}

#[tokio::test]
async fn tables_are_listed_page_by_page() {
    let plain = json!({ "hashKey": "id", "attributes": [{ "name": "id", "type": "S" }] });
    let tables = open(
        &Location::Memory,
        ["bbb", "aaa", "ccc"]
            .map(|name| resource(name, plain.clone()))
            .to_vec(),
    )
    .unwrap();
    let first = call(&tables, "ListTables", json!({ "Limit": 2 }))
        .await
        .unwrap();
    assert_eq!(
        first,
        json!({ "TableNames": ["aaa", "bbb"], "LastEvaluatedTableName": "bbb" })
    );
    let rest = call(
        &tables,
        "ListTables",
        json!({ "ExclusiveStartTableName": "bbb" }),
    )
    .await
    .unwrap();
    assert_eq!(rest, json!({ "TableNames": ["ccc"] }));
}
