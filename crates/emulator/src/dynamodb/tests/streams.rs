use super::*;

#[tokio::test]
async fn each_change_leaves_one_record_in_order() {
    // GIVEN a table with a stream
    let tables = shop("NEW_AND_OLD_IMAGES");
    // WHEN an item is put, changed and deleted
    put(&tables, json!({ "id": { "S": "1" }, "n": { "N": "1" } })).await;
    call(
        &tables,
        "UpdateItem",
        json!({
            "TableName": "shop",
            "Key": { "id": { "S": "1" } },
            "UpdateExpression": "SET n = n + :one",
            "ExpressionAttributeValues": { ":one": { "N": "1" } },
        }),
    )
    .await
    .unwrap();
    call(
        &tables,
        "DeleteItem",
        json!({ "TableName": "shop", "Key": { "id": { "S": "1" } } }),
    )
    .await
    .unwrap();
    // THEN the stream tells all three, as DynamoDB words them
    let records = records(&tables).await;
    let names: Vec<_> = records.iter().map(|record| &record["eventName"]).collect();
    assert_eq!(names, ["INSERT", "MODIFY", "REMOVE"]);
    assert!(
        records
            .windows(2)
            .all(|two| two[0]["dynamodb"]["SequenceNumber"].as_str()
                < two[1]["dynamodb"]["SequenceNumber"].as_str())
    );
    let change = &records[1]["dynamodb"];
    assert_eq!(change["Keys"], json!({ "id": { "S": "1" } }));
    assert_eq!(change["OldImage"]["n"], json!({ "N": "1" }));
    assert_eq!(change["NewImage"]["n"], json!({ "N": "2" }));
    assert_eq!(change["SequenceNumber"].as_str().unwrap().len(), 21);
    assert_eq!(records[1]["eventSource"], "aws:dynamodb");
    assert_eq!(records[1]["awsRegion"], "eu-west-1");
    assert_ne!(records[0]["eventID"], records[1]["eventID"]);
}

#[tokio::test]
async fn a_write_that_changes_nothing_leaves_no_record() {
    // GIVEN a stream that shows only new images, and an item with a set
    let tables = shop("NEW_IMAGE");
    let item = json!({ "id": { "S": "1" }, "tags": { "SS": ["a", "b"] }, "n": { "N": "1" } });
    put(&tables, item.clone()).await;
    // WHEN the same item is put again, by each kind of write and with its set in another order
    put(&tables, item.clone()).await;
    put(
        &tables,
        json!({ "tags": { "SS": ["b", "a"] }, "n": { "N": "1.0" }, "id": { "S": "1" } }),
    )
    .await;
    call(
        &tables,
        "TransactWriteItems",
        json!({ "TransactItems": [{ "Put": { "TableName": "shop", "Item": item } }] }),
    )
    .await
    .unwrap();
    call(
        &tables,
        "BatchWriteItem",
        json!({ "RequestItems": { "shop": [{ "PutRequest": { "Item": item } }] } }),
    )
    .await
    .unwrap();
    // THEN only the first put left a record, and a real change leaves the next
    assert_eq!(records(&tables).await.len(), 1);
    put(&tables, json!({ "id": { "S": "1" }, "n": { "N": "2" } })).await;
    let records = records(&tables).await;
    assert_eq!(records.len(), 2);
    assert_eq!(records[1]["eventName"], "MODIFY");
}

#[tokio::test]
async fn the_view_type_decides_what_a_record_carries() {
    for (view, new, old) in [
        ("KEYS_ONLY", false, false),
        ("NEW_IMAGE", true, false),
        ("OLD_IMAGE", false, true),
        ("NEW_AND_OLD_IMAGES", true, true),
    ] {
        let tables = shop(view);
        put(&tables, json!({ "id": { "S": "1" }, "n": { "N": "1" } })).await;
        put(&tables, json!({ "id": { "S": "1" }, "n": { "N": "2" } })).await;
        let change = &records(&tables).await[1]["dynamodb"];
        assert_eq!(change.get("NewImage").is_some(), new, "{view}");
        assert_eq!(change.get("OldImage").is_some(), old, "{view}");
        assert_eq!(change["StreamViewType"], view);
        assert_eq!(change["Keys"], json!({ "id": { "S": "1" } }));
    }
}

#[tokio::test]
async fn an_iterator_goes_on_where_the_last_page_ended() {
    // GIVEN three records and an iterator at the second
    let tables = shop("NEW_IMAGE");
    for id in ["1", "2", "3"] {
        put(&tables, json!({ "id": { "S": id } })).await;
    }
    let second = records(&tables).await[1]["dynamodb"]["SequenceNumber"].clone();
    let shard = tables.stream(STREAM).unwrap().shard_id();
    let iterator = stream_call(
        &tables,
        "GetShardIterator",
        json!({
            "StreamArn": STREAM, "ShardId": shard,
            "ShardIteratorType": "AT_SEQUENCE_NUMBER", "SequenceNumber": second,
        }),
    )
    .await
    .unwrap()["ShardIterator"]
        .clone();
    // WHEN the stream is read one record at a time
    let first = stream_call(
        &tables,
        "GetRecords",
        json!({ "ShardIterator": iterator, "Limit": 1 }),
    )
    .await
    .unwrap();
    let next = stream_call(
        &tables,
        "GetRecords",
        json!({ "ShardIterator": first["NextShardIterator"], "Limit": 1 }),
    )
    .await
    .unwrap();
    // THEN the pages follow each other
    assert_eq!(
        first["Records"][0]["dynamodb"]["Keys"]["id"],
        json!({ "S": "2" })
    );
    assert_eq!(
        next["Records"][0]["dynamodb"]["Keys"]["id"],
        json!({ "S": "3" })
    );
}

#[tokio::test(start_paused = true)]
async fn an_iterator_is_good_for_fifteen_minutes() {
    let tables = shop("NEW_IMAGE");
    let shard = tables.stream(STREAM).unwrap().shard_id();
    let iterator = stream_call(
        &tables,
        "GetShardIterator",
        json!({ "StreamArn": STREAM, "ShardId": shard, "ShardIteratorType": "LATEST" }),
    )
    .await
    .unwrap()["ShardIterator"]
        .clone();
    tokio::time::advance(std::time::Duration::from_secs(15 * 60 + 1)).await;
    let refusal = stream_call(&tables, "GetRecords", json!({ "ShardIterator": iterator }))
        .await
        .unwrap_err();
    assert_eq!(refusal.short_code(), "ExpiredIteratorException");
}

#[tokio::test(start_paused = true)]
async fn a_number_is_trimmed_also_when_nothing_is_left_of_the_stream() {
    // GIVEN a stream whose only record is a day old
    let tables = shop("NEW_IMAGE");
    put(&tables, json!({ "id": { "S": "1" } })).await;
    let number = records(&tables).await[0]["dynamodb"]["SequenceNumber"].clone();
    let request = json!({
        "StreamArn": STREAM, "ShardId": tables.stream(STREAM).unwrap().shard_id(),
        "ShardIteratorType": "AT_SEQUENCE_NUMBER", "SequenceNumber": number,
    });
    let iterator = stream_call(&tables, "GetShardIterator", request.clone()).await;
    assert!(iterator.is_ok(), "{iterator:?}");
    tokio::time::advance(std::time::Duration::from_hours(25)).await;
    // WHEN somebody asks for that record
    let refusal = stream_call(&tables, "GetShardIterator", request).await;
    // THEN it is gone, and not still to come
    assert_eq!(
        refusal.unwrap_err().short_code(),
        "TrimmedDataAccessException"
    );
}

#[tokio::test]
async fn wrong_requests_are_answered_with_the_errors_of_aws() {
    let tables = shop("NEW_IMAGE");
    let shard = tables.stream(STREAM).unwrap().shard_id();
    let cases = [
        (
            "DescribeStream",
            json!({ "StreamArn": "arn:aws:dynamodb:eu-west-1:123456789012:table/shop/stream/x" }),
            "ResourceNotFoundException",
        ),
        ("DescribeStream", json!({}), "ValidationException"),
        (
            "GetShardIterator",
            json!({ "StreamArn": STREAM, "ShardId": "other", "ShardIteratorType": "LATEST" }),
            "ResourceNotFoundException",
        ),
        (
            "GetShardIterator",
            json!({ "StreamArn": STREAM, "ShardId": shard, "ShardIteratorType": "NEWEST" }),
            "ValidationException",
        ),
        (
            "GetShardIterator",
            json!({
                "StreamArn": STREAM, "ShardId": shard,
                "ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": "5",
            }),
            "ValidationException",
        ),
        (
            "GetRecords",
            json!({ "ShardIterator": "nonsense" }),
            "ValidationException",
        ),
        ("Nothing", json!({}), "UnknownOperationException"),
    ];
    for (operation, body, code) in cases {
        let refusal = stream_call(&tables, operation, body.clone())
            .await
            .unwrap_err();
        assert_eq!(refusal.short_code(), code, "{operation} {body}: {refusal}");
    }
}

#[tokio::test]
async fn a_transaction_leaves_a_record_for_each_item_in_the_order_of_its_actions() {
    // GIVEN an item
    let tables = shop("NEW_IMAGE");
    put(&tables, json!({ "id": { "S": "old" } })).await;
    // WHEN a transaction puts two others, around the removal of that one
    let put = |id: &str| json!({ "Put": { "TableName": "shop", "Item": { "id": { "S": id } } } });
    let delete = json!({ "Delete": { "TableName": "shop", "Key": { "id": { "S": "old" } } } });
    let actions = json!({ "TransactItems": [put("2"), delete, put("1")] });
    call(&tables, "TransactWriteItems", actions).await.unwrap();
    // THEN
    let records = records(&tables).await;
    let brief: Vec<_> = records[1..]
        .iter()
        .map(|record| {
            let id = record["dynamodb"]["Keys"]["id"]["S"].as_str().unwrap();
            format!("{} {id}", record["eventName"].as_str().unwrap())
        })
        .collect();
    assert_eq!(brief, ["INSERT 2", "REMOVE old", "INSERT 1"]);
}
