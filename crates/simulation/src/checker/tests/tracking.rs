use super::orders::{order, orders, sequence};
use crate::checker::ViolationKind::{Altered, Invented, TrackedWrongly, WentBack};

#[test]
fn the_tracking_table_takes_committed_statuses_only() {
    let mut run = orders();
    let created = run.order("a", "CREATED");
    run.tracked("a", "CREATED", &sequence(created));
    assert_eq!(run.seen(), []);
    run.tracked("a", "COOKING", &sequence(created));
    run.tracked("b", "CREATED", &sequence(created));
    run.tracked("a", "CREATED", &sequence(9));
    assert_eq!(run.seen(), [Altered, Altered, Invented]);
}

#[test]
fn the_tracking_table_never_goes_back() {
    let mut run = orders();
    let (created, accepted) = (run.order("a", "CREATED"), run.order("a", "ACCEPTED"));
    run.tracked("a", "ACCEPTED", &sequence(accepted));
    // The same once more is no step back.
    run.tracked("a", "ACCEPTED", &sequence(accepted));
    assert_eq!(run.seen(), []);
    run.tracked("a", "CREATED", &sequence(created));
    assert_eq!(run.seen(), [WentBack]);
}

#[test]
fn the_tracking_table_ends_with_the_newest_status_that_was_completed() {
    let completed = |tracked: &str, number: usize| {
        let mut run = orders();
        let (created, accepted) = (run.order("a", "CREATED"), run.order("a", "ACCEPTED"));
        run.call("1", &[created, accepted]);
        run.take(created, &order("a", "CREATED"));
        run.take(accepted, &order("a", "ACCEPTED"));
        run.hear("1", &["", ""]);
        run.track(created, &order("a", "CREATED"));
        run.track(accepted, &order("a", "ACCEPTED"));
        run.tell(&crate::observation::Observation::Delivered {
            target: crate::observation::Target::Notify,
            event: super::orders::event(created, &order("a", "CREATED"))
                .to_string()
                .into(),
        });
        run.tracked("a", tracked, &sequence(number));
        run.ends_with()
    };
    assert_eq!(completed("ACCEPTED", 1), []);
    assert_eq!(completed("CREATED", 0), [TrackedWrongly]);
}
