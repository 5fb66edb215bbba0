//! What the pages under `docs/delivery` say about AWS, row by row, is tested row by row.
//!
//! The first column of each table holds a row's id, for example `row_2_3_empty_list_is_success`. A
//! test is of that row if its name starts with the id.

#![allow(clippy::unwrap_used, reason = "a test may fail so")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const SECTIONS: [&str; 15] = [
    "2_2", "2_3", "2_4", "2_5", "3_1", "3_2", "3_3", "3_4", "3_5", "3_6", "4_1", "4_2", "4_3", "5",
    "6_1",
];

#[test]
fn every_row_of_the_delivery_pages_has_a_test_and_every_row_test_a_row() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let pages = texts(&root.join("docs/delivery"), "md");
    let rows: Vec<_> = pages.iter().flat_map(|page| rows(page)).collect();
    let tests: BTreeSet<_> = ["crates", "functions", "infra"]
        .into_iter()
        .flat_map(|folder| texts(&root.join(folder), "rs"))
        .flat_map(|source| tests(&source))
        .collect();

    assert!(
        ambiguous(&rows).is_empty(),
        "rows under one name: {:?}",
        ambiguous(&rows)
    );
    for section in SECTIONS {
        let of_section = |id: &&String| belongs(id, &format!("row_{section}"));
        assert!(rows.iter().any(|id| of_section(&id)), "no row of {section}");
    }
    let (untested, unlisted) = (untested(&rows, &tests), unlisted(&rows, &tests));
    assert!(untested.is_empty(), "rows without a test: {untested:?}");
    assert!(unlisted.is_empty(), "tests of no row: {unlisted:?}");
}

#[test]
fn every_test_that_a_page_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let sources: Vec<_> = ["crates", "functions", "infra"]
        .into_iter()
        .flat_map(|folder| texts(&root.join(folder), "rs"))
        .collect();
    for page in ["functions-under-failure.md", "delivery/transactions.md"] {
        let text = fs::read_to_string(root.join("docs").join(page)).unwrap();
        let named: Vec<_> = text.split('`').filter(|word| is_sentence(word)).collect();
        assert!(named.len() > 10, "{page} names {named:?}");
        let there = |name: &&str| {
            let function = format!("fn {name}(");
            sources.iter().any(|source| source.contains(&function))
        };
        let missing: Vec<_> = named.into_iter().filter(|name| !there(name)).collect();
        assert!(missing.is_empty(), "{page} names {missing:?}");
    }
}

/// Whether it is named as tests are.
fn is_sentence(word: &str) -> bool {
    let letter = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    word.split('_').count() > 3 && word.chars().all(|c| c == '_' || letter(c))
}

#[test]
fn a_row_without_a_test_and_a_test_without_a_row_are_found() {
    let rows = rows("| Row | On AWS |\n|---|---|\n| `row_5_a` | x |\n| `row_5_b` | `row_5_c` |\n");
    let source = "#[test]\nfn row_5_a_for_all() {}\n    #[tokio::test]\n    async fn row_6_d() {}\n\
                  fn row_5_b() {}\n/// #[test]\n#[test]\n#[should_panic]\npub fn row_5_ab() {}";
    let tests = tests(source).into_iter().collect();

    assert_eq!(rows, ["row_5_a", "row_5_b"]);
    assert_eq!(untested(&rows, &tests), ["row_5_b"]);
    assert_eq!(unlisted(&rows, &tests), ["row_5_ab", "row_6_d"]);
}

#[test]
fn an_id_that_starts_with_another_one_is_found() {
    let rows = ["row_5_a", "row_5_a_b", "row_5_ab"].map(str::to_owned);

    assert_eq!(ambiguous(&rows), ["row_5_a_b"]);
}

/// The ids in the first columns of a page's tables.
fn rows(page: &str) -> Vec<String> {
    page.lines()
        .filter_map(|line| line.strip_prefix("| `row_")?.split_once('`'))
        .map(|(rest, _)| format!("row_{rest}"))
        .collect()
}

/// The names of a source's test functions that are of some row.
fn tests(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_test = false;
    for line in source.lines().map(str::trim) {
        if line.starts_with("#[") {
            is_test |= line.contains("test]") || line.contains("test(");
            continue;
        }
        let name = line.split_once("fn ").map(|(_, rest)| rest);
        let name = name.and_then(|rest| rest.split(['(', '<']).next());
        found.extend(
            name.filter(|name| is_test && name.starts_with("row_"))
                .map(str::to_owned),
        );
        is_test = false;
    }
    found
}

/// Ids that stand twice, or that start with another one: a test would be of both.
fn ambiguous(rows: &[String]) -> Vec<&String> {
    rows.iter()
        .filter(|row| rows.iter().filter(|other| belongs(row, other)).count() > 1)
        .collect()
}

fn untested<'a>(rows: &'a [String], tests: &BTreeSet<String>) -> Vec<&'a String> {
    rows.iter()
        .filter(|row| !tests.iter().any(|test| belongs(test, row)))
        .collect()
}

fn unlisted<'a>(rows: &[String], tests: &'a BTreeSet<String>) -> Vec<&'a String> {
    tests
        .iter()
        .filter(|test| !rows.iter().any(|row| belongs(test, row)))
        .collect()
}

/// Whether a name is the id or starts with its words.
fn belongs(name: &str, id: &str) -> bool {
    name.strip_prefix(id)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
}

/// The texts of all files with this extension under a folder.
fn texts(folder: &Path, extension: &str) -> Vec<String> {
    let entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries
        .into_iter()
        .flat_map(|path| {
            if path.is_dir() {
                texts(&path, extension)
            } else if path.extension().is_some_and(|it| it == extension) {
                vec![fs::read_to_string(&path).unwrap()]
            } else {
                Vec::new()
            }
        })
        .collect()
}
