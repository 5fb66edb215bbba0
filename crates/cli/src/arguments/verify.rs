use std::path::PathBuf;

use clap::Args;
use clap::error::ErrorKind;

use super::Place;
use crate::application;

/// Finds every row of an outbox table that was not published, and says where it lies.
///
/// Looks at the running stack, where it finds the table, the quarantine and the failure destination by itself, or
/// with --aws at a table on AWS. It reads the whole table, which costs read units there, and the whole quarantine,
/// whose messages stay but are hidden meanwhile; it counts as a receive of each.
///
/// A row that lies nowhere was lost to the stream, which keeps records for 24 hours, or was published but not marked,
/// or its relay still tries: find out before you publish it a second time.
#[derive(Debug, Args)]
#[command(after_help = application::VERIFY_EXAMPLES)]
pub(crate) struct Verify {
    /// The outbox table: its name in the Pulumi program, its physical name or its ARN [default: the only one of the
    /// running stack]
    pub(crate) table: Option<String>,
    /// Look at AWS, by the standard environment variables; needs TABLE, --quarantine and --failures
    #[arg(long, conflicts_with_all = ["directory", "state"])]
    pub(crate) aws: bool,
    /// URL of the relay's quarantine queue; may be repeated [default: those of the running stack]
    #[arg(long = "quarantine", value_name = "URL")]
    pub(crate) quarantines: Vec<String>,
    /// Folder with the objects of the mapping's failure bucket; may be repeated [default: those of the running stack]
    #[arg(long = "failures", value_name = "DIR")]
    pub(crate) failures: Vec<PathBuf>,
    /// How many seconds old a row may be before it counts: more than the relay lags behind
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub(crate) grace: u64,
    /// Publish the rows that lie nowhere on this bus (name or ARN) again, under the same event ids, and mark them
    #[arg(long, value_name = "BUS")]
    pub(crate) publish_to: Option<String>,
    #[command(flatten)]
    pub(crate) place: Place,
}

impl Verify {
    /// Refuses a look at AWS that would take what lies in a quarantine or a failure destination for lost.
    pub(super) fn check(&self) -> Result<(), clap::Error> {
        let complete =
            self.table.is_some() && !self.quarantines.is_empty() && !self.failures.is_empty();
        if !self.aws || complete {
            return Ok(());
        }
        Err(clap::Error::raw(
            ErrorKind::MissingRequiredArgument,
            "--aws needs TABLE, --quarantine URL and --failures DIR, which only the running stack tells by itself: \
             the stack's outputs name the table, the queue and the bucket (pulumi stack output), and \
             `aws s3 sync s3://BUCKET DIR` brings the bucket's objects",
        ))
    }
}
