//! What can't be looked at is told with what to do about it, and nothing is published.

use serde_json::json;

use crate::command::{Ended, command, ended};
use crate::shop::{Shop, run};

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn given_something_that_is_not_there_then_the_error_names_it_and_the_next_step() {
    let shop = Shop::without_relay().await;
    let user = json!({ "id": { "S": "ada" } });
    shop.put("shop-dev-users", &user).await;
    shop.place(1).await;
    let folder = tempfile::tempdir().unwrap();
    let notes = folder.path().join("notes.txt");
    std::fs::write(&notes, "no record").unwrap();
    let folder = folder.path().to_str().unwrap();
    let url = "http://127.0.0.1:1/000000000000/nowhere";
    let missing = shop.failures().join("missing");
    let missing = missing.to_str().unwrap();
    let cases: [(&[&str], &[&str]); 5] = [
        (
            &["orders"],
            &["no table \"orders\"", "outbox, users", "--aws"],
        ),
        (
            &["users"],
            &["shop-dev-users", "\"ada\"", "name an outbox table"],
        ),
        (
            &["--quarantine", url],
            &[url, "QueueDoesNotExist", "--quarantine must be the URL"],
        ),
        (&["--failures", missing], &[missing, "--failures must be"]),
        (
            &["--failures", folder],
            &["notes.txt", "failure record", "--failures must be"],
        ),
    ];
    for (asked, told) in cases {
        let asked = [asked, &["--grace", "0", "--publish-to", "shop-dev-events"]].concat();
        let ended = shop.verify(&asked).await;
        assert_eq!(ended.code, Some(1), "{asked:?}: {ended:?}");
        assert_eq!(ended.output, "", "{asked:?}");
        for told in told {
            assert!(ended.errors.contains(told), "{asked:?}: {ended:?}");
        }
    }
    assert_eq!(shop.heard(0).await, [""; 0]);
    shop.emulating.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn given_a_bus_that_is_not_there_then_each_row_is_told_with_the_reason_and_stays() {
    let shop = Shop::without_relay().await;
    let ids = shop.place(2).await;

    let ended = shop
        .verify(&["--grace", "0", "--publish-to", "nobody"])
        .await;

    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.output.contains("published again: 0\n"), "{ended:?}");
    for id in &ids {
        let line = format!("not published: {id}: ");
        let mut lines = ended.output.lines();
        let told = lines.find(|told| told.starts_with(&line)).unwrap();
        assert!(told.contains("nobody"), "{told}");
    }
    let rows = shop.rows().await;
    assert!(rows.iter().all(|row| row.get("publishedAt").is_none()));
    shop.emulating.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn given_no_running_stack_then_the_error_says_how_to_get_one_or_to_mean_aws() {
    let place = tempfile::tempdir().unwrap();
    let ended = run(words(&[
        "verify",
        "--state",
        place.path().to_str().unwrap(),
    ]))
    .await;

    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(
        ended.errors.contains("cargo outbox up") && ended.errors.contains("--aws"),
        "{ended:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn given_a_command_line_that_makes_no_sense_then_it_ends_with_2() {
    for (asked, told) in [
        (&["verify", "--grace", "soon"][..], "--grace <SECONDS>"),
        (&["verify", "--aws", "outbox"], "pulumi stack output"),
        (&["verify", "one", "two"], "'two'"),
    ] {
        let ended = run(words(asked)).await;
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.errors.contains(told), "{ended:?}");
    }
    let help = run(words(&["verify", "--help"])).await;
    assert_eq!(help.code, Some(0));
    for told in ["Exit code: 0", "--publish-to", "--aws", "[default: 300]"] {
        assert!(help.output.contains(told), "{told}: {}", help.output);
    }
}

/// Looks at a table on AWS, whose services are where the variables say.
async fn on_aws(shop: &Shop, variables: bool) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(&["verify", "--aws", "shop-dev-outbox", "--grace", "0"]);
    command.args(["--quarantine", &shop.quarantine, "--failures"]);
    command.arg(folder.path());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
        command.env_remove(name);
    }
    if variables {
        let running = shop.emulating.running();
        command.env("AWS_REGION", &running.region);
        command.env("AWS_ENDPOINT_URL", &running.endpoint);
        command.env("AWS_ACCESS_KEY_ID", &running.access_key_id);
        command.env("AWS_SECRET_ACCESS_KEY", &running.secret_access_key);
    }
    let child = command.spawn().unwrap();
    tokio::task::spawn_blocking(move || {
        let ended = ended(child);
        drop(folder);
        ended
    })
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn given_the_variables_of_aws_then_a_table_there_is_looked_at_and_without_one_is_named() {
    let shop = Shop::without_relay().await;
    shop.place(1).await;

    let found = on_aws(&shop, true).await;
    assert_eq!(found.code, Some(3), "{found:?}");
    assert!(
        found.output.contains("nowhere 1: not complete"),
        "{found:?}"
    );

    let unset = on_aws(&shop, false).await;
    assert_eq!(unset.code, Some(1), "{unset:?}");
    assert!(
        unset.errors.contains("AWS_REGION") && unset.errors.contains("without --aws"),
        "{unset:?}"
    );
    shop.emulating.stop().await;
}
