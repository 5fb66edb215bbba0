//! Whether an event meets all requirements, consistently inside its arrays.
//!
//! As in event-ruler: the requirements are looked at in the order of their paths, each may be met by
//! any value at its path, and no two by values in two elements of one array. A path that must not be
//! there may be there in an element that the requirements before it have ruled out.
//!
//! See <https://github.com/aws/event-ruler#json-array-matching>.

use std::collections::{BTreeSet, HashSet};

use super::Requirement;
use super::condition::Condition;
use super::leaves::{Membership, each_at, joined};
use crate::document::Document;

/// Whether one choice of values meets all of them.
pub(super) fn all_met(requirements: &[Requirement], event: &Document<'_>) -> bool {
    let mut places = Vec::with_capacity(requirements.len());
    for requirement in requirements {
        let found = Places::of(requirement, event);
        if found.meeting.is_empty() && !found.may_be_absent {
            return false;
        }
        places.push(found);
    }
    Search::over(places).meets(0, &Membership::new())
}

/// Where the values of one requirement stand.
struct Places {
    /// All of them.
    present: BTreeSet<Membership>,
    /// Those that meet the requirement.
    meeting: BTreeSet<Membership>,
    may_be_absent: bool,
}

impl Places {
    fn of(requirement: &Requirement, event: &Document<'_>) -> Self {
        let mut places = Self {
            present: BTreeSet::new(),
            meeting: BTreeSet::new(),
            may_be_absent: requirement.conditions.contains(&Condition::Exists(false)),
        };
        each_at(&event.root, &requirement.path, &mut |value, membership| {
            if !places.present.contains(membership) {
                places.present.insert(membership.clone());
            }
            let mut conditions = requirement.conditions.iter();
            if !places.meeting.contains(membership)
                && conditions.any(|condition| condition.allows(value))
            {
                places.meeting.insert(membership.clone());
            }
        });
        places
    }
}

struct Search {
    places: Vec<Places>,
    /// The arrays that matter to each requirement or one after it.
    arrays: Vec<BTreeSet<u32>>,
    /// What was tried in vain: a requirement and where those before it stand.
    failed: HashSet<(usize, Membership)>,
}

impl Search {
    fn over(places: Vec<Places>) -> Self {
        let mut behind = BTreeSet::new();
        let mut arrays: Vec<_> = places
            .iter()
            .rev()
            .map(|places| {
                behind.extend(places.present.iter().flatten().map(|(array, _)| *array));
                behind.clone()
            })
            .collect();
        arrays.reverse();
        Self {
            places,
            arrays,
            failed: HashSet::new(),
        }
    }

    /// Whether the requirements from `next` on can be met together with `so_far`.
    fn meets(&mut self, next: usize, so_far: &Membership) -> bool {
        let Some(arrays) = self.arrays.get(next) else {
            return true;
        };
        let mut so_far = so_far.clone();
        so_far.retain(|(array, _)| arrays.contains(array));
        so_far.sort_unstable();
        let place = (next, so_far);
        if self.failed.contains(&place) {
            return false;
        }
        let so_far = &place.1;
        let places = &self.places[next];
        let absent = places.may_be_absent
            && !places
                .present
                .iter()
                .any(|there| joined(so_far, there).is_some());
        let mut ways: Vec<Membership> = absent.then(|| so_far.clone()).into_iter().collect();
        ways.extend(
            places
                .meeting
                .iter()
                .filter_map(|there| joined(so_far, there)),
        );
        let met = ways.iter().any(|way| self.meets(next + 1, way));
        if !met {
            self.failed.insert(place);
        }
        met
    }
}
