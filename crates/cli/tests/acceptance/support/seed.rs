use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};

/// What a run leaves to chance. A failed test shows the seed; the variable repeats it.
pub(crate) fn chance() -> StdRng {
    let given = std::env::var("OUTBOX_TEST_SEED").ok();
    let seed = given.map_or_else(rand::random, |seed| seed.parse().unwrap());
    println!("again with the same chance: OUTBOX_TEST_SEED={seed}");
    StdRng::seed_from_u64(seed)
}

/// Whole users, each with an id of its own that begins with `prefix`.
pub(crate) fn users(prefix: &str, count: usize) -> Vec<Value> {
    let user = |number| {
        json!({
            "id": format!("{prefix}-{number}"),
            "username": format!("{prefix}{number}"),
            "email": format!("{prefix}{number}@example.com"),
            "avatar": "https://example.com/avatar.png",
            "birthdate": "1990-12-10",
            "registeredAt": "2026-11-21T05:17:00.000Z",
        })
    };
    (0..count).map(user).collect()
}
