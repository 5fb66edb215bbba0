use std::str::FromStr;
use std::sync::Arc;

use serde_json::{Value, json};

use super::double::{BUCKET, Machine, QUEUE, only, stack};
use crate::mapping::{Mappings, Polling, declared};
use crate::{Invoke, Occurrence};

fn refusal(mapping: &Value) -> String {
    declared(&stack(mapping)).unwrap_err().to_string()
}

#[test]
fn a_mapping_is_read_from_the_stack() {
    let mappings = declared(&stack(&json!({ "batchSize": 7 }))).unwrap();
    assert_eq!(mappings[0].uuid, "6f1d4c9a-0000-4000-8000-000000000001");
    assert_eq!(only(&mappings).batch_size, 7);
}

#[test]
fn a_mapping_that_can_not_run_is_refused_by_name() {
    for (mapping, named) in [
        (json!({ "batchSize": 0 }), "`batchSize` is 0"),
        (
            json!({ "eventSourceArn": "arn:aws:kinesis:eu-west-1:123456789012:stream/users" }),
            "only streams of DynamoDB tables",
        ),
    ] {
        let error = refusal(&mapping);
        assert!(error.contains(named), "{error}");
        assert!(error.contains("users-relay"), "{error}");
    }
}

#[test]
fn row_2_4_role_is_not_checked_and_the_destination_must_be_declared() {
    // GIVEN no role and no policy at all
    let to = |arn: &str| json!({ "destinationConfig": { "onFailure": { "destinationArn": arn } } });
    for arn in [QUEUE, BUCKET] {
        let mappings = declared(&stack(&to(arn))).unwrap();
        assert_eq!(only(&mappings).on_failure.as_deref(), Some(arn));
    }
    let error = refusal(&to("arn:aws:s3:::other"));
    assert!(
        error.contains("arn:aws:s3:::other as its failure destination"),
        "{error}"
    );
}

#[tokio::test]
async fn row_2_1_filter_criteria_with_more_than_five_filters_are_told_to_need_a_raised_quota() {
    let filters = |count: usize| {
        let filter = json!({ "pattern": "{\"eventName\":[\"INSERT\"]}" });
        json!({ "filterCriteria": { "filters": vec![filter; count] } })
    };
    let machine = Machine::in_memory();
    let mut heard = machine.journal.listen();
    let _five = machine.start(&super::double::Function::well(), &filters(5));
    assert!(heard.try_recv().is_err());
    let _six = machine.start(&super::double::Function::well(), &filters(6));
    let told = heard.try_recv().unwrap();
    assert!(
        matches!(&told, Occurrence::Warning(text) if text.contains("6 filters; AWS takes 5 unless")),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_mapping_on_a_stream_that_is_not_there_is_refused() {
    let machine = Machine::in_memory();
    let mut mappings = declared(&stack(&json!({}))).unwrap();
    mappings[0].stream_arn.push('x');
    let function: Arc<dyn Invoke> = super::double::Function::well();
    let surroundings = machine.surroundings(Polling::Instant);
    let error = Mappings::start(mappings, &machine.tables, &function, &surroundings)
        .unwrap_err()
        .to_string();
    assert!(error.contains("which no declared table has"), "{error}");
}

#[test]
fn a_way_to_poll_has_a_name() {
    assert_eq!(Polling::from_str("aws"), Ok(Polling::Aws));
    assert_eq!(Polling::from_str("instant"), Ok(Polling::Instant));
    let error = Polling::from_str("often").unwrap_err().to_string();
    assert_eq!(
        error,
        "\"often\" is no way to poll; it can be `instant` or `aws`"
    );
}
