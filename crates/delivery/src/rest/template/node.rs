use super::super::json_path::JsonPath;

/// One piece of a template.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Text(String),
    Reference(Reference),
    Set {
        line: usize,
        target: Reference,
        value: Expression,
    },
    If {
        branches: Vec<(Expression, Vec<Node>)>,
        otherwise: Vec<Node>,
    },
    ForEach {
        variable: String,
        over: Expression,
        body: Vec<Node>,
    },
    Break,
}

/// `$name`, `$!{name.property.method(arguments)[index]}`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reference {
    pub(super) line: usize,
    pub(super) name: String,
    pub(super) steps: Vec<Step>,
    /// `$!`: writes nothing where there is no value.
    pub(super) quiet: bool,
    /// As it stands in the template: what is written where there is no value.
    pub(super) source: String,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    Property(String),
    Method(String, Vec<Expression>),
    Index(Expression),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expression {
    Text(String),
    /// A literal JSON path, read with the template.
    Path(String, JsonPath),
    /// A string in double quotes with references in it.
    Interpolated(Vec<Node>),
    Integer(i64),
    Decimal(f64),
    Bool(bool),
    List(Vec<Expression>),
    Range(Box<Expression>, Box<Expression>),
    Map(Vec<(Expression, Expression)>),
    Reference(Reference),
    Not(Box<Expression>),
    Operation(Operator, Box<Expression>, Box<Expression>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}
