use delivery::Outcome;
use outbox::publish::Refusal;
use serde_json::json;

use super::Variant;

fn numbers() -> Vec<String> {
    ["11", "12", "13"].map(str::to_owned).to_vec()
}

fn failed_from(number: &str) -> Outcome {
    let failures = json!({ "batchItemFailures": [{ "itemIdentifier": number }] });
    Outcome::Answered(failures.to_string().into())
}

fn body(outcome: Outcome) -> String {
    match outcome {
        Outcome::Answered(body) => String::from_utf8_lossy(&body).into_owned(),
        other => format!("{other:?}"),
    }
}

#[test]
fn the_sound_variant_leaves_everything_as_it_is() {
    let sound = Variant::Sound;
    assert_eq!(sound.batch("{}"), "{}");
    assert!(sound.keeps_poison());
    for outcome in [
        failed_from("12"),
        Outcome::NotRun {
            reason: String::new(),
        },
    ] {
        assert_eq!(sound.outcome(&numbers(), outcome.clone()), outcome);
        assert_eq!(sound.heard(&numbers(), outcome.clone()), outcome);
    }
    let refused = Ok(vec![Err(Refusal {
        code: "ThrottlingException".to_owned(),
        message: String::new(),
    })]);
    assert_eq!(sound.answers(refused.clone(), 1), refused);
}

#[test]
fn each_broken_answer_differs_from_the_sound_one_only_where_it_is_broken() {
    let highest = Variant::ReportsHighest.outcome(&numbers(), failed_from("12"));
    assert_eq!(highest, failed_from("13"));
    let misspelt = Variant::MisspellsResponseKey.outcome(&numbers(), failed_from("12"));
    assert_eq!(
        body(misspelt),
        r#"{"BatchItemFailures":[{"itemIdentifier":"12"}]}"#
    );
    let success = r#"{"batchItemFailures":[]}"#;
    let swallowed = Variant::AnswersSuccessOnError.outcome(&numbers(), failed_from("12"));
    assert_eq!(body(swallowed), success);
    let past = |number| Variant::AdvancesPastPartialFailure.heard(&numbers(), failed_from(number));
    assert_eq!(body(past("12")), success);
    assert_eq!(
        past("11"),
        failed_from("11"),
        "nothing of the batch is done"
    );
}

#[test]
fn a_relay_that_re_orders_gets_its_batch_from_the_end() {
    let batch = Variant::ReordersKey
        .batch(r#"{"Records":[{"a":1},{"b":2}]}"#)
        .into_owned();
    assert_eq!(batch, r#"{"Records":[{"b":2},{"a":1}]}"#);
}
