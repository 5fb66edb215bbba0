//! Finds what a template asks for that is not done here, before any request does.

use std::collections::BTreeSet;

use super::TemplateError;
use super::functions::UTILITIES;
use super::methods::METHODS;
use super::node::{Expression, Node, Reference, Step};

/// The members of `$context` that a mapping template may read.
pub(in crate::rest) const CONTEXT: [&str; 19] = [
    "accountId",
    "apiId",
    "deploymentId",
    "domainName",
    "domainPrefix",
    "extendedRequestId",
    "httpMethod",
    "identity.accessKey",
    "identity.sourceIp",
    "identity.userAgent",
    "identity.userArn",
    "path",
    "protocol",
    "requestId",
    "requestTime",
    "requestTimeEpoch",
    "resourceId",
    "resourcePath",
    "stage",
];

const OF_THE_LANGUAGE: [&str; 5] = ["context", "foreach", "input", "stageVariables", "util"];

/// Refuses the first reference that can't be done here.
pub(super) fn check(nodes: &[Node]) -> Result<(), TemplateError> {
    let mut names = BTreeSet::from(OF_THE_LANGUAGE);
    collect(nodes, &mut names);
    Checker { names }.nodes(nodes)
}

/// All names that are set anywhere: a template may use one in a loop before the line that sets it.
fn collect<'a>(nodes: &'a [Node], names: &mut BTreeSet<&'a str>) {
    for node in nodes {
        match node {
            Node::Set { target, .. } => {
                names.insert(&target.name);
            }
            Node::If {
                branches,
                otherwise,
            } => {
                for (_, body) in branches {
                    collect(body, names);
                }
                collect(otherwise, names);
            }
            Node::ForEach { variable, body, .. } => {
                names.insert(variable);
                collect(body, names);
            }
            Node::Text(_) | Node::Reference(_) | Node::Break => {}
        }
    }
}

struct Checker<'a> {
    names: BTreeSet<&'a str>,
}

impl Checker<'_> {
    fn nodes(&self, nodes: &[Node]) -> Result<(), TemplateError> {
        nodes.iter().try_for_each(|node| match node {
            Node::Text(_) | Node::Break => Ok(()),
            Node::Reference(reference) => self.reference(reference),
            Node::Set {
                line,
                target,
                value,
            } => {
                target_of_set(*line, target)?;
                self.expression(value)
            }
            Node::If {
                branches,
                otherwise,
            } => {
                for (test, body) in branches {
                    self.expression(test)?;
                    self.nodes(body)?;
                }
                self.nodes(otherwise)
            }
            Node::ForEach { over, body, .. } => {
                self.expression(over)?;
                self.nodes(body)
            }
        })
    }

    fn expression(&self, expression: &Expression) -> Result<(), TemplateError> {
        match expression {
            Expression::Interpolated(nodes) => self.nodes(nodes),
            Expression::List(items) => items.iter().try_for_each(|item| self.expression(item)),
            Expression::Map(entries) => entries.iter().try_for_each(|(key, value)| {
                self.expression(key)?;
                self.expression(value)
            }),
            Expression::Reference(reference) => self.reference(reference),
            Expression::Not(inner) => self.expression(inner),
            Expression::Range(left, right) | Expression::Operation(_, left, right) => {
                self.expression(left)?;
                self.expression(right)
            }
            Expression::Text(_)
            | Expression::Path(..)
            | Expression::Integer(_)
            | Expression::Decimal(_)
            | Expression::Bool(_) => Ok(()),
        }
    }

    fn reference(&self, reference: &Reference) -> Result<(), TemplateError> {
        if !self.names.contains(reference.name.as_str()) {
            return Err(refused(
                reference,
                "no #set gives it a value, so it would be written as it stands",
            ));
        }
        for step in &reference.steps {
            match step {
                Step::Method(_, arguments) => {
                    arguments
                        .iter()
                        .try_for_each(|argument| self.expression(argument))?;
                }
                Step::Index(index) => self.expression(index)?,
                Step::Property(_) => {}
            }
        }
        let steps = match reference.name.as_str() {
            "input" => of_input(reference)?,
            "util" => of_util(reference)?,
            "context" => of_context(reference)?,
            _ => &reference.steps,
        };
        let unknown = steps.iter().find_map(|step| match step {
            Step::Method(name, _) if !METHODS.contains(&name.as_str()) => Some(name),
            _ => None,
        });
        match unknown {
            Some(name) => Err(refused(reference, format!("the method {name}"))),
            None => Ok(()),
        }
    }
}

fn of_input(reference: &Reference) -> Result<&[Step], TemplateError> {
    let possible = "$input has body, json(path), path(path), params() and params(name)";
    let Some((first, rest)) = reference.steps.split_first() else {
        return Err(refused(reference, possible));
    };
    let known = match first {
        Step::Property(name) => name == "body",
        Step::Method(name, arguments) => match name.as_str() {
            "json" | "path" => arguments.len() == 1,
            "params" => arguments.len() <= 1,
            _ => false,
        },
        Step::Index(_) => false,
    };
    if known {
        Ok(rest)
    } else {
        Err(refused(reference, possible))
    }
}

fn of_util(reference: &Reference) -> Result<&[Step], TemplateError> {
    match reference.steps.split_first() {
        Some((Step::Method(name, arguments), rest))
            if UTILITIES.contains(&name.as_str()) && arguments.len() == 1 =>
        {
            Ok(rest)
        }
        _ => Err(refused(
            reference,
            format!("$util has {}, with one argument each", UTILITIES.join(", ")),
        )),
    }
}

fn of_context(reference: &Reference) -> Result<&[Step], TemplateError> {
    let path = properties(reference);
    let overrides =
        path.starts_with("responseOverride.") || path.starts_with("requestOverride.path.");
    if CONTEXT.contains(&path.as_str()) || overrides {
        return Ok(&reference.steps);
    }
    Err(refused(
        reference,
        format!("mapping templates see {}", CONTEXT.join(", ")),
    ))
}

/// The properties behind a name, up to the first method or index: `identity.sourceIp`.
fn properties(reference: &Reference) -> String {
    let names = reference.steps.iter().map_while(|step| match step {
        Step::Property(name) => Some(name.as_str()),
        _ => None,
    });
    names.collect::<Vec<_>>().join(".")
}

fn target_of_set(line: usize, target: &Reference) -> Result<(), TemplateError> {
    let refuse = |reason: &str| TemplateError {
        line,
        reason: format!("not supported here: #set({} = …): {reason}", target.source),
    };
    if target
        .steps
        .iter()
        .any(|step| matches!(step, Step::Method(..)))
    {
        return Err(refuse("what a method answers can't be set"));
    }
    match target.name.as_str() {
        "context" => {
            let path = properties(target);
            let known = path == "responseOverride.status"
                || path.starts_with("responseOverride.header")
                || path.starts_with("requestOverride.path");
            if known {
                Ok(())
            } else {
                Err(refuse(
                    "of $context only responseOverride.status, responseOverride.header and \
                     requestOverride.path can be set",
                ))
            }
        }
        name if OF_THE_LANGUAGE.contains(&name) => Err(refuse("the name belongs to API Gateway")),
        _ => Ok(()),
    }
}

fn refused(reference: &Reference, reason: impl std::fmt::Display) -> TemplateError {
    TemplateError {
        line: reference.line,
        reason: format!("not supported here: {}: {reason}", reference.source),
    }
}
