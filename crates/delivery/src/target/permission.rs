//! Whether a resource lets a rule in: queue policies and Lambda permissions.
//!
//! See <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html> and
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html>.

use serde_json::{Map, Value};
use thiserror::Error;

/// Who delivers: `EventBridge` itself.
const SERVICE: &str = "events.amazonaws.com";

/// A delivery that needs a right.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// For example `sqs:SendMessage`.
    pub action: &'a str,
    /// The ARN of the queue or function.
    pub resource: &'a str,
    /// The ARN of the rule: `aws:SourceArn`.
    pub rule_arn: &'a str,
}

/// A policy document of a resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy(Vec<Map<String, Value>>);

/// A text that is no policy document.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("the policy can't be read: {0}")]
pub struct PolicyError(String);

impl Policy {
    /// Reads a policy document's JSON text.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let error = |reason: &str| PolicyError(reason.to_owned());
        let policy: Value = serde_json::from_str(text).map_err(|e| error(&e.to_string()))?;
        let statements = match policy.get("Statement") {
            Some(Value::Array(statements)) => statements.clone(),
            Some(one @ Value::Object(_)) => vec![one.clone()],
            _ => return Err(error("it has no Statement")),
        };
        statements
            .into_iter()
            .map(|statement| match statement {
                Value::Object(statement) => Ok(statement),
                other => Err(error(&format!("{other} is no statement"))),
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The policy that `lambda:AddPermission` writes, one statement a call.
    #[must_use]
    pub fn of_permission(action: &str, principal: &str, source_arn: Option<&str>) -> Self {
        let mut statement = Map::new();
        let mut put = |name: &str, value: Value| statement.insert(name.to_owned(), value);
        put("Effect", "Allow".into());
        put("Action", action.into());
        put("Principal", serde_json::json!({ "Service": principal }));
        if let Some(arn) = source_arn {
            put(
                "Condition",
                serde_json::json!({ "ArnLike": { "aws:SourceArn": arn } }),
            );
        }
        Self(vec![statement])
    }

    /// Whether a statement allows the request and none denies it.
    #[must_use]
    pub fn allows(&self, request: &Request<'_>) -> bool {
        let effective = |effect: &str| {
            self.0.iter().any(|statement| {
                statement.get("Effect").and_then(Value::as_str) == Some(effect)
                    && applies(statement, request)
            })
        };
        effective("Allow") && !effective("Deny")
    }
}

fn applies(statement: &Map<String, Value>, request: &Request<'_>) -> bool {
    let action = request.action.to_ascii_lowercase();
    let acts = |action_pattern: &str| glob(&action_pattern.to_ascii_lowercase(), &action);
    let about = |pattern: &str| glob(pattern, request.resource);
    element(statement, "Action", true, acts)
        && element(statement, "Resource", false, about)
        && principal(statement)
        && conditions(statement, request)
}

/// Whether one text of an element, or of its `Not…` twin none, is as it should be.
fn element(
    statement: &Map<String, Value>,
    name: &str,
    required: bool,
    is: impl Fn(&str) -> bool,
) -> bool {
    let any = |value| texts(value).any(&is);
    match (statement.get(name), statement.get(&format!("Not{name}"))) {
        (Some(value), _) => any(value),
        (None, Some(not)) => !any(not),
        // A Lambda permission has no resource: it stands at its function.
        (None, None) => !required,
    }
}

fn principal(statement: &Map<String, Value>) -> bool {
    let names_service = |value: &Value| match value {
        Value::Object(kinds) => {
            let services = kinds.get("Service").into_iter().flat_map(texts);
            let everyone = kinds.get("AWS").into_iter().flat_map(texts);
            services
                .chain(everyone.filter(|name| *name == "*"))
                .any(|name| name == SERVICE || name == "*")
        }
        other => other == "*",
    };
    match (statement.get("Principal"), statement.get("NotPrincipal")) {
        (Some(value), _) => names_service(value),
        (None, Some(not)) => !names_service(not),
        (None, None) => false,
    }
}

fn texts(value: &Value) -> Box<dyn Iterator<Item = &str> + '_> {
    match value {
        Value::Array(values) => Box::new(values.iter().filter_map(Value::as_str)),
        other => Box::new(other.as_str().into_iter()),
    }
}

fn conditions(statement: &Map<String, Value>, request: &Request<'_>) -> bool {
    let Some(conditions) = statement.get("Condition").and_then(Value::as_object) else {
        return true;
    };
    conditions.iter().all(|(operator, keys)| {
        let mut keys = keys.as_object().into_iter().flatten();
        keys.all(|(key, expected)| condition(operator, key, expected, request))
    })
}

/// One condition. A key that the request does not have makes it false, as IAM has it, unless the
/// operator is negated or ends with `IfExists`.
fn condition(operator: &str, key: &str, expected: &Value, request: &Request<'_>) -> bool {
    let actual = match key.to_ascii_lowercase().as_str() {
        "aws:sourcearn" => Some(request.rule_arn),
        "aws:securetransport" | "aws:principalisawsservice" => Some("true"),
        "aws:principalservicename" => Some(SERVICE),
        // AWS says that EventBridge does not send aws:SourceAccount to Lambda, and not what it sends
        // to queues: here it sends it nowhere.
        _ => None,
    };
    let (operator, if_exists) = match operator.strip_suffix("IfExists") {
        Some(operator) => (operator, true),
        None => (operator, false),
    };
    if operator == "Null" {
        let absent = if actual.is_none() { "true" } else { "false" };
        return condition_texts(expected).any(|text| text == absent);
    }
    let (operator, negated) = match operator.split_once("Not") {
        Some((kind, rest)) => (format!("{kind}{rest}"), true),
        None => (operator.to_owned(), false),
    };
    let Some(actual) = actual else {
        return negated || if_exists;
    };
    let is = |expected: String| match operator.as_str() {
        "StringEquals" => expected == actual,
        "StringEqualsIgnoreCase" | "Bool" => expected.eq_ignore_ascii_case(actual),
        "StringLike" => glob(&expected, actual),
        "ArnEquals" | "ArnLike" => arn_glob(&expected, actual),
        _ => false,
    };
    condition_texts(expected).any(is) != negated
}

/// The texts of a condition's value; booleans may stand without quotes.
fn condition_texts(value: &Value) -> impl Iterator<Item = String> {
    let values = match value {
        Value::Array(values) => values.clone(),
        other => vec![other.clone()],
    };
    values.into_iter().map(|value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    })
}

/// ARNs are compared part by part: a star does not reach over a colon but in the last part.
fn arn_glob(pattern: &str, arn: &str) -> bool {
    let (mut pattern, mut arn) = (pattern.splitn(6, ':'), arn.splitn(6, ':'));
    loop {
        match (pattern.next(), arn.next()) {
            (None, None) => return true,
            (Some(one), Some(other)) if glob(one, other) => {}
            _ => return false,
        }
    }
}

/// `*` is any text, `?` one character.
fn glob(pattern: &str, text: &str) -> bool {
    // Every delivery is asked about, and most policies name what they mean.
    if !pattern.contains(['*', '?']) {
        return pattern == text;
    }
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where the last star stands and how much it has taken.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(character) if *character == '?' || *character == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match star {
                None => return false,
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    p = at + 1;
                    t = taken + 1;
                }
            },
        }
    }
    pattern[p..].iter().all(|character| *character == '*')
}
