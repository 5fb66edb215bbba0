//! Generates typed resources from a small part of the AWS provider's schema.

use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    pulumi_gestalt_build::generate_from_schema(Path::new("schema/aws.json"))?;
    Ok(())
}
