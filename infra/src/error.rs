//! Why the program declares nothing.

/// What is wrong with the stack's name or its configuration. Nothing was declared.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum Error {
    /// A value of the configuration is outside of what is allowed.
    #[error(
        "config {project}:{key} is \"{value}\", allowed is {allowed}; nothing was declared. \
         Set it with: pulumi config set {key} <value>"
    )]
    Config {
        /// The project, which is the namespace of the key.
        project: String,
        /// The key without its namespace.
        key: &'static str,
        /// The value as it was given.
        value: String,
        /// What may stand there, with units.
        allowed: String,
    },
    /// Project and stack make names that AWS refuses.
    #[error(
        "names would begin with \"{prefix}\" (project and stack), allowed are at most {longest} characters \
         of a-z, 0-9 and \"-\"; nothing was declared. Choose another stack: pulumi stack init <name>"
    )]
    StackName {
        /// `<project>-<stack>`.
        prefix: String,
        /// The number of characters that fit.
        longest: usize,
    },
}
