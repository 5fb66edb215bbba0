use std::fmt::{self, Display, Formatter};
use std::path::Path;

use emulator::front::Credentials;
use emulator::state::Running;
use stack::{Resource, Stack};

use crate::exports::exports;
use crate::inventory::Inventory;
use crate::quoted::{quoted, quoted_text};
use crate::rest_call;

const FUNCTION: &str = "aws:lambda/function:Function";

/// What a person should know about a stack that has just come up; prints as a screen of text.
#[derive(Debug)]
pub(crate) struct Overview<'a> {
    pub(crate) stack: &'a Stack,
    pub(crate) running: &'a Running,
    pub(crate) credentials: &'a Credentials,
    /// The state directory.
    pub(crate) state: &'a Path,
    /// Whether it outlives the process.
    pub(crate) durable: bool,
    /// Whether other commands look there without being told.
    pub(crate) found_by_default: bool,
}

impl Display for Overview<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{}-{} is up:", self.stack.project, self.stack.name)?;
        write!(f, "{}", Inventory(self.stack))?;
        writeln!(f, "\n  AWS calls    {}", self.running.endpoint)?;
        writeln!(f, "  invocations  {}", self.running.invoke_endpoint)?;
        for url in rest_call::addresses(self.stack) {
            writeln!(f, "  REST API     {url}")?;
        }
        let end = if self.durable {
            ""
        } else {
            " (forgotten at the end)"
        };
        writeln!(f, "  state        {}{end}", self.state.display())?;
        self.exports(f)?;
        self.next(f)
    }
}

impl Overview<'_> {
    fn exports(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nFor the AWS CLI and SDKs:\n")?;
        for line in exports(self.running) {
            writeln!(f, "  {line}")?;
        }
        Ok(())
    }

    fn next(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nNext, in another terminal (Ctrl-C here ends it):\n")?;
        let place = if self.found_by_default {
            String::new()
        } else {
            format!(" --state {}", quoted(self.state))
        };
        if let Some(first) = first(self.stack) {
            writeln!(f, "  cargo outbox invoke {first}{place}")?;
        }
        for call in rest_call::calls(self.stack, &self.running.region, self.credentials) {
            writeln!(f, "  {call}")?;
        }
        for table in rest_call::tables(self.stack) {
            writeln!(f, "  aws dynamodb scan --table-name {}", quoted_text(table))?;
        }
        if let Some(last) = last(self.stack) {
            writeln!(f, "  cargo outbox logs {last}{place}")?;
        }
        writeln!(f)
    }
}

/// A function that nothing declared invokes: where an event's way begins. One of the flow whose end is shown, if it has
/// any: the first of another flow may want input, and nothing of it reaches that end.
fn first(stack: &Stack) -> Option<&str> {
    let mapped = stack.of_type("aws:lambda/eventSourceMapping:EventSourceMapping");
    let invoked: Vec<&str> = mapped
        .filter_map(|mapping| mapping.text("functionName"))
        .chain(targets(stack))
        .collect();
    let is_invoked = |function: &&Resource| {
        ["arn", "name"].iter().any(|output| {
            function
                .text(output)
                .is_some_and(|value| invoked.contains(&value))
        })
    };
    let flow = end(stack).and_then(|end| end.parent.as_ref());
    let functions = stack
        .of_type(FUNCTION)
        .filter(|function| !is_invoked(function));
    let first = functions.min_by_key(|function| function.parent.as_ref() != flow);
    first.map(|function| function.name.as_str())
}

/// A function that a rule invokes: where an event's way ends. A rule may have a queue as its target instead, whose
/// function hears of nothing that the first command does.
fn last(stack: &Stack) -> Option<&str> {
    end(stack).map(|function| function.name.as_str())
}

fn end(stack: &Stack) -> Option<&Resource> {
    let mut reached = targets(stack).filter_map(|arn| stack.by_arn(arn));
    reached.find(|reached| reached.type_token == FUNCTION)
}

fn targets(stack: &Stack) -> impl Iterator<Item = &str> {
    let targets = stack.of_type("aws:cloudwatch/eventTarget:EventTarget");
    targets.filter_map(|target| target.text("arn"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::testing::resource;

    fn stack() -> Stack {
        let function = |name: &str| {
            let arn = format!("arn:{name}");
            resource(
                FUNCTION,
                name,
                &json!({"arn": arn, "name": format!("shop-dev-{name}")}),
            )
        };
        let mapping = json!({"functionName": "arn:relay", "eventSourceArn": "arn:aws:sqs:us-east-1:000000000000:letters"});
        Stack {
            project: "shop".to_owned(),
            name: "dev".to_owned(),
            resources: vec![
                Resource {
                    parent: Some("urn:of-another-flow".to_owned()),
                    ..function("refund")
                },
                function("relay"),
                function("greet"),
                function("register"),
                resource(
                    "aws:lambda/eventSourceMapping:EventSourceMapping",
                    "m",
                    &mapping,
                ),
                resource("aws:sqs/queue:Queue", "q", &json!({"arn": "arn:q"})),
                resource(
                    "aws:cloudwatch/eventTarget:EventTarget",
                    "to-queue",
                    &json!({"arn": "arn:q"}),
                ),
                resource(
                    "aws:cloudwatch/eventTarget:EventTarget",
                    "t",
                    &json!({"arn": "arn:greet"}),
                ),
                resource("aws:iam/role:Role", "role", &json!({})),
            ],
            outputs: serde_json::Map::new(),
        }
    }

    #[test]
    fn the_next_commands_follow_an_event_from_the_first_function_to_the_last() {
        let stack = stack();
        let running = Running {
            process_id: 1,
            endpoint: "http://127.0.0.1:4566".to_owned(),
            invoke_endpoint: "http://127.0.0.1:9000".to_owned(),
            region: "us-east-1".to_owned(),
            account: "000000000000".to_owned(),
            access_key_id: "AKIA".to_owned(),
            secret_access_key: "secret".to_owned(),
            functions: BTreeMap::new(),
            tables: BTreeMap::new(),
            stream_readers: Vec::new(),
        };
        let credentials = Credentials {
            access_key_id: "AKIA".to_owned(),
            secret_access_key: "secret".to_owned(),
            session_token: None,
        };

        let text = Overview {
            stack: &stack,
            running: &running,
            credentials: &credentials,
            state: Path::new("/shop/.outbox"),
            durable: true,
            found_by_default: true,
        }
        .to_string();

        assert!(text.contains("cargo outbox invoke register\n"), "{text}");
        assert!(text.contains("cargo outbox logs greet\n"), "{text}");
        assert!(text.contains("Function  "), "{text}");
        assert!(
            text.contains("export AWS_ENDPOINT_URL=http://127.0.0.1:4566\n"),
            "{text}"
        );
    }
}
