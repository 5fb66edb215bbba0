use std::time::Duration;

use super::*;
use crate::Occurrence;
use crate::dynamodb::{Error, Housekeeping, Intervals};

#[tokio::test]
async fn items_and_stream_survive_reopening() {
    // GIVEN tables in a file with one item
    let directory = tempfile::tempdir().unwrap();
    let location = Location::File(directory.path().join("tables.db"));
    let declared = || vec![resource("shop", with_stream("NEW_IMAGE"))];
    let tables = open(&location, declared()).unwrap();
    put(&tables, json!({ "id": { "S": "1" } })).await;
    let before = records(&tables).await;
    drop(tables);
    // WHEN they are opened again and written to
    let tables = open(&location, declared()).unwrap();
    put(&tables, json!({ "id": { "S": "2" } })).await;
    // THEN the old record is the same and the new one comes after it
    let after = records(&tables).await;
    assert_eq!(after[0], before[0]);
    assert_eq!(after.len(), 2);
    assert!(
        after[0]["dynamodb"]["SequenceNumber"].as_str()
            < after[1]["dynamodb"]["SequenceNumber"].as_str()
    );
}

#[tokio::test]
async fn a_table_that_is_no_longer_declared_is_unseen_and_keeps_its_items() {
    let directory = tempfile::tempdir().unwrap();
    let location = Location::File(directory.path().join("tables.db"));
    let other = || resource("other", with_stream("NEW_IMAGE"));
    let tables = open(
        &location,
        vec![resource("shop", with_stream("NEW_IMAGE")), other()],
    )
    .unwrap();
    put(&tables, json!({ "id": { "S": "1" } })).await;
    drop(tables);
    // WHEN the table is not declared THEN nobody sees it
    let get = json!({ "TableName": "shop", "Key": { "id": { "S": "1" } } });
    let tables = open(&location, vec![other()]).unwrap();
    let refusal = call(&tables, "GetItem", get.clone()).await.unwrap_err();
    assert_eq!(refusal.short_code(), "ResourceNotFoundException");
    assert_eq!(
        call(&tables, "ListTables", json!({})).await.unwrap(),
        json!({ "TableNames": ["other"] })
    );
    drop(tables);
    // WHEN it is declared again THEN the item is there
    let tables = open(&location, vec![resource("shop", with_stream("NEW_IMAGE"))]).unwrap();
    assert!(call(&tables, "GetItem", get).await.unwrap()["Item"].is_object());
}

#[tokio::test]
async fn another_key_is_refused_and_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let location = Location::File(directory.path().join("tables.db"));
    drop(open(&location, vec![resource("shop", with_stream("NEW_IMAGE"))]).unwrap());
    let mut inputs = with_stream("NEW_IMAGE");
    inputs["hashKey"] = json!("email");
    inputs["attributes"] = json!([{ "name": "email", "type": "S" }]);
    // WHEN the stack declares another key
    let error = open(
        &location,
        vec![
            resource("fresh", with_stream("NEW_IMAGE")),
            resource("shop", inputs),
        ],
    )
    .err()
    .unwrap();
    // THEN the error names both, and not even the other declared table was created
    let text = error.to_string();
    assert!(text.contains("the key id (S)"), "{text}");
    assert!(text.contains("the key email (S)"), "{text}");
    let tables = open(&location, vec![resource("shop", with_stream("NEW_IMAGE"))]).unwrap();
    assert!(
        tables
            .engine()
            .database
            .get_table_metadata("fresh")
            .unwrap()
            .is_none()
    );
}

#[test]
fn a_file_that_holds_something_else_is_refused_and_kept() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tables.db");
    std::fs::write(&path, "this is no database, but somebody's notes").unwrap();
    let error = open(&Location::File(path.clone()), Vec::new())
        .err()
        .unwrap();
    assert!(matches!(error, Error::Open { .. }), "{error}");
    assert!(error.to_string().contains("tables.db"), "{error}");
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        "this is no database, but somebody's notes"
    );
}

#[test]
fn a_declaration_that_aws_would_refuse_names_the_resource() {
    let mut inputs = with_stream("EVERYTHING");
    let error = open(&Location::Memory, vec![resource("shop", inputs.clone())])
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.contains("Table::shop") && error.contains("EVERYTHING"),
        "{error}"
    );
    inputs["streamViewType"] = json!("NEW_IMAGE");
    inputs["hashKey"] = json!(null);
    let error = open(&Location::Memory, vec![resource("shop", inputs)])
        .err()
        .unwrap()
        .to_string();
    assert!(error.contains("hashKey"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_expired_item_is_removed_in_the_name_of_dynamodb() {
    // GIVEN an item whose time to live has passed, and one whose has not
    let tables = shop("NEW_AND_OLD_IMAGES");
    let epoch = Clock::system().now().0 / 1000;
    put(
        &tables,
        json!({ "id": { "S": "old" }, "expiresAt": { "N": (epoch - 60).to_string() } }),
    )
    .await;
    put(
        &tables,
        json!({ "id": { "S": "new" }, "expiresAt": { "N": (epoch + 3600).to_string() } }),
    )
    .await;
    let mut changes = tables.stream(STREAM).unwrap().changes();
    changes.mark_unchanged();
    // WHEN housekeeping has had its time
    let _housekeeping = Housekeeping::start(
        tables.clone(),
        Intervals {
            expiry: Duration::from_secs(10),
            trim: Duration::from_mins(1),
        },
    );
    changes.changed().await.unwrap();
    // THEN the record says who removed it, in lower case for functions, in capitals for clients
    let records = records(&tables).await;
    let removal = records.last().unwrap();
    assert_eq!(records.len(), 3);
    assert_eq!(removal["eventName"], "REMOVE");
    assert_eq!(removal["dynamodb"]["Keys"]["id"], json!({ "S": "old" }));
    assert_eq!(
        removal["userIdentity"],
        json!({ "PrincipalId": "dynamodb.amazonaws.com", "Type": "Service" })
    );
    let page = tables.stream(STREAM).unwrap().read(None, 10).unwrap();
    assert_eq!(
        page.records[2].body["userIdentity"],
        json!({ "type": "Service", "principalId": "dynamodb.amazonaws.com" })
    );
}

#[tokio::test(start_paused = true)]
async fn records_are_gone_after_a_day_and_numbers_go_on() {
    // GIVEN two records that were there a day ago
    let tables = shop("NEW_IMAGE");
    put(&tables, json!({ "id": { "S": "1" } })).await;
    put(&tables, json!({ "id": { "S": "2" } })).await;
    let reader = tables.stream(STREAM).unwrap();
    let newest = reader.newest().unwrap();
    tokio::time::advance(Duration::from_secs(24 * 60 * 60 + 5)).await;
    // WHEN the stream is trimmed
    let trimmed = tables.trim_streams().unwrap();
    // THEN neither can be read, and the next sequence number is still larger
    assert_eq!(trimmed, 1, "the newest stays as the counter");
    assert_eq!(reader.read(None, 10).unwrap().records, []);
    put(&tables, json!({ "id": { "S": "3" } })).await;
    assert!(reader.newest().unwrap() > newest);
}

#[tokio::test]
async fn readers_and_journal_hear_of_a_write_but_not_of_one_that_changes_nothing() {
    let journal = Journal::new(16);
    let mut heard = journal.listen();
    let tables = Tables::open(
        &Location::Memory,
        "eu-west-1",
        "123456789012",
        declared(&stack(vec![resource("shop", with_stream("NEW_IMAGE"))])).unwrap(),
        Clock::system(),
        journal,
    )
    .unwrap();
    let mut changes = tables.stream(STREAM).unwrap().changes();
    put(&tables, json!({ "id": { "S": "1" } })).await;
    put(&tables, json!({ "id": { "S": "1" } })).await;
    changes.changed().await.unwrap();
    let number = &records(&tables).await[0]["dynamodb"]["SequenceNumber"];
    let Occurrence::Written {
        table,
        sequence_number,
    } = heard.try_recv().unwrap()
    else {
        panic!("a write was told");
    };
    assert_eq!((table.as_str(), &json!(sequence_number)), ("shop", number));
    assert!(heard.try_recv().is_err(), "the second put changed nothing");
}

#[tokio::test]
async fn a_weekend_without_the_emulator_costs_no_record() {
    // GIVEN a record from before a pause of three days
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tables.db");
    let location = Location::File(path.clone());
    let declared = || vec![resource("shop", with_stream("NEW_IMAGE"))];
    let tables = open(&location, declared()).unwrap();
    put(&tables, json!({ "id": { "S": "1" } })).await;
    put(&tables, json!({ "id": { "S": "2" } })).await;
    drop(tables);
    let shift = |seconds: i64| {
        rusqlite::Connection::open(&path)
            .unwrap()
            .execute_batch(&format!(
                "UPDATE _stream_records SET created_at = created_at - {seconds};
                 UPDATE _runs SET started = started - {seconds}, ended = ended - {seconds};"
            ))
            .unwrap();
    };
    shift(3 * 24 * 60 * 60);
    // WHEN it runs again THEN the record is there
    let tables = open(&location, declared()).unwrap();
    tables.trim_streams().unwrap();
    assert_eq!(records(&tables).await.len(), 2);
    drop(tables);
    // AND when it had run all the time, it is gone
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch("UPDATE _runs SET started = started - 25 * 60 * 60")
        .unwrap();
    shift(60);
    let tables = open(&location, declared()).unwrap();
    assert_eq!(tables.trim_streams().unwrap(), 1);
    assert!(records(&tables).await.is_empty());
}
