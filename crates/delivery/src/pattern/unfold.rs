//! `$or` as a list of alternatives without it.

use super::Requirement;
use super::condition::Condition;
use super::parse::{Object, Test};
use super::text::TextTest;

/// Each way to meet the object, its requirements in the order of their paths.
pub(super) fn alternatives(object: Object) -> Vec<Vec<Requirement>> {
    let mut alternatives = ways(object, &[]);
    for requirements in &mut alternatives {
        requirements.sort_by_cached_key(|requirement| requirement.path.join("."));
    }
    alternatives
}

fn ways(object: Object, path: &[String]) -> Vec<Vec<Requirement>> {
    let mut ways_so_far = vec![Vec::new()];
    for test in object.0 {
        let of_this: Vec<Vec<Requirement>> = match test {
            Test::Nested(name, object) => ways(object, &longer(path, name)),
            Test::Leaf(name, conditions) => vec![vec![Requirement {
                path: longer(path, name),
                conditions,
            }]],
            Test::Or(objects) => objects
                .into_iter()
                .flat_map(|object| ways(object, path))
                .collect(),
        };
        ways_so_far = ways_so_far
            .iter()
            .flat_map(|way| {
                let also = |more: &Vec<Requirement>| [way.clone(), more.clone()].concat();
                of_this.iter().map(also).collect::<Vec<_>>()
            })
            .collect();
    }
    ways_so_far
}

fn longer(path: &[String], name: String) -> Vec<String> {
    let mut path = path.to_vec();
    path.push(name);
    path
}

impl Object {
    /// Whether `wildcard` stands anywhere in it.
    pub(super) fn has_wildcard(&self) -> bool {
        self.0.iter().any(|test| match test {
            Test::Nested(_, object) => object.has_wildcard(),
            Test::Leaf(_, conditions) => conditions.iter().any(is_wildcard),
            Test::Or(objects) => objects.iter().any(Self::has_wildcard),
        })
    }
}

fn is_wildcard(condition: &Condition) -> bool {
    let wildcard = |test: &TextTest| matches!(test, TextTest::Wildcard(_));
    match condition {
        Condition::Text(test) => wildcard(test),
        Condition::AnythingButText(tests) => tests.iter().any(wildcard),
        _ => false,
    }
}
