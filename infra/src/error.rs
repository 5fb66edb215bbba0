//! Why the program declares nothing.

/// What is wrong with the stack's name or its configuration. Nothing was declared.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A value of the configuration is missing or not allowed; the text names both.
    #[error("{0}; nothing was declared")]
    Config(#[from] pulumi_gestalt_rust::ConfigError),
    /// A contract can't be said in AWS's words.
    #[error("{contract}: {reason}; nothing was declared")]
    Contract {
        /// The Rust type.
        contract: &'static str,
        /// What can't be said.
        reason: String,
    },
    /// Project and stack make names that AWS refuses.
    #[error(
        "names would begin with \"{prefix}\" (project and stack); allowed are at most {longest} \
         characters of a-z, 0-9 and \"-\"; nothing was declared; choose another stack with \
         `pulumi stack init <name>`"
    )]
    StackName {
        /// `<project>-<stack>`.
        prefix: String,
        /// The number of characters that fit.
        longest: usize,
    },
}
