use super::evaluate::Writer;
use super::functions::utility;
use super::node::{Expression, Reference, Step};
use super::value::{Value, get, put};
use super::{RenderError, methods};
use crate::rest::json_path::JsonPath;

/// What a reference stands for; null where a step leads nowhere.
pub(super) fn value(writer: &mut Writer<'_>, reference: &Reference) -> Result<Value, RenderError> {
    let root = get(&writer.names, &reference.name).unwrap_or(Value::Null);
    reference
        .steps
        .iter()
        .try_fold(root, |value, step| follow(writer, &value, step))
}

fn follow(writer: &mut Writer<'_>, value: &Value, step: &Step) -> Result<Value, RenderError> {
    match step {
        Step::Property(name) => Ok(property(writer, value, name)),
        Step::Index(index) => {
            let index = writer.evaluate(index)?;
            Ok(match value {
                Value::List(list) => methods::element(list, &index).unwrap_or(Value::Null),
                Value::Map(map) => get(map, &index.to_text()).unwrap_or(Value::Null),
                _ => Value::Null,
            })
        }
        Step::Method(name, arguments) => match value {
            Value::Input => input(writer, name, arguments),
            Value::Util => {
                let arguments = writer.all(arguments)?;
                utility(name, arguments.first().unwrap_or(&Value::Null))
            }
            _ => {
                let arguments = writer.all(arguments)?;
                methods::call(value, name, &arguments)
            }
        },
    }
}

fn property(writer: &Writer<'_>, value: &Value, name: &str) -> Value {
    match value {
        Value::Input if name == "body" => writer.input.body(),
        Value::Map(map) => get(map, name).unwrap_or(Value::Null),
        _ => Value::Null,
    }
}

fn input(
    writer: &mut Writer<'_>,
    name: &str,
    arguments: &[Expression],
) -> Result<Value, RenderError> {
    if let (name, [Expression::Path(_, path)]) = (name, arguments) {
        return at_path(writer, name, path);
    }
    let arguments = writer.all(arguments)?;
    match (name, arguments.as_slice()) {
        ("params", []) => Ok(writer.input.parameters()),
        ("params", [name]) => Ok(writer.input.parameter(&name.to_text())),
        ("json" | "path", [path]) => {
            // A path that the template put together.
            let path = JsonPath::parse(&path.to_text())
                .map_err(|reason| RenderError::Failed(format!("not supported here: {reason}")))?;
            at_path(writer, name, &path)
        }
        _ => Ok(Value::Null),
    }
}

fn at_path(writer: &Writer<'_>, function: &str, path: &JsonPath) -> Result<Value, RenderError> {
    match function {
        "json" => writer.input.json(path),
        _ => writer.input.path(path),
    }
}

/// Does a `#set`. Velocity 1.7 leaves what a name had if the new value is null.
pub(super) fn assign(
    writer: &mut Writer<'_>,
    target: &Reference,
    value: Value,
) -> Result<(), RenderError> {
    if matches!(value, Value::Null) {
        return Ok(());
    }
    let Some((member, way)) = target.steps.split_last() else {
        put(&writer.names, &target.name, value);
        return Ok(());
    };
    if target.name == "context" && !writer.overridden.insert(target.source.clone()) {
        return Err(RenderError::Failed(format!(
            "{} is set a second time; API Gateway takes one override of each",
            target.source
        )));
    }
    let root = get(&writer.names, &target.name).unwrap_or(Value::Null);
    let holder = way
        .iter()
        .try_fold(root, |held, step| follow(writer, &held, step))?;
    let key = match member {
        Step::Property(name) => name.clone(),
        Step::Index(index) => writer.evaluate(index)?.to_text(),
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
