use super::super::{Condition, Destinations, Ended, MAXIMUM_PASSES, Passes, letters};
use super::not_run;
use crate::Time;

#[test]
fn row_6_1_loop_detection_counts_each_function_of_a_chain_by_itself() {
    let mut passes = Passes::default();
    for _ in 0..MAXIMUM_PASSES {
        assert!(!passes.stop("a"));
        passes = passes.through("a").through("b");
    }
    assert!(passes.stop("a") && passes.stop("b"));
    assert!(!passes.stop("c"));
}

#[test]
fn row_6_1_loop_detection_gives_a_stopped_event_to_no_other_function() {
    let outcome = not_run();
    let ended = Ended {
        function_arn: "arn:aws:lambda:us-east-1:000000000000:function:a",
        function: "a",
        request_id: "request",
        condition: Condition::Recursion,
        runs: 0,
        payload: b"{}",
        outcome: &outcome,
    };
    let sent_to = |on_failure: &str| {
        let destinations = Destinations {
            on_failure: Some(on_failure.to_owned()),
            ..Destinations::default()
        };
        letters(&destinations, ended, Time(0), "unique").len()
    };
    assert_eq!(
        sent_to("arn:aws:lambda:us-east-1:000000000000:function:b"),
        0
    );
    assert_eq!(sent_to("arn:aws:sqs:us-east-1:000000000000:failures"), 1);
}
