//! The toolkit and the emulator serve any application: none of this one's names is in their code.

#![allow(clippy::unwrap_used, reason = "a test may fail so")]

use std::fs;
use std::path::{Path, PathBuf};

const GENERIC: [&str; 6] = [
    "contract", "delivery", "emulator", "outbox", "pulumi", "stack",
];

/// Names of this application: its functions, tables, events and fields.
const NAMES: [&str; 21] = [
    "writer",
    "users-relay",
    "users_relay",
    "user-created-consumer",
    "user-created",
    "UserCreated",
    "UserUpdated",
    "UserDeleted",
    "UserKey",
    "users",
    "myapp",
    "avatar",
    "birthdate",
    "registeredAt",
    "notify-restaurant",
    "order-tracking",
    "orders-relay",
    "orders-recovery",
    "place-order",
    "OrderDetailsChanged",
    "StockReserved",
];

#[test]
fn no_name_of_this_application_is_in_the_generic_crates() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned();
    let mut found = Vec::new();

    for name in GENERIC {
        let sources = sources(&crates.join(name).join("src"));
        assert!(!sources.is_empty(), "{name} has no source");
        for path in sources {
            let text = fs::read_to_string(&path).unwrap();
            for (number, line) in code(&text) {
                for name in NAMES.iter().filter(|name| has_word(line, name)) {
                    found.push(format!("{}:{number}: {name}", path.display()));
                }
            }
        }
    }

    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_name_is_found_as_a_word_and_not_inside_another() {
    assert!(has_word("let table = \"users\";", "users"));
    assert!(has_word("target/lambda/writer/bootstrap.zip", "writer"));
    assert!(has_word("writer", "writer"));
    assert!(!has_word("BufWriter::new(writers)", "writer"));
    assert!(!has_word("with_writer(other-writer)", "writer"));
}

/// The lines before a test module, with their numbers.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line));
    lines.take_while(|(_, line)| line.trim() != "#[cfg(test)]")
}

fn has_word(line: &str, word: &str) -> bool {
    let part = |character: char| character.is_alphanumeric() || "_-".contains(character);
    line.match_indices(word).any(|(start, _)| {
        let (before, rest) = line.split_at(start);
        let after = &rest[word.len()..];
        !before.ends_with(part) && !after.starts_with(part)
    })
}

/// Every source file that is not a test's.
fn sources(directory: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" {
            all.extend(sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs") && name != "tests.rs" {
            all.push(path);
        }
    }
    all
}
