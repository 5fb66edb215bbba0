//! Rules that run on a schedule.

use std::time::Duration;

use serde_json::{Value, json};
use stack::{Resource, Stack};

use super::{
    FUNCTION, RULE, Run, Settings, bus, function, none, queue, queue_arn, run, still_at, target,
};
use crate::front::Service;
use crate::testing::{resource, stack};
use crate::{Clock, Occurrence, Store};

const MINUTELY: &str = "arn:aws:events:us-east-1:000000000000:rule/minutely";

fn scheduled(expression: &str) -> Resource {
    let outputs = json!({
        "name": "minutely",
        "arn": MINUTELY,
        "scheduleExpression": expression,
    });
    resource("aws:cloudwatch/eventRule:EventRule", "minutely", &outputs)
}

fn target_of_schedule(queue: &str) -> Resource {
    let mut target = target("one", &queue_arn(queue), &json!({}));
    target.outputs.insert("rule".to_owned(), json!("minutely"));
    target.outputs.remove("eventBusName");
    target
}

fn minutely() -> Stack {
    stack(vec![
        scheduled("rate(1 minute)"),
        target_of_schedule("one"),
        queue("one"),
    ])
}

fn refusal(resources: Vec<Resource>) -> String {
    super::declared(&stack(resources)).unwrap_err().to_string()
}

async fn pass(time: Duration) {
    tokio::time::sleep(time).await;
}

fn runs(run: &mut Run) -> usize {
    let mut runs = 0;
    while let Ok(occurrence) = run.journal.try_recv() {
        runs += usize::from(matches!(occurrence, Occurrence::Scheduled { .. }));
    }
    runs
}

#[tokio::test(start_paused = true)]
async fn row_3_6_event_of_a_schedule_names_its_rule_and_has_an_empty_detail() {
    // GIVEN a rule that runs each minute
    let store = Store::in_memory().unwrap();
    let run = run(&store, &minutely(), none());

    // WHEN a minute is over
    let event: Value = serde_json::from_str(&run.queues.next_body("one").await).unwrap();

    // THEN its target has the event
    assert_eq!(event["version"], "0");
    assert_eq!(event["source"], "aws.events");
    assert_eq!(event["detail-type"], "Scheduled Event");
    assert_eq!(event["account"], "000000000000");
    assert_eq!(event["region"], "us-east-1");
    assert_eq!(event["resources"], json!([MINUTELY]));
    assert_eq!(event["detail"], json!({}));
}

#[tokio::test(start_paused = true)]
async fn row_3_6_start_is_one_interval_before_the_first_run_and_restarts_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("state.db")).unwrap();
    let clock = Clock::system();
    let start = || {
        let mut run = still_at(clock, &store, &minutely(), None, Settings::default());
        run.background.push(run.buses.start());
        run
    };
    // GIVEN a rule that has run twice
    let mut first = start();
    pass(Duration::from_secs(59)).await;
    assert_eq!(runs(&mut first), 0);
    pass(Duration::from_secs(71)).await;
    assert_eq!(runs(&mut first), 2);

    // WHEN the emulator ends, and starts again twenty seconds later
    drop(first);
    pass(Duration::from_secs(20)).await;
    let mut second = start();

    // THEN the next run is a minute after the last
    pass(Duration::from_secs(29)).await;
    assert_eq!(runs(&mut second), 0);
    pass(Duration::from_secs(2)).await;
    assert_eq!(runs(&mut second), 1);

    // WHEN it is away for three runs
    drop(second);
    pass(Duration::from_mins(3)).await;
    let mut third = start();

    // THEN the rule runs once for them, and goes on at its usual times
    pass(Duration::from_secs(1)).await;
    assert_eq!(runs(&mut third), 1);
    pass(Duration::from_secs(57)).await;
    assert_eq!(runs(&mut third), 0);
    pass(Duration::from_secs(2)).await;
    assert_eq!(runs(&mut third), 1);
    assert_eq!(third.count("one").await, "5");
}

#[tokio::test(start_paused = true)]
async fn row_3_6_start_counts_also_when_the_clock_was_set_back() {
    let store = Store::in_memory().unwrap();
    let (before, stack) = (Clock::system(), minutely());
    let mut first = still_at(before, &store, &stack, None, Settings::default());
    first.background.push(first.buses.start());
    pass(Duration::from_mins(10)).await;
    drop(first);

    // The wall clock has hardly moved on.
    let mut second = run(&store, &stack, none());

    pass(Duration::from_secs(61)).await;
    assert_eq!(runs(&mut second), 1);
}

#[tokio::test(start_paused = true)]
async fn row_3_6_start_of_another_expression_is_the_change() {
    let store = Store::in_memory().unwrap();
    drop(run(&store, &minutely(), none()));
    let mut resources = vec![scheduled("rate(2 minutes)"), target_of_schedule("one")];
    resources.push(queue("one"));
    pass(Duration::from_secs(90)).await;

    let mut changed = run(&store, &stack(resources), none());

    pass(Duration::from_secs(119)).await;
    assert_eq!(runs(&mut changed), 0);
    pass(Duration::from_secs(2)).await;
    assert_eq!(runs(&mut changed), 1);
}

#[tokio::test(start_paused = true)]
async fn row_3_6_rate_of_a_disabled_rule_is_never_due() {
    let store = Store::in_memory().unwrap();
    let mut rule = scheduled("rate(1 minute)");
    rule.outputs.insert("state".to_owned(), json!("DISABLED"));
    let resources = vec![rule, target_of_schedule("one"), queue("one")];
    let mut run = run(&store, &stack(resources), none());

    pass(Duration::from_mins(10)).await;

    assert_eq!(runs(&mut run), 0);
    assert_eq!(run.count("one").await, "0");
}

#[tokio::test(start_paused = true)]
async fn row_3_6_function_needs_a_permission_for_the_rule_of_the_default_bus() {
    // GIVEN a permission for a rule of another bus
    let store = Store::in_memory().unwrap();
    let mut to_function = target("function", FUNCTION, &json!({}));
    to_function
        .outputs
        .insert("rule".to_owned(), json!("minutely"));
    to_function.outputs.remove("eventBusName");
    assert_ne!(RULE, MINUTELY);
    let resources = vec![
        scheduled("rate(1 minute)"),
        to_function,
        function(),
        super::permission(),
    ];
    let mut run = run(&store, &stack(resources), none());

    // WHEN the rule runs
    pass(Duration::from_secs(61)).await;

    // THEN the function is not invoked, loudly
    let warnings = run.warnings();
    assert!(
        warnings.iter().any(|text| text.contains("NO_PERMISSIONS")),
        "{warnings:?}"
    );
}

#[test]
fn row_3_6_bus_of_a_schedule_is_the_default_one() {
    let mut rule = scheduled("rate(1 minute)");
    rule.outputs
        .insert("eventBusName".to_owned(), json!("shop"));

    let error = refusal(vec![bus(), rule]);

    assert!(error.contains("default bus only"), "{error}");
}

#[test]
fn row_3_6_rate_that_is_malformed_is_refused_by_name() {
    for (expression, said) in [
        ("rate(5 minute)", "rate(5 minutes)"),
        ("cron(0 20 * * ? *)", "only rate(…) can be run here"),
    ] {
        let error = refusal(vec![scheduled(expression)]);
        assert!(
            error.contains(said) && error.contains("minutely"),
            "{error}"
        );
    }
}

#[test]
fn a_rule_with_neither_a_pattern_nor_a_schedule_is_refused() {
    let mut rule = scheduled("rate(1 minute)");
    rule.outputs.remove("scheduleExpression");

    let error = refusal(vec![rule]);

    assert!(error.contains("neither"), "{error}");
}

#[tokio::test]
async fn list_rules_tells_the_expression() {
    let store = Store::in_memory().unwrap();
    let run = run(&store, &minutely(), none());

    let answer = run.buses.call("ListRules", json!({})).await.unwrap();

    assert_eq!(answer["Rules"][0]["ScheduleExpression"], "rate(1 minute)");
    assert_eq!(answer["Rules"][0].get("EventPattern"), None);
}
