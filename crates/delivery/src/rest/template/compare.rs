use super::RenderError;
use super::node::Operator;
use super::value::Value;

/// What an operator makes of two values. What Velocity can't compute (a text times a number) is null.
pub(super) fn operate(
    operator: Operator,
    left: &Value,
    right: &Value,
) -> Result<Value, RenderError> {
    Ok(match operator {
        Operator::Or => Value::Bool(left.is_true() || right.is_true()),
        Operator::And => Value::Bool(left.is_true() && right.is_true()),
        Operator::Equal => Value::Bool(equal(left, right)),
        Operator::NotEqual => Value::Bool(!equal(left, right)),
        Operator::Less => ordered(left, right, |(left, right)| left < right),
        Operator::LessOrEqual => ordered(left, right, |(left, right)| left <= right),
        Operator::Greater => ordered(left, right, |(left, right)| left > right),
        Operator::GreaterOrEqual => ordered(left, right, |(left, right)| left >= right),
        Operator::Add => add(left, right)?,
        Operator::Subtract => computed(left, right, i64::checked_sub, |left, right| left - right)?,
        Operator::Multiply => computed(left, right, i64::checked_mul, |left, right| left * right)?,
        Operator::Divide => match right {
            Value::Integer(0) => Value::Null,
            _ => computed(left, right, i64::checked_div, |left, right| left / right)?,
        },
        Operator::Remainder => match right {
            Value::Integer(0) => Value::Null,
            _ => computed(left, right, i64::checked_rem, |left, right| left % right)?,
        },
    })
}

/// Numbers by their value, all else as it is written; null equals only null.
pub(super) fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Null, Value::Null) => true,
        (Value::Null, _) | (_, Value::Null) => false,
        (Value::Integer(left), Value::Integer(right)) => left == right,
        _ => match (number(left), number(right)) {
            (Some(left), Some(right)) => (left - right).abs() < f64::EPSILON,
            _ => left.written() == right.written(),
        },
    }
}

/// Only numbers have an order in Velocity; all else is false.
fn ordered(left: &Value, right: &Value, holds: impl Fn((f64, f64)) -> bool) -> Value {
    Value::Bool(number(left).zip(number(right)).is_some_and(holds))
}

fn add(left: &Value, right: &Value) -> Result<Value, RenderError> {
    if number(left).is_none() || number(right).is_none() {
        // With a text on either side `+` joins.
        let joined = left.to_text() + &right.to_text();
        return Ok(Value::text(&joined));
    }
    computed(left, right, i64::checked_add, |left, right| left + right)
}

fn computed(
    left: &Value,
    right: &Value,
    integers: impl Fn(i64, i64) -> Option<i64>,
    decimals: impl Fn(f64, f64) -> f64,
) -> Result<Value, RenderError> {
    if let (Value::Integer(left), Value::Integer(right)) = (left, right) {
        let result = integers(*left, *right);
        let overflow =
            || RenderError::Failed(format!("{left} and {right} are too large to compute with"));
        return result.map(Value::Integer).ok_or_else(overflow);
    }
    let result = number(left).zip(number(right));
    Ok(result.map_or(Value::Null, |(left, right)| {
        Value::Decimal(decimals(left, right))
    }))
}

#[allow(
    clippy::cast_precision_loss,
    reason = "Java widens a long to a double in the same way"
)]
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(integer) => Some(*integer as f64),
        Value::Decimal(decimal) => Some(*decimal),
        _ => None,
    }
}
