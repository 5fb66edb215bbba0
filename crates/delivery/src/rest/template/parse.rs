use super::TemplateError;
use super::expression::{expression, reference};
use super::node::Node;
use super::scanner::Scanner;

/// Directives of Velocity that templates of API Gateway rarely need.
const REFUSED: [&str; 7] = [
    "define", "evaluate", "include", "macro", "parse", "return", "stop",
];

/// How a list of nodes ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Text,
    Block,
    Else,
    ElseIf,
}

/// Reads a whole template.
pub(super) fn template(text: &str) -> Result<Vec<Node>, TemplateError> {
    whole(&mut Scanner::new(text))
}

/// Reads all there is: a template, or a string with references in it.
pub(super) fn whole(scanner: &mut Scanner<'_>) -> Result<Vec<Node>, TemplateError> {
    let (nodes, end) = nodes(scanner)?;
    match end {
        End::Text => Ok(nodes),
        End::Block => Err(scanner.error("an #end without a directive that it ends")),
        End::Else | End::ElseIf => Err(scanner.error("an #else or #elseif without its #if")),
    }
}

fn nodes(scanner: &mut Scanner<'_>) -> Result<(Vec<Node>, End), TemplateError> {
    let mut nodes = Vec::new();
    let mut text = String::new();
    loop {
        let Some(next) = scanner.peek() else {
            flush(&mut nodes, &mut text);
            return Ok((nodes, End::Text));
        };
        match next {
            '#' => {
                if comment(scanner)? {
                    continue;
                }
                match directive(scanner)? {
                    Directive::None => {
                        scanner.next();
                        text.push('#');
                    }
                    Directive::Node(node) => {
                        flush(&mut nodes, &mut text);
                        nodes.push(node);
                    }
                    Directive::End(end) => {
                        flush(&mut nodes, &mut text);
                        return Ok((nodes, end));
                    }
                }
            }
            '$' => {
                if let Some(reference) = reference(scanner)? {
                    flush(&mut nodes, &mut text);
                    nodes.push(Node::Reference(reference));
                } else {
                    scanner.next();
                    text.push('$');
                }
            }
            '\\' => {
                scanner.next();
                text.push('\\');
                escape(scanner)?;
            }
            _ => {
                scanner.next();
                text.push(next);
            }
        }
    }
}

fn flush(nodes: &mut Vec<Node>, text: &mut String) {
    if !text.is_empty() {
        nodes.push(Node::Text(std::mem::take(text)));
    }
}

/// A backslash makes text of the reference or directive behind it, in ways that depend on whether the
/// reference has a value.
fn escape(scanner: &Scanner<'_>) -> Result<(), TemplateError> {
    let mut ahead = scanner.clone();
    let escaped = match scanner.peek() {
        Some('$') => reference(&mut ahead)?.is_some(),
        Some('#') => !matches!(directive(&mut ahead), Ok(Directive::None)),
        _ => false,
    };
    if escaped {
        return Err(scanner.unsupported("a `\\` before a reference or directive"));
    }
    Ok(())
}

/// `## to the end of the line`, `#* … *#`; `#[[ … ]]#` is refused.
fn comment(scanner: &mut Scanner<'_>) -> Result<bool, TemplateError> {
    if scanner.rest().starts_with("##") {
        if scanner.through("\n").is_none() {
            scanner.skip_rest();
        }
        return Ok(true);
    }
    if scanner.rest().starts_with("#*") {
        let start = scanner.clone();
        return match scanner.through("*#") {
            Some(_) => Ok(true),
            None => Err(start.error("a comment `#*` without its `*#`")),
        };
    }
    if scanner.rest().starts_with("#[[") {
        return Err(scanner.unsupported("the unparsed content of `#[[ … ]]#`"));
    }
    Ok(false)
}

enum Directive {
    /// A `#` that is text.
    None,
    Node(Node),
    End(End),
}

fn directive(scanner: &mut Scanner<'_>) -> Result<Directive, TemplateError> {
    let start = scanner.clone();
    scanner.take("#");
    let braced = scanner.take("{");
    let Some(name) = scanner.identifier() else {
        *scanner = start;
        return Ok(Directive::None);
    };
    if braced && !scanner.take("}") {
        *scanner = start;
        return Ok(Directive::None);
    }
    let directive = match name {
        "set" => Directive::Node(set(scanner)?),
        "if" => Directive::Node(condition(scanner)?),
        "foreach" => Directive::Node(for_each(scanner)?),
        "break" => Directive::Node(Node::Break),
        "end" => Directive::End(End::Block),
        "else" => Directive::End(End::Else),
        "elseif" => Directive::End(End::ElseIf),
        name if REFUSED.contains(&name) => {
            return Err(start.unsupported(format!("the directive #{name}")));
        }
        // Any other word behind a `#` is text, `#status` for example.
        _ => {
            *scanner = start;
            return Ok(Directive::None);
        }
    };
    if !matches!(directive, Directive::End(End::ElseIf)) {
        scanner.skip_end_of_line();
    }
    Ok(directive)
}

fn set(scanner: &mut Scanner<'_>) -> Result<Node, TemplateError> {
    let line = scanner.line();
    open(scanner, "behind #set")?;
    let Some(target) = reference(scanner)? else {
        return Err(scanner.error("#set wants a reference to set, as in #set($name = …)"));
    };
    scanner.skip_white_space();
    scanner.expect("=", "behind the reference of #set")?;
    let value = expression(scanner)?;
    close(scanner, "at the end of #set")?;
    Ok(Node::Set {
        line,
        target,
        value,
    })
}

fn condition(scanner: &mut Scanner<'_>) -> Result<Node, TemplateError> {
    let start = scanner.clone();
    let mut branches = Vec::new();
    loop {
        open(scanner, "behind #if or #elseif")?;
        let test = expression(scanner)?;
        close(scanner, "at the end of the condition")?;
        scanner.skip_end_of_line();
        let (body, end) = nodes(scanner)?;
        branches.push((test, body));
        let otherwise = match end {
            End::ElseIf => continue,
            End::Block => Vec::new(),
            End::Else => match nodes(scanner)? {
                (otherwise, End::Block) => otherwise,
                _ => return Err(start.error("the #else of this #if has no #end")),
            },
            End::Text => return Err(start.error("an #if without its #end")),
        };
        return Ok(Node::If {
            branches,
            otherwise,
        });
    }
}

fn for_each(scanner: &mut Scanner<'_>) -> Result<Node, TemplateError> {
    let start = scanner.clone();
    open(scanner, "behind #foreach")?;
    let variable = match reference(scanner)? {
        Some(variable) if variable.steps.is_empty() => variable.name,
        _ => return Err(scanner.error("#foreach wants a variable, as in #foreach($item in …)")),
    };
    scanner.skip_white_space();
    scanner.expect("in", "behind the variable of #foreach")?;
    let over = expression(scanner)?;
    close(scanner, "at the end of #foreach")?;
    scanner.skip_end_of_line();
    match nodes(scanner)? {
        (body, End::Block) => Ok(Node::ForEach {
            variable,
            over,
            body,
        }),
        _ => Err(start.error("a #foreach without its #end")),
    }
}

fn open(scanner: &mut Scanner<'_>, place: &str) -> Result<(), TemplateError> {
    scanner.skip_white_space();
    scanner.expect("(", place)?;
    scanner.skip_white_space();
    Ok(())
}

fn close(scanner: &mut Scanner<'_>, place: &str) -> Result<(), TemplateError> {
    scanner.skip_white_space();
    scanner.expect(")", place)
}
