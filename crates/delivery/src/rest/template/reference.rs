use super::evaluate::Rendering;
use super::functions::utility;
use super::node::{Expression, Reference, Step};
use super::value::{Value, get, put};
use super::{RenderError, methods};
use crate::rest::json_path::JsonPath;

/// What a reference stands for; null where a step leads nowhere.
pub(super) fn value(
    rendering: &mut Rendering<'_>,
    reference: &Reference,
) -> Result<Value, RenderError> {
    let root = get(&rendering.names, &reference.name).unwrap_or(Value::Null);
    reference
        .steps
        .iter()
        .try_fold(root, |value, step| follow(rendering, &value, step))
}

fn follow(rendering: &mut Rendering<'_>, value: &Value, step: &Step) -> Result<Value, RenderError> {
    match step {
        Step::Property(name) => Ok(property(rendering, value, name)),
        Step::Index(index) => {
            let index = rendering.evaluate(index)?;
            Ok(match value {
                Value::List(list) => methods::element(list, &index).unwrap_or(Value::Null),
                Value::Map(map) => get(map, &index.to_text()).unwrap_or(Value::Null),
                _ => Value::Null,
            })
        }
        Step::Method(name, arguments) => match value {
            Value::Input => input(rendering, name, arguments),
            Value::Util => {
                let arguments = rendering.all(arguments)?;
                utility(name, arguments.first().unwrap_or(&Value::Null))
            }
            _ => {
                let arguments = rendering.all(arguments)?;
                methods::call(value, name, &arguments)
            }
        },
    }
}

fn property(rendering: &Rendering<'_>, value: &Value, name: &str) -> Value {
    match value {
        Value::Input if name == "body" => rendering.input.body(),
        Value::Map(map) => get(map, name).unwrap_or(Value::Null),
        _ => Value::Null,
    }
}

fn input(
    rendering: &mut Rendering<'_>,
    name: &str,
    arguments: &[Expression],
) -> Result<Value, RenderError> {
    if let (name, [Expression::Path(_, path)]) = (name, arguments) {
        return at_path(rendering, name, path);
    }
    let arguments = rendering.all(arguments)?;
    match (name, arguments.as_slice()) {
        ("params", []) => Ok(rendering.input.parameters()),
        ("params", [name]) => Ok(rendering.input.parameter(&name.to_text())),
        ("json" | "path", [path]) => {
            // A path that the template put together.
            let path = JsonPath::parse(&path.to_text())
                .map_err(|reason| RenderError::Failed(format!("not supported here: {reason}")))?;
            at_path(rendering, name, &path)
        }
        _ => Ok(Value::Null),
    }
}

fn at_path(
    rendering: &Rendering<'_>,
    function: &str,
    path: &JsonPath,
) -> Result<Value, RenderError> {
    match function {
        "json" => rendering.input.json(path),
        _ => rendering.input.path(path),
    }
}

/// Does a `#set`. Velocity 1.7 leaves what a name had if the new value is null.
pub(super) fn assign(
    rendering: &mut Rendering<'_>,
    target: &Reference,
    value: Value,
) -> Result<(), RenderError> {
    if matches!(value, Value::Null) {
        return Ok(());
    }
    let Some((member, way)) = target.steps.split_last() else {
        put(&rendering.names, &target.name, value);
        return Ok(());
    };
    if target.name == "context" && !rendering.overridden.insert(target.source.clone()) {
        return Err(RenderError::Failed(format!(
            "{} is set a second time; API Gateway takes one override of each",
            target.source
        )));
    }
    let root = get(&rendering.names, &target.name).unwrap_or(Value::Null);
    let holder = way
        .iter()
        .try_fold(root, |held, step| follow(rendering, &held, step))?;
    let key = match member {
        Step::Property(name) => name.clone(),
        Step::Index(index) => rendering.evaluate(index)?.to_text(),
        Step::Method(..) => return Ok(()),
    };
    match &holder {
        Value::Map(map) => {
            put(map, &key, value);
        }
        Value::List(list) => {
            if let (Ok(index), mut items) = (key.parse::<usize>(), list.items.borrow_mut())
                && let Some(item) = items.get_mut(index)
            {
                *item = value;
            }
        }
        _ => {}
    }
    Ok(())
}
