use super::super::json_path::JsonPath;
use super::TemplateError;
use super::node::{Expression, Operator, Reference, Step};
use super::parse::whole;
use super::scanner::Scanner;

/// Operators from the loosest to the tightest, longer spellings first.
const LEVELS: [&[(&str, Operator)]; 6] = [
    &[("||", Operator::Or), ("or", Operator::Or)],
    &[("&&", Operator::And), ("and", Operator::And)],
    &[
        ("==", Operator::Equal),
        ("!=", Operator::NotEqual),
        ("eq", Operator::Equal),
        ("ne", Operator::NotEqual),
    ],
    &[
        ("<=", Operator::LessOrEqual),
        (">=", Operator::GreaterOrEqual),
        ("<", Operator::Less),
        (">", Operator::Greater),
        ("le", Operator::LessOrEqual),
        ("ge", Operator::GreaterOrEqual),
        ("lt", Operator::Less),
        ("gt", Operator::Greater),
    ],
    &[("+", Operator::Add), ("-", Operator::Subtract)],
    &[
        ("*", Operator::Multiply),
        ("/", Operator::Divide),
        ("%", Operator::Remainder),
    ],
];

/// Reads what stands behind `=` or in a condition.
pub(super) fn expression(scanner: &mut Scanner<'_>) -> Result<Expression, TemplateError> {
    level(scanner, &LEVELS)
}

fn level(
    scanner: &mut Scanner<'_>,
    levels: &[&[(&str, Operator)]],
) -> Result<Expression, TemplateError> {
    let Some((operators, tighter)) = levels.split_first() else {
        return unary(scanner);
    };
    let mut left = level(scanner, tighter)?;
    loop {
        scanner.skip_white_space();
        let found = operators
            .iter()
            .find(|(token, _)| operator(scanner, token))
            .map(|(_, operator)| *operator);
        let Some(operator) = found else {
            return Ok(left);
        };
        let right = level(scanner, tighter)?;
        left = Expression::Operation(operator, Box::new(left), Box::new(right));
    }
}

/// Reads an operator; one of letters ends where its word ends.
fn operator(scanner: &mut Scanner<'_>, token: &str) -> bool {
    let mut ahead = scanner.clone();
    let found = if token.starts_with(char::is_alphabetic) {
        ahead.identifier() == Some(token)
    } else {
        ahead.take(token)
    };
    if found {
        *scanner = ahead;
    }
    found
}

fn unary(scanner: &mut Scanner<'_>) -> Result<Expression, TemplateError> {
    scanner.skip_white_space();
    if operator(scanner, "!") || operator(scanner, "not") {
        return Ok(Expression::Not(Box::new(unary(scanner)?)));
    }
    primary(scanner)
}

fn primary(scanner: &mut Scanner<'_>) -> Result<Expression, TemplateError> {
    match scanner.peek() {
        Some('$') => match reference(scanner)? {
            Some(reference) => Ok(Expression::Reference(reference)),
            None => Err(scanner.error("a `$` without a name")),
        },
        Some('\'') => string(scanner, '\'').map(Expression::Text),
        Some('"') => double_quoted(scanner),
        Some('(') => {
            scanner.take("(");
            let inner = expression(scanner)?;
            scanner.skip_white_space();
            scanner.expect(")", "at the end of the parentheses")?;
            Ok(inner)
        }
        Some('[') => list_or_range(scanner),
        Some('{') => map(scanner),
        Some(digit) if digit.is_ascii_digit() || digit == '-' => number(scanner),
        Some(_) => word(scanner),
        None => Err(scanner.error("an expression is missing")),
    }
}

fn word(scanner: &mut Scanner<'_>) -> Result<Expression, TemplateError> {
    let start = scanner.clone();
    match scanner.identifier() {
        Some("true") => Ok(Expression::Bool(true)),
        Some("false") => Ok(Expression::Bool(false)),
        Some(word) => Err(start.unsupported(format!("the word `{word}` in an expression"))),
        None => {
            let found = start.peek().unwrap_or_default();
            Err(start.error(format!("an expression can't begin with `{found}`")))
        }
    }
}

fn number(scanner: &mut Scanner<'_>) -> Result<Expression, TemplateError> {
    let start = scanner.clone();
    let from = scanner.position();
    scanner.take("-");
    let mut ahead = scanner.clone();
    while let Some(next) = ahead.next() {
        // A range's dots are none of a number's.
        let part = next.is_ascii_digit() || (next == '.' && !scanner.rest().starts_with(".."));
        if !part {
            break;
        }
        *scanner = ahead.clone();
    }
    let text = scanner.since(from);
    if let Ok(integer) = text.parse() {
        return Ok(Expression::Integer(integer));
    }
    match text.parse::<f64>() {
        Ok(decimal) if decimal.is_finite() => Ok(Expression::Decimal(decimal)),
        _ => Err(start.error(format!("`{text}` is not a number"))),
    }
}

/// A quote inside is written twice; a backslash is a backslash.
fn string(scanner: &mut Scanner<'_>, quote: char) -> Result<String, TemplateError> {
    let start = scanner.clone();
    scanner.next();
    let mut text = String::new();
    while let Some(next) = scanner.next() {
        if next != quote {
            text.push(next);
        } else if scanner.peek() == Some(quote) {
            scanner.next();
            text.push(quote);
        } else {
            return Ok(text);
        }
    }
    Err(start.error(format!("a string without its closing {quote}")))
}

fn double_quoted(scanner: &mut Scanner<'_>) -> Result<Expression, TemplateError> {
    let line = scanner.line();
    let text = string(scanner, '"')?;
    if !text.contains(['$', '#']) {
        return Ok(Expression::Text(text));
    }
    let nodes = whole(&mut Scanner::starting_in_line(&text, line))?;
    Ok(Expression::Interpolated(nodes))
}

fn list_or_range(scanner: &mut Scanner<'_>) -> Result<Expression, TemplateError> {
    scanner.take("[");
    let items = items(scanner, "]", |scanner| {
        let first = expression(scanner)?;
        scanner.skip_white_space();
        if !scanner.take("..") {
            return Ok(first);
        }
        let last = expression(scanner)?;
        Ok(Expression::Range(Box::new(first), Box::new(last)))
    })?;
    match <[Expression; 1]>::try_from(items) {
        Ok([range @ Expression::Range(..)]) => Ok(range),
        Ok([item]) => Ok(Expression::List(vec![item])),
        Err(items) => Ok(Expression::List(items)),
    }
}

fn map(scanner: &mut Scanner<'_>) -> Result<Expression, TemplateError> {
    scanner.take("{");
    let entries = items(scanner, "}", |scanner| {
        let key = expression(scanner)?;
        scanner.skip_white_space();
        scanner.expect(":", "behind a key of a map")?;
        Ok((key, expression(scanner)?))
    })?;
    Ok(Expression::Map(entries))
}

/// Reads items with commas between them, up to and with `close`.
fn items<T>(
    scanner: &mut Scanner<'_>,
    close: &str,
    mut item: impl FnMut(&mut Scanner<'_>) -> Result<T, TemplateError>,
) -> Result<Vec<T>, TemplateError> {
    let mut items = Vec::new();
    loop {
        scanner.skip_white_space();
        if scanner.take(close) {
            return Ok(items);
        }
        if !items.is_empty() {
            scanner.expect(",", "between two items")?;
            scanner.skip_white_space();
        }
        items.push(item(scanner)?);
    }
}

/// Reads a reference; nothing is read if the `$` is text, as in `$5`.
pub(super) fn reference(scanner: &mut Scanner<'_>) -> Result<Option<Reference>, TemplateError> {
    let start = scanner.clone();
    let from = scanner.position();
    scanner.take("$");
    let quiet = scanner.take("!");
    let braced = scanner.take("{");
    let Some(name) = scanner.identifier() else {
        *scanner = start;
        return Ok(None);
    };
    let mut steps = Vec::new();
    while let Some(step) = step(scanner)? {
        steps.push(step);
    }
    if braced {
        scanner.expect("}", "at the end of a reference that began with `${`")?;
    }
    Ok(Some(Reference {
        line: start.line(),
        name: name.to_owned(),
        steps,
        quiet,
        source: scanner.since(from).to_owned(),
    }))
}

fn step(scanner: &mut Scanner<'_>) -> Result<Option<Step>, TemplateError> {
    let start = scanner.clone();
    if scanner.take("[") {
        let index = expression(scanner)?;
        scanner.skip_white_space();
        scanner.expect("]", "behind an index")?;
        return Ok(Some(Step::Index(index)));
    }
    if !scanner.take(".") {
        return Ok(None);
    }
    let Some(name) = scanner.identifier() else {
        // A full stop behind a reference.
        *scanner = start;
        return Ok(None);
    };
    if !scanner.take("(") {
        return Ok(Some(Step::Property(name.to_owned())));
    }
    let mut arguments = items(scanner, ")", expression)?;
    if let ("json" | "path", [Expression::Text(text)]) = (name, arguments.as_slice())
        && text.starts_with('$')
    {
        let path = JsonPath::parse(text).map_err(|reason| start.unsupported(reason))?;
        arguments = vec![Expression::Path(text.clone(), path)];
    }
    Ok(Some(Step::Method(name.to_owned(), arguments)))
}
