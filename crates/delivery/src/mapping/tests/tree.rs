use crate::mapping::{ShardDescription, Tree};

/// Shards as `id` or `id<parent`.
fn shards(written: &[&str]) -> Vec<ShardDescription> {
    written
        .iter()
        .map(|shard| match shard.split_once('<') {
            Some((id, parent)) => (id, Some(parent.to_owned())),
            None => (*shard, None),
        })
        .map(|(id, parent)| ShardDescription {
            id: id.to_owned(),
            parent,
        })
        .collect()
}

#[test]
fn a_shard_is_read_when_its_parent_is_finished() {
    let mut tree = Tree::default();
    // GIVEN a shard with children and another without
    assert!(tree.list(shards(&["a", "b", "a1<a", "a2<a", "a11<a1"])));
    // THEN those without a parent come first
    assert_eq!(tree.ready(), ["a", "b"]);
    tree.opened("a".to_owned());
    tree.opened("b".to_owned());
    assert_eq!(tree.ready(), Vec::<String>::new());
    // AND the children when the parent is finished, but not the child's child
    tree.finished("a");
    assert_eq!(tree.ready(), ["a1", "a2"]);
    tree.opened("a1".to_owned());
    tree.finished("a1");
    assert_eq!(tree.ready(), ["a2", "a11"]);
}

#[test]
fn a_shard_whose_parent_is_gone_is_read_at_once() {
    let mut tree = Tree::default();
    tree.list(shards(&["a1<a"]));
    assert_eq!(tree.ready(), ["a1"]);
}

#[test]
fn a_parent_that_is_gone_but_under_way_holds_its_children_back() {
    let mut tree = Tree::default();
    tree.list(shards(&["a"]));
    tree.opened("a".to_owned());
    // WHEN the stream forgets the shard that is being read
    assert!(tree.list(shards(&["a1<a"])));
    assert_eq!(tree.ready(), Vec::<String>::new());
    assert!(tree.needs("a"));
    // THEN its child waits until it is done, and it is forgotten then
    tree.finished("a");
    assert_eq!(tree.ready(), ["a1"]);
    assert!(!tree.needs("a"));
}

#[test]
fn the_same_list_changes_nothing_and_a_finished_shard_is_not_read_again() {
    let mut tree = Tree::default();
    tree.list(shards(&["a"]));
    tree.opened("a".to_owned());
    tree.finished("a");
    assert!(!tree.list(shards(&["a"])));
    assert_eq!(tree.ready(), Vec::<String>::new());
    assert!(tree.needs("a"));
}
