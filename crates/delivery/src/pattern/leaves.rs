//! What stands at a path of an event.

use crate::document::{Kind, Node};

/// In which element of each array around it a value stands: arrays and positions, outermost first.
///
/// The elements of an array that are no arrays or objects themselves stand at no position of it: two
/// requirements may be met by two of them.
pub(super) type Membership = Vec<(u32, usize)>;

/// Calls `found` with each value at `path` that is no array and no object.
pub(super) fn each_at(
    node: &Node<'_>,
    path: &[String],
    found: &mut impl FnMut(&Node<'_>, &Membership),
) {
    walk(node, path, &mut Membership::new(), found);
}

fn walk(
    node: &Node<'_>,
    path: &[String],
    membership: &mut Membership,
    found: &mut impl FnMut(&Node<'_>, &Membership),
) {
    match &node.kind {
        Kind::Array { id, elements } => {
            for (position, element) in elements.iter().enumerate() {
                if matches!(element.kind, Kind::Array { .. } | Kind::Object(_)) {
                    membership.push((*id, position));
                    walk(element, path, membership, found);
                    membership.pop();
                } else if path.is_empty() {
                    found(element, membership);
                }
            }
        }
        Kind::Object(fields) => {
            if let Some((name, rest)) = path.split_first()
                && let Some(field) = fields.get(name.as_str())
            {
                walk(field, rest, membership, found);
            }
        }
        _ if path.is_empty() => found(node, membership),
        _ => {}
    }
}

/// The two together; none if they stand in two elements of one array.
pub(super) fn joined(one: &Membership, other: &Membership) -> Option<Membership> {
    let mut joined = one.clone();
    for (array, position) in other {
        match one.iter().find(|(known, _)| known == array) {
            Some((_, known)) if known == position => {}
            Some(_) => return None,
            None => joined.push((*array, *position)),
        }
    }
    Some(joined)
}
