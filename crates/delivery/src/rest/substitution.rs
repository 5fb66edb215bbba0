use std::collections::BTreeMap;

use serde_json::Value;

use super::source::member;

/// A gateway response's template: text with `$context.…` and `$stageVariables.…` in it. It is not
/// Velocity: nothing else is replaced.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Substitution(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Context(Vec<String>),
    StageVariable(String),
}

/// What Velocity would do and a gateway response does not.
const VELOCITY: [&str; 8] = [
    "#set", "#if", "#foreach", "#end", "#else", "$input", "$util", "$!",
];

impl Substitution {
    /// Reads a template; the error names the first thing that API Gateway would leave as it stands.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(found) = VELOCITY.iter().find(|word| text.contains(**word)) {
            return Err(format!(
                "`{found}` is not supported here: a gateway response's template is no Velocity, only \
                 $context.NAME and $stageVariables.NAME are replaced"
            ));
        }
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            let name: String = name(after);
            let part = if let Some(path) = name.strip_prefix("context.") {
                Part::Context(path.split('.').map(str::to_owned).collect())
            } else if let Some(name) = name.strip_prefix("stageVariables.") {
                Part::StageVariable(name.to_owned())
            } else if name.is_empty() {
                Part::Text("$".to_owned())
            } else {
                return Err(format!(
                    "`${name}` is not supported here: a gateway response's template knows $context.NAME \
                     and $stageVariables.NAME"
                ));
            };
            parts.push(Part::Text(before.to_owned()));
            parts.push(part);
            rest = &after[name.len()..];
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Self(parts))
    }

    /// The text for one refusal. What is put in is escaped as in a JSON string, except the
    /// `messageString`, which brings its own quotes; what is not known is left out.
    pub(super) fn written(
        &self,
        context: &Value,
        stage_variables: &BTreeMap<String, String>,
    ) -> String {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Context(path) => {
                    let value = member(context, path).unwrap_or_default();
                    if path.last().is_some_and(|name| name == "messageString") {
                        text.push_str(&value);
                    } else {
                        text.push_str(&escaped(&value));
                    }
                }
                Part::StageVariable(name) => {
                    let value = stage_variables.get(name).map(String::as_str);
                    text.push_str(&escaped(value.unwrap_or_default()));
                }
            }
        }
        text
    }
}

/// `context.error.message`: names with full stops between them, without one at the end.
pub(super) fn name(text: &str) -> String {
    let length = text
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.')
        .unwrap_or(text.len());
    let name = text[..length].trim_end_matches('.');
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name.to_owned()
    } else {
        String::new()
    }
}

/// As inside a JSON string, without the quotes around it.
pub(super) fn escaped(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::json;

    use super::*;

    #[test]
    fn variables_are_replaced_and_quotes_in_them_stay_json() {
        let context = json!({ "error": {
            "messageString": "\"Invalid \\\"body\\\"\"", "validationErrorString": "[missing ([\"id\"])]",
        }});
        let stage = BTreeMap::from([("help".to_owned(), "a\"b".to_owned())]);
        let template = r#"{"m":$context.error.messageString,"w":"$context.error.validationErrorString","h":"$stageVariables.help.","no":"$context.nothing","cost":"$5"}"#;

        let text = Substitution::parse(template)
            .unwrap()
            .written(&context, &stage);

        let body: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            body,
            json!({
                "m": "Invalid \"body\"", "w": "[missing ([\"id\"])]", "h": "a\"b.", "no": "", "cost": "$5",
            })
        );
    }

    #[test]
    fn what_only_velocity_does_is_refused() {
        for template in [
            "#set($a = 1)",
            "$input.body",
            "{\"a\": $!context.error.message}",
            "$order",
        ] {
            let refusal = Substitution::parse(template).unwrap_err();
            assert!(refusal.contains("not supported here"), "{refusal}");
        }
    }
}
