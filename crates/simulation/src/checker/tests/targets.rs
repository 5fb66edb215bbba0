use std::time::Duration;

use serde_json::json;

use super::fixture::Run;
use crate::checker::ViolationKind::{
    Altered, GivenUpEarly, Invented, Lost, Stuck, TriedTooOften, WrongTarget,
};
use crate::observation::Kind::{Insert, Remove};
use crate::observation::Observation::{Delivered, FaultBegan, Invoked, TargetRefused};
use crate::observation::{Function, Target};
use crate::scenario::{Fault, FaultKind, Scenario, Settings};

#[test]
fn an_event_must_be_completed_by_every_target_whose_rule_matches() {
    let mut run = Run::new();
    let (created, deleted) = (run.commit("a", Insert), run.commit("b", Remove));
    run.accept(created);
    run.accept(deleted);
    run.deliver(Target::Consumer, created);
    run.deliver(Target::Audit, created);
    run.deliver(Target::Queue, deleted);
    assert_eq!(run.ends_with(), [Lost]);
}

#[test]
fn an_event_that_is_still_under_way_at_the_end_is_stuck() {
    let mut run = Run::new();
    let change = run.commit("a", Insert);
    run.accept(change);
    run.deliver(Target::Audit, change);
    let kinds: Vec<_> = run
        .verdict(false)
        .violations
        .iter()
        .map(|it| it.kind)
        .collect();
    assert_eq!(kinds, [Stuck]);
}

#[test]
fn a_dead_letter_place_ends_an_event_too() {
    let mut run = Run::new();
    let change = run.commit("a", Insert);
    run.accept(change);
    run.deliver(Target::Audit, change);
    run.dead_letter(
        Target::Consumer,
        change,
        json!({ "ERROR_CODE": "NO_RESOURCE", "RETRY_ATTEMPTS": "0" }),
    );
    assert_eq!(run.ends_with(), []);
}

#[test]
fn a_target_must_not_get_what_its_rule_does_not_match() {
    let mut run = Run::new();
    let change = run.commit("a", Remove);
    run.accept(change);
    run.deliver(Target::Consumer, change);
    assert_eq!(run.seen(), [WrongTarget]);
}

#[test]
fn a_target_must_not_get_what_the_bus_never_took() {
    let mut run = Run::new();
    let change = run.commit("a", Insert);
    run.deliver(Target::Audit, change);
    assert_eq!(run.seen(), [Invented]);
}

#[test]
fn a_target_must_get_the_event_as_the_bus_took_it() {
    let mut run = Run::new();
    let change = run.commit("a", Insert);
    run.accept(change);
    let mut event = run.envelope(change);
    event["detail"]["username"] = json!("eve");
    run.tell(&Delivered {
        target: Target::Audit,
        event: event.to_string().into(),
    });
    assert_eq!(run.seen(), [Altered]);
}

#[test]
fn a_target_gives_up_only_after_its_retries_or_at_its_age() {
    let attributes = |condition: &str, attempts: u32| {
        json!({
            "ERROR_CODE": "THROTTLING",
            "EXHAUSTED_RETRY_CONDITION": condition,
            "RETRY_ATTEMPTS": attempts.to_string(),
        })
    };
    let cases = [
        ("MaximumRetryAttempts", 185, 0, false),
        ("MaximumRetryAttempts", 184, 0, true),
        ("MaximumEventAgeInSeconds", 3, 24, false),
        ("MaximumEventAgeInSeconds", 3, 23, true),
    ];
    for (condition, attempts, hours, wrong) in cases {
        let mut run = Run::new();
        let change = run.commit("a", Insert);
        run.accept(change);
        run.wait(Duration::from_hours(hours));
        run.dead_letter(Target::Audit, change, attributes(condition, attempts));
        assert_eq!(
            run.seen() == [GivenUpEarly],
            wrong,
            "{condition} {attempts} {hours}"
        );
    }
}

#[test]
fn a_function_gives_up_only_after_three_runs_or_at_its_age() {
    for (count, wrong) in [(3, false), (2, true)] {
        let mut run = Run::new();
        let change = run.commit("a", Insert);
        run.accept(change);
        let context = json!({ "condition": "RetriesExhausted", "approximateInvokeCount": count });
        run.dead_letter(Target::Consumer, change, context);
        assert_eq!(run.seen() == [GivenUpEarly], wrong, "{count}");
    }
}

#[test]
fn an_event_is_completed_no_more_often_than_it_can_have_been_handed_over() {
    let mut run = Run::new();
    let change = run.commit("a", Insert);
    run.accept(change);
    for _ in 0..6 {
        run.deliver(Target::Consumer, change);
    }
    assert_eq!(run.seen(), []);
    run.deliver(Target::Consumer, change);
    assert_eq!(run.seen(), [TriedTooOften]);
}

#[test]
fn a_target_is_tried_again_no_more_often_than_its_policy_says() {
    let settings = Settings {
        target_maximum_retry_attempts: 3,
        ..Settings::default()
    };
    let mut run = Run::of(Scenario {
        settings,
        ..Scenario::of(0)
    });
    let change = run.commit("a", Insert);
    run.accept(change);
    let refused = TargetRefused {
        target: Target::Audit,
        event_id: "change-0:UserCreated".into(),
        code: "THROTTLING",
    };
    for _ in 0..4 {
        run.tell(&refused);
    }
    assert_eq!(run.seen(), []);
    run.tell(&refused);
    assert_eq!(run.seen(), [TriedTooOften]);
}

#[test]
fn a_consumer_runs_three_times_at_most_with_one_asynchronous_event() {
    let mut run = Run::new();
    let change = run.commit("a", Insert);
    run.accept(change);
    let invoked = |event: &str| Invoked {
        function: Function::Consumer,
        environment: 1,
        request_id: "request".to_owned(),
        events: vec![event.into()],
        messages: Vec::new(),
    };
    for _ in 0..3 {
        run.tell(&invoked("change-0:UserCreated"));
    }
    assert_eq!(run.seen(), []);
    run.tell(&invoked("change-0:UserCreated"));
    run.tell(&invoked("change-8:UserCreated"));
    assert_eq!(run.seen(), [TriedTooOften, Invented]);
}

/// Outside the envelope: the consumer has no failure destination.
fn outside(kind: FaultKind) -> Run {
    let settings = Settings {
        consumer_destination: false,
        ..Settings::default()
    };
    let fault = Fault {
        from: Duration::ZERO,
        until: Duration::from_secs(9),
        per_mille: 1000,
        at_most: None,
        seed: 1,
        kind,
    };
    Run::of(Scenario {
        settings,
        faults: vec![fault],
        ..Scenario::of(0)
    })
}

#[test]
fn outside_the_envelope_an_event_that_a_fault_lost_is_named() {
    let mut run = outside(FaultKind::DeadLetterQueueRefuses(Target::Audit));
    let change = run.commit("user-1", Remove);
    run.tell(&FaultBegan { fault: 0 });
    run.accept(change);
    run.deliver(Target::Queue, change);
    let verdict = run.verdict(true);
    assert_eq!(verdict.violations, []);
    let names: Vec<_> = verdict.lost.iter().map(ToString::to_string).collect();
    assert_eq!(
        names,
        [
            "change-0 of user-1 is lost for Audit: it was given up while this lasted: dead-letter queue refuses"
        ]
    );
}

#[test]
fn outside_the_envelope_what_no_fault_explains_is_still_a_violation() {
    let mut run = outside(FaultKind::DeadLetterQueueRefuses(Target::Audit));
    let change = run.commit("user-1", Remove);
    run.tell(&FaultBegan { fault: 0 });
    run.accept(change);
    run.deliver(Target::Audit, change);
    assert_eq!(run.ends_with(), [Lost]);
}
