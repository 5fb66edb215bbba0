#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::*;

const NOW: &str = "2026-11-21T05:17:00.123456Z";

fn decide(event: Value) -> Result<User, Error> {
    let now = NOW.parse().unwrap();
    user(
        Input::from_event(event)?,
        now,
        &mut StdRng::seed_from_u64(1),
    )
}

fn refused(event: Value) -> String {
    match decide(event) {
        Err(error) => error.to_string(),
        Ok(user) => panic!("{user:?} should have been refused"),
    }
}

fn whole() -> Value {
    json!({
        "id": "42",
        "username": "ada",
        "email": "ada@example.com",
        "avatar": "https://example.com/ada.png",
        "birthdate": "1990-12-10",
        "registeredAt": "2026-11-21T05:17:00Z",
    })
}

#[test]
fn an_empty_event_means_a_realistic_new_user() {
    // GIVEN many different dice
    for seed in 0..500 {
        let mut random = StdRng::seed_from_u64(seed);
        // WHEN a user is made up
        let user = user(Input::default(), NOW.parse().unwrap(), &mut random).unwrap();
        // THEN every field is what a real one would be
        assert_eq!(user.id.parse::<uuid::Uuid>().unwrap().get_version_num(), 4);
        assert!(!user.username.is_empty());
        assert!(user.email.contains("@example."), "{}", user.email);
        assert!(user.avatar.starts_with("https://"));
        let age = "2026-11-21".parse::<Date>().unwrap() - user.birthdate.parse::<Date>().unwrap();
        let years = age.get_days() / 365;
        assert!((18..=90).contains(&years), "{}", user.birthdate);
        assert_eq!(user.registered_at, "2026-11-21T05:17:00.123Z");
    }
}

#[test]
fn two_made_up_users_differ() {
    let mut random = StdRng::seed_from_u64(1);
    let now = NOW.parse().unwrap();
    let one = user(Input::default(), now, &mut random).unwrap();
    let other = user(Input::default(), now, &mut random).unwrap();
    assert_ne!(one.id, other.id);
}

#[test]
fn a_given_field_is_used_as_it_is() {
    let user = decide(whole()).unwrap();
    assert_eq!(serde_json::to_value(&user).unwrap(), whole());

    let user = decide(json!({"username": "Zoë"})).unwrap();
    assert_eq!(user.username, "Zoë");
    assert!(user.email.contains('@'), "the rest is made up");
}

#[test]
fn an_event_of_another_shape_is_refused_by_name() {
    let cases = [
        (
            json!([]),
            "must be an object such as {}, but it is an array",
        ),
        (Value::Null, "must be an object such as {}, but it is null"),
        (
            json!({"emial": "a@example.com"}),
            r#"unknown field "emial""#,
        ),
        (json!({"Id": "1"}), r#"unknown field "Id""#),
        (json!({"id": 1}), "id must be a string, but it is a number"),
        (
            json!({"email": null}),
            "email must be a string, but it is null",
        ),
        (
            json!({"avatar": {}}),
            "avatar must be a string, but it is an object",
        ),
        (
            json!({"registeredAt": true}),
            "registeredAt must be a string, but it is a boolean",
        ),
    ];
    for (event, expected) in cases {
        let text = refused(event);
        assert!(text.contains(expected), "{text}");
        assert!(text.ends_with("nothing was written"), "{text}");
    }
}

#[test]
fn a_value_that_its_field_cannot_hold_is_refused_with_what_it_can() {
    let bad = [
        ("id", vec![""]),
        (
            "email",
            vec![
                "",
                "ada",
                "ada@",
                "@example.com",
                "ada@example",
                "a b@example.com",
                "Ada <ada@example.com>",
            ],
        ),
        (
            "birthdate",
            vec![
                "",
                "yesterday",
                "1990-02-30",
                "1990-13-01",
                "19901210",
                "10.12.1990",
                "1990-12-10T00:00:00Z",
            ],
        ),
        (
            "registeredAt",
            vec![
                "",
                "now",
                "2026-11-21",
                "2026-11-21T05:17:00",
                "2026-11-21T25:00:00Z",
                "2026-02-30T00:00:00Z",
            ],
        ),
    ];
    for (field, values) in bad {
        for value in values {
            let mut event = whole();
            event[field] = json!(value);
            let text = refused(event);
            assert!(text.starts_with(field), "{field} {value:?}: {text}");
            assert!(text.ends_with("nothing was written"), "{text}");
        }
    }
}

#[test]
fn times_with_fractions_and_offsets_are_rfc_3339_too() {
    for value in [
        "2026-11-21T05:17:00.123Z",
        "2026-11-21T06:17:00+01:00",
        "2024-02-29T00:00:00Z",
    ] {
        let user = decide(json!({"registeredAt": value})).unwrap();
        assert_eq!(user.registered_at, value);
    }
}

#[test]
fn an_id_may_be_as_long_as_a_key() {
    assert!(decide(json!({"id": "x".repeat(2048)})).is_ok());
    let text = refused(json!({"id": "é".repeat(1025)}));
    assert!(text.contains("2050 bytes"), "{text}");
}

#[test]
fn a_user_may_be_as_large_as_an_item() {
    // GIVEN a user of which all but the name is known: its names and values count in UTF-8 bytes
    let rest: usize = whole()
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| name.len() + value.as_str().unwrap().len())
        .sum::<usize>()
        - "ada".len();
    let with_name = |name: String| {
        let mut event = whole();
        event["username"] = json!(name);
        event
    };
    // WHEN the item has exactly 400 KB, THEN it is fine
    assert!(decide(with_name("x".repeat(409_600 - rest))).is_ok());
    // WHEN it has one byte more, THEN it is refused
    let text = refused(with_name("x".repeat(409_601 - rest)));
    assert!(text.contains("409601 bytes"), "{text}");
    // and bytes count, not characters
    assert!(decide(with_name("é".repeat((409_601 - rest).div_ceil(2)))).is_err());
}

#[test]
fn an_error_does_not_repeat_an_endless_value() {
    let text = refused(json!({"email": "x".repeat(300_000)}));
    assert!(text.len() < 300, "{} bytes", text.len());
}
