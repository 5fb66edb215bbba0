/// What stands behind a keyword.
#[derive(Clone, Copy)]
pub(super) enum Holds {
    /// No schema.
    Plain,
    Schema,
    SchemaOrBoolean,
    /// A schema or a list of them.
    Schemas,
    /// Schemas by name.
    Named,
    /// A text for people, which the draft does not know.
    Nothing,
}

/// The keywords of draft 4 (<https://json-schema.org/draft-04/schema>), and those of later drafts that mean nothing to
/// a validator. Any other is a rule that would be lost.
pub(super) const KEYWORDS: [(&str, Holds); 36] = [
    ("$schema", Holds::Plain),
    ("$ref", Holds::Plain),
    ("title", Holds::Plain),
    ("description", Holds::Plain),
    ("default", Holds::Plain),
    ("type", Holds::Plain),
    ("enum", Holds::Plain),
    ("format", Holds::Plain),
    ("multipleOf", Holds::Plain),
    ("maximum", Holds::Plain),
    ("exclusiveMaximum", Holds::Plain),
    ("minimum", Holds::Plain),
    ("exclusiveMinimum", Holds::Plain),
    ("maxLength", Holds::Plain),
    ("minLength", Holds::Plain),
    ("pattern", Holds::Plain),
    ("maxItems", Holds::Plain),
    ("minItems", Holds::Plain),
    ("uniqueItems", Holds::Plain),
    ("maxProperties", Holds::Plain),
    ("minProperties", Holds::Plain),
    ("required", Holds::Plain),
    ("additionalItems", Holds::SchemaOrBoolean),
    ("additionalProperties", Holds::SchemaOrBoolean),
    ("items", Holds::Schemas),
    ("allOf", Holds::Schemas),
    ("anyOf", Holds::Schemas),
    ("oneOf", Holds::Schemas),
    ("not", Holds::Schema),
    ("definitions", Holds::Named),
    ("properties", Holds::Named),
    ("patternProperties", Holds::Named),
    ("examples", Holds::Nothing),
    ("deprecated", Holds::Nothing),
    ("readOnly", Holds::Nothing),
    ("writeOnly", Holds::Nothing),
];
