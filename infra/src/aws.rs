//! The AWS provider's resources as types, generated from `schema/aws.json`.
#![allow(missing_docs, unreachable_pub, clippy::pedantic, reason = "generated")]

pulumi_gestalt_rust::include_provider!("aws");
