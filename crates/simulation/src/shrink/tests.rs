use super::*;
use crate::scenario::{FaultKind, Flow};

/// A seed with at least so many operations and a fault of this name.
fn scenario_with(fault: &str) -> Scenario {
    (0..10_000)
        .map(Scenario::of)
        .find(|it| it.operations.len() > 20 && it.faults.iter().any(|one| one.kind.name() == fault))
        .unwrap_or_else(|| Scenario::of(0))
}

#[test]
fn what_does_not_matter_is_left_out() {
    let scenario = scenario_with("answer lost");
    let key = scenario.operations[7].key;
    let fails = |it: &Scenario| {
        it.operations.iter().any(|operation| operation.key == key)
            && it
                .faults
                .iter()
                .any(|fault| fault.kind == FaultKind::AnswerLost)
    };
    let short = shrink(scenario, fails, || true);
    assert!(fails(&short));
    assert_eq!((short.operations.len(), short.faults.len()), (1, 1));
    assert_eq!((short.kills.len(), short.splits.len()), (0, 0));
    assert_eq!(short.settings.shards, 1);
    let fault = &short.faults[0];
    assert!(
        fault.until <= fault.from + Duration::from_secs(2),
        "{fault:?}"
    );
}

#[test]
fn of_a_shop_and_its_callers_only_what_matters_is_left() {
    // GIVEN a promise that breaks when somebody with little patience wants the second product, of which some is left
    let impatient = |it: &Scenario| {
        let mut operations = it.operations.iter();
        let wants = |write: &Write| match write {
            Write::Place { lines, call } => {
                call.dies_after.is_some() && lines.iter().any(|line| line.product == 1)
            }
            _ => false,
        };
        operations.any(|operation| wants(&operation.write))
    };
    let fails = |it: &Scenario| {
        impatient(it) && it.settings.stock.len() >= 2 && it.settings.rows_kept_for.as_secs() == 60
    };
    let is_rich = |it: &Scenario| {
        let Settings {
            stock,
            remembers_cancelled,
            order_bounds,
            ..
        } = &it.settings;
        let usual = Settings::usual(Flow::Checkout).order_bounds;
        fails(it) && stock.len() > 2 && *remembers_cancelled && *order_bounds != usual
    };
    let mut seeds = (0..10_000).map(|seed| Scenario::in_flow(Flow::Checkout, seed));
    let scenario = seeds.find(is_rich).unwrap_or_else(|| Scenario::of(2));
    assert!(is_rich(&scenario));
    // WHEN it is made shorter
    let short = shrink(scenario, fails, || true);
    // THEN one caller with one line is left, and the usual settings where they do as well
    let Settings {
        stock,
        rows_kept_for,
        ..
    } = short.settings.clone();
    assert_eq!((stock.len(), rows_kept_for), (2, Duration::from_mins(1)));
    let usual = Settings {
        stock,
        rows_kept_for,
        ..Settings::usual(Flow::Checkout)
    };
    assert_eq!(short.settings, usual);
    let [operation] = &short.operations[..] else {
        unreachable!("{:?}", short.operations);
    };
    let Write::Place { lines, call } = &operation.write else {
        unreachable!("{operation:?}");
    };
    let line = Line {
        product: 1,
        quantity: 1,
    };
    assert_eq!(*lines, [line]);
    assert!(call.dies_after.is_some());
}

#[test]
fn nothing_more_is_tried_when_the_time_is_over() {
    let scenario = scenario_with("answer lost");
    let mut tries = 0;
    let short = shrink(
        scenario.clone(),
        |_| false,
        || {
            tries += 1;
            tries <= 3
        },
    );
    assert_eq!(short, scenario);
}
