//! What AWS would not take.

use serde_json::json;
use stack::Provider;

use crate::provider::{aws, declared};

#[test]
fn an_unknown_type_is_refused_by_name_and_type_with_what_can_be_run() {
    let topic = declared("aws:sns/topic:Topic", "news", json!({}));
    let reason = aws().create(&topic).unwrap_err().to_string();
    assert!(
        reason.contains("`news` has the type aws:sns/topic:Topic"),
        "{reason}"
    );
    assert!(reason.contains("aws:sqs/queue:Queue"), "{reason}");
}

#[test]
fn a_missing_input_and_a_name_that_aws_would_not_take_are_refused() {
    let cases = [
        (
            "aws:lambda/function:Function",
            json!({ "name": "f" }),
            "`role` is missing; a function can't be without it".to_owned(),
        ),
        (
            "aws:sqs/queue:Queue",
            json!({ "name": "q".repeat(81) }),
            format!(
                "`name` is `{}`, 81 characters long; AWS takes 1 to 80 for the name of a queue",
                "q".repeat(81)
            ),
        ),
        (
            "aws:pipes/pipe:Pipe",
            json!({ "name": "p".repeat(65), "roleArn": "r", "source": "s", "target": "t" }),
            format!(
                "`name` is `{}`, 65 characters long; AWS takes 1 to 64 for the name of a pipe",
                "p".repeat(65)
            ),
        ),
        (
            "aws:pipes/pipe:Pipe",
            json!({ "roleArn": "r", "source": "s" }),
            "`target` is missing; a pipe can't be without it".to_owned(),
        ),
        (
            "aws:sqs/queue:Queue",
            json!({ "name": "" }),
            "`name` is ``, 0 characters long; AWS takes 1 to 80 for the name of a queue".to_owned(),
        ),
        (
            "aws:sqs/queue:Queue",
            json!({ "name": 7 }),
            "`name` is 7; it must be a string".to_owned(),
        ),
    ];
    for (token, inputs, expected) in cases {
        let reason = aws().create(&declared(token, "thing", inputs)).unwrap_err();
        assert_eq!(reason.to_string(), expected);
    }
}
