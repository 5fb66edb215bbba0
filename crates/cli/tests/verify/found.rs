//! Every row is published, or named with the place where it lies.

use delivery::Time;
use emulator::front::ServiceError;
use serde_json::json;

use crate::shop::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn given_a_relay_that_runs_then_all_is_complete_and_the_places_were_found_by_themselves() {
    let shop = Shop::open().await;
    let ids = shop.place(3).await;
    assert_eq!(shop.heard(3).await, ids);
    shop.until_marked().await;

    for words in [&["--grace", "0"][..], &["outbox", "--grace", "0"]] {
        let ended = shop.verify(words).await;

        assert_eq!(ended.code, Some(0), "{ended:?}");
        let quarantine = format!("shop-dev-outbox\n  quarantine {}\n", shop.quarantine);
        assert!(ended.output.starts_with(&quarantine), "{ended:?}");
        assert!(
            ended.output.ends_with(
                "published 3, younger than 0 s 0, in the quarantine 0, in the failure destination 0, nowhere 0: \
                 complete\n"
            ),
            "{ended:?}"
        );
    }
    shop.emulating.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn given_a_relay_that_never_ran_then_rows_lie_nowhere_until_they_are_published_again() {
    let shop = Shop::without_relay().await;
    let ids = shop.place(12).await;

    // Rows that are younger than the grace time are left to the relay.
    let young = shop.verify(&["--grace", "3600"]).await;
    assert_eq!(young.code, Some(0), "{young:?}");
    assert!(young.output.contains("younger than 3600 s 12"), "{young:?}");

    // What was not published never expires.
    let rows = shop.rows().await;
    assert!(rows.iter().all(|row| row.get("expiresAt").is_none()));

    // Older ones are named.
    let found = shop.verify(&["--grace", "0"]).await;
    assert_eq!(found.code, Some(3), "{found:?}");
    for (nth, id) in ids.iter().enumerate() {
        let line = format!(" order#42 {} Placed: nowhere\n", nth + 1);
        let named = found.output.lines().find(|named| named.starts_with(id));
        assert!(
            format!("{}\n", named.unwrap()).ends_with(&line),
            "{found:?}"
        );
    }
    assert!(
        found.output.contains("nowhere 12: not complete"),
        "{found:?}"
    );
    let lag = "12 of those that lie nowhere were written after all that was published: the relay lags behind";
    assert!(found.output.contains(lag), "{found:?}");
    assert_eq!(shop.heard(0).await, [""; 0], "it only looked");

    // They are published again under their ids, and marked.
    let words = ["--grace", "0", "--publish-to", "shop-dev-events"];
    let published = shop.verify(&words).await;
    assert_eq!(published.code, Some(0), "{published:?}");
    assert!(
        published.output.ends_with("published again: 12\n"),
        "{published:?}"
    );
    assert_eq!(shop.heard(12).await, ids);
    for row in shop.rows().await {
        let published_at: jiff::Timestamp =
            row["publishedAt"]["S"].as_str().unwrap().parse().unwrap();
        let expires_at: i64 = row["expiresAt"]["N"].as_str().unwrap().parse().unwrap();
        assert_eq!(expires_at - published_at.as_second(), 16 * 24 * 60 * 60);
    }

    // The same again finds nothing to do.
    let again = shop.verify(&words).await;
    assert_eq!(again.code, Some(0), "{again:?}");
    assert!(again.output.contains("published 12, "), "{again:?}");
    assert!(again.output.ends_with("nowhere 0: complete\n"), "{again:?}");
    assert_eq!(shop.heard(0).await, [""; 0]);
    shop.emulating.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn given_rows_that_the_relay_quarantined_then_they_are_named_each_time_and_never_published() {
    // GIVEN a row whose detail was damaged, and one that lost it
    let shop = Shop::open().await;
    let mut row = json!({
        "id": { "S": "01a1fe10-4dad-7172-be70-000000000001" },
        "aggregate": { "S": "order#42" },
        "sequence": { "N": "1" },
        "source": { "S": "test.orders" },
        "detailType": { "S": "Placed" },
        "version": { "N": "1" },
        "detail": { "S": "{" },
        "createdAt": { "S": "2025-01-01T12:00:00.123Z" },
    });
    shop.put("shop-dev-outbox", &row).await;
    row["id"]["S"] = json!("01a1fe10-4dad-7172-be70-000000000002");
    row.as_object_mut().unwrap().remove("detail");
    shop.put("shop-dev-outbox", &row).await;
    let quarantined = async || {
        let ended = shop.verify(&[]).await;
        ended.output.contains("in the quarantine 2")
    };
    shop.until("both are in the quarantine", quarantined).await;
    // WHEN it is verified twice, each time with the wish to publish
    for _ in 0..2 {
        let ended = shop.verify(&["--publish-to", "shop-dev-events"]).await;
        // THEN
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(
            ended.output.contains(
                "01a1fe10-4dad-7172-be70-000000000001  2025-01-01T12:00:00.123Z  order#42 1 Placed: in the quarantine\n"
            ),
            "{ended:?}"
        );
        let damaged = ended
            .output
            .lines()
            .find(|line| line.starts_with("01a1fe10-4dad-7172-be70-000000000002  damaged, "));
        let damaged = damaged.unwrap();
        assert!(
            damaged.contains("no detail") && damaged.ends_with(": in the quarantine"),
            "{damaged}"
        );
        assert!(ended.output.ends_with("nowhere 0: complete\n"), "{ended:?}");
    }
    assert_eq!(shop.heard(0).await, [""; 0]);
    shop.emulating.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn given_a_batch_that_the_mapping_gave_up_then_its_rows_lie_in_the_failure_destination() {
    // GIVEN a bus that is down, and a mapping with no retry
    let shop = Shop::with_mapping(json!({ "maximumRetryAttempts": 0 })).await;
    let down = ServiceError::internal("down");
    let outage = shop.emulating.bus_outage();
    outage.begin(down.clone(), Time(u64::MAX));
    let ids = shop.place(2).await;
    let given_up = async || {
        let ended = shop.verify(&["--grace", "0"]).await;
        ended.output.contains("in the failure destination 2")
    };
    // WHEN it has given up
    shop.until("both are given up", given_up).await;
    outage.begin(down, shop.emulating.clock().now());
    // THEN they are named, and not published although the bus is there again
    let words = ["--grace", "0", "--publish-to", "shop-dev-events"];
    let ended = shop.verify(&words).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let place = format!("  failure destination {}\n", shop.failures().display());
    assert!(ended.output.contains(&place), "{ended:?}");
    for id in &ids {
        let mut lines = ended.output.lines();
        let named = lines.find(|line| line.starts_with(id)).unwrap();
        assert!(named.ends_with(": in the failure destination"), "{named}");
    }
    assert_eq!(shop.heard(0).await, [""; 0]);

    // WHEN another folder is given, which holds none of them
    let empty = tempfile::tempdir().unwrap();
    let other = ["--grace", "0", "--failures", empty.path().to_str().unwrap()];
    let ended = shop.verify(&other).await;
    // THEN they lie nowhere
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(
        ended.output.contains("nowhere 2: not complete"),
        "{ended:?}"
    );
    shop.emulating.stop().await;
}
