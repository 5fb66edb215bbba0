use stack::Resource;

/// What a mapping, a pipe or a target reads and where it goes, by physical names: `shop-dev-goods → shop-dev-relay`.
///
/// None for everything else.
pub(crate) fn connection(resource: &Resource) -> Option<String> {
    let (from, to) = match resource.type_token.as_str() {
        "aws:lambda/eventSourceMapping:EventSourceMapping" => ("eventSourceArn", "functionName"),
        "aws:pipes/pipe:Pipe" => ("source", "target"),
        "aws:cloudwatch/eventTarget:EventTarget" => ("rule", "arn"),
        _ => return None,
    };
    let end = |output| resource.text(output).map(name_in);
    Some(format!("{} → {}", end(from)?, end(to)?))
}

/// The resource's name in its ARN; a text that is no ARN is a name already.
fn name_in(arn: &str) -> &str {
    let Some(resource) = arn.splitn(6, ':').nth(5) else {
        return arn;
    };
    // `table/NAME/stream/…`, `event-bus/NAME`, `function:NAME`, or the name alone.
    let mut parts = resource.split(['/', ':']);
    let first = parts.next().unwrap_or(resource);
    parts.next().unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_in_the_arns_of_sources_and_targets() {
        for (arn, name) in [
            (
                "arn:aws:dynamodb:us-east-1:000000000000:table/goods/stream/2026-11-21T00:00:00.000",
                "goods",
            ),
            ("arn:aws:sqs:us-east-1:000000000000:letters", "letters"),
            (
                "arn:aws:events:us-east-1:000000000000:event-bus/events",
                "events",
            ),
            (
                "arn:aws:lambda:us-east-1:000000000000:function:greet",
                "greet",
            ),
            (
                "arn:aws:lambda:us-east-1:000000000000:function:greet:live",
                "greet",
            ),
            ("greet", "greet"),
        ] {
            assert_eq!(name_in(arn), name, "{arn}");
        }
    }
}
