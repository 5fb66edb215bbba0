use std::path::PathBuf;

use clap::Args;

/// Which project's stack is meant.
#[derive(Clone, Debug, Args)]
pub(crate) struct Place {
    /// Where Pulumi.yaml is, in this directory or above it [default: the current directory]
    #[arg(long, short = 'C', value_name = "DIR")]
    pub(crate) directory: Option<PathBuf>,
    /// Where the local state is kept [default: .outbox beside Pulumi.yaml]
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
}
