use std::collections::{BTreeMap, BTreeSet};

use super::compare::operate;
use super::input::Input;
use super::node::{Expression, Node, Operator, Reference};
use super::scope::{Overrides, Scope};
use super::value::{Map, Value, get, put};
use super::{RenderError, Rendered, reference};

/// The most turns of a `#foreach`.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>
const TURNS: usize = 1000;

/// A template being written.
pub(super) struct Rendering<'a> {
    pub(super) input: Input<'a>,
    /// Every name: those of the language and those the template set.
    pub(super) names: Map,
    /// The parts of `$context.responseOverride` that were set.
    pub(super) overridden: BTreeSet<String>,
}

/// Whether a `#break` ends the loop around.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Break,
}

pub(super) fn render(nodes: &[Node], scope: &Scope<'_>) -> Result<Rendered, RenderError> {
    let context = Value::from_json(scope.context);
    let with = |name: &str| Value::map(vec![(name.to_owned(), Value::map(Vec::new()))]);
    let overrides = with("header");
    if let Value::Map(context) = &context {
        put(context, "responseOverride", overrides.clone());
        if get(context, "requestOverride").is_none() {
            put(context, "requestOverride", with("path"));
        }
    }
    let of_request = match &context {
        Value::Map(context) => get(context, "requestOverride"),
        _ => None,
    };
    let stage_variables = scope.stage_variables.iter();
    let stage_variables = stage_variables.map(|(name, value)| (name.clone(), Value::text(value)));
    let names = Value::map(vec![
        ("input".to_owned(), Value::Input),
        ("util".to_owned(), Value::Util),
        ("context".to_owned(), context),
        (
            "stageVariables".to_owned(),
            Value::map(stage_variables.collect()),
        ),
    ]);
    let Value::Map(names) = names else {
        return Err(RenderError::Failed("no names".to_owned()));
    };
    let mut rendering = Rendering {
        input: Input::new(scope.body, scope.parameters),
        names,
        overridden: BTreeSet::new(),
    };
    let mut text = String::new();
    rendering.write(nodes, &mut text)?;
    Ok(Rendered {
        text,
        overrides: taken(&overrides),
        kept: of_request.map_or_else(BTreeMap::new, |of_request| texts(&of_request, "path")),
    })
}

/// A status that is none is left out, as API Gateway does.
fn taken(overrides: &Value) -> Overrides {
    let Value::Map(overrides) = overrides else {
        return Overrides::default();
    };
    let status = match get(overrides, "status") {
        Some(Value::Integer(status)) => u16::try_from(status).ok(),
        _ => None,
    };
    Overrides {
        status: status.filter(|status| (100..600).contains(status)),
        headers: texts(&Value::Map(overrides.clone()), "header"),
    }
}

/// The members of one map in another, as texts.
fn texts(value: &Value, name: &str) -> BTreeMap<String, String> {
    let Value::Map(value) = value else {
        return BTreeMap::new();
    };
    let Some(Value::Map(members)) = get(value, name) else {
        return BTreeMap::new();
    };
    let members = members.borrow();
    members
        .iter()
        .map(|(name, value)| (name.clone(), value.to_text()))
        .collect()
}

impl Rendering<'_> {
    fn write(&mut self, nodes: &[Node], text: &mut String) -> Result<Flow, RenderError> {
        for node in nodes {
            match node {
                Node::Text(written) => text.push_str(written),
                Node::Reference(reference) => {
                    let value = self.value(reference)?;
                    match value.written() {
                        Some(written) => text.push_str(&written),
                        None if reference.quiet => {}
                        None => text.push_str(&reference.source),
                    }
                }
                Node::Set { target, value, .. } => {
                    let value = self.evaluate(value)?;
                    reference::assign(self, target, value)?;
                }
                Node::If {
                    branches,
                    otherwise,
                } => {
                    let body = self.branch(branches)?.unwrap_or(otherwise);
                    if self.write(body, text)? == Flow::Break {
                        return Ok(Flow::Break);
                    }
                }
                Node::ForEach {
                    variable,
                    over,
                    body,
                } => self.repeat(variable, over, body, text)?,
                Node::Break => return Ok(Flow::Break),
            }
        }
        Ok(Flow::On)
    }

    fn branch<'n>(
        &mut self,
        branches: &'n [(Expression, Vec<Node>)],
    ) -> Result<Option<&'n Vec<Node>>, RenderError> {
        for (test, body) in branches {
            if self.evaluate(test)?.is_true() {
                return Ok(Some(body));
            }
        }
        Ok(None)
    }

    fn repeat(
        &mut self,
        variable: &str,
        over: &Expression,
        body: &[Node],
        text: &mut String,
    ) -> Result<(), RenderError> {
        let items = match self.evaluate(over)? {
            Value::List(list) => list.items.borrow().clone(),
            Value::Map(map) => map
                .borrow()
                .iter()
                .map(|(_, value)| value.clone())
                .collect(),
            _ => Vec::new(),
        };
        if items.len() > TURNS {
            return Err(RenderError::Failed(format!(
                "a #foreach over {} items; AWS allows {TURNS}",
                items.len()
            )));
        }
        let outer = [variable, "foreach"].map(|name| (name, get(&self.names, name)));
        let count = items.len();
        for (index, item) in items.into_iter().enumerate() {
            put(&self.names, variable, item);
            let foreach = Value::map(vec![
                ("index".to_owned(), Value::integer(index)),
                ("count".to_owned(), Value::integer(index + 1)),
                ("hasNext".to_owned(), Value::Bool(index + 1 < count)),
                ("first".to_owned(), Value::Bool(index == 0)),
                ("last".to_owned(), Value::Bool(index + 1 == count)),
            ]);
            put(&self.names, "foreach", foreach);
            if self.write(body, text)? == Flow::Break {
                break;
            }
        }
        for (name, value) in outer {
            put(&self.names, name, value.unwrap_or(Value::Null));
        }
        Ok(())
    }

    pub(super) fn evaluate(&mut self, expression: &Expression) -> Result<Value, RenderError> {
        Ok(match expression {
            Expression::Text(text) | Expression::Path(text, _) => Value::text(text),
            Expression::Interpolated(nodes) => {
                let mut text = String::new();
                self.write(nodes, &mut text)?;
                Value::text(&text)
            }
            Expression::Integer(integer) => Value::Integer(*integer),
            Expression::Decimal(decimal) => Value::Decimal(*decimal),
            Expression::Bool(value) => Value::Bool(*value),
            Expression::List(items) => Value::list(self.all(items)?),
            Expression::Range(first, last) => self.range(first, last)?,
            Expression::Map(entries) => {
                let mut evaluated = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    evaluated.push((self.evaluate(key)?.to_text(), self.evaluate(value)?));
                }
                Value::map(evaluated)
            }
            Expression::Reference(reference) => self.value(reference)?,
            Expression::Not(inner) => Value::Bool(!self.evaluate(inner)?.is_true()),
            Expression::Operation(operator, left, right) => {
                let left = self.evaluate(left)?;
                let decided = match operator {
                    Operator::Or => left.is_true().then_some(true),
                    Operator::And => (!left.is_true()).then_some(false),
                    _ => None,
                };
                match decided {
                    Some(decided) => Value::Bool(decided),
                    None => operate(*operator, &left, &self.evaluate(right)?)?,
                }
            }
        })
    }

    pub(super) fn all(&mut self, expressions: &[Expression]) -> Result<Vec<Value>, RenderError> {
        expressions
            .iter()
            .map(|expression| self.evaluate(expression))
            .collect()
    }

    fn range(&mut self, first: &Expression, last: &Expression) -> Result<Value, RenderError> {
        let (first, last) = (self.evaluate(first)?, self.evaluate(last)?);
        let (Value::Integer(first), Value::Integer(last)) = (&first, &last) else {
            return Ok(Value::Null);
        };
        let length = usize::try_from(first.abs_diff(*last)).unwrap_or(usize::MAX);
        if length >= TURNS {
            return Err(RenderError::Failed(format!(
                "the range {first}..{last} is longer than {TURNS}"
            )));
        }
        let items: Vec<Value> = if first <= last {
            (*first..=*last).map(Value::Integer).collect()
        } else {
            (*last..=*first).rev().map(Value::Integer).collect()
        };
        Ok(Value::list(items))
    }

    fn value(&mut self, reference: &Reference) -> Result<Value, RenderError> {
        reference::value(self, reference)
    }
}
