//! A declared stack as data: what a Pulumi program asked for, and what it was answered.
//!
//! [`run`] starts a compiled Pulumi program with an engine of our own behind it: no Pulumi CLI, no
//! account, no network beyond loopback. Every registration is recorded with its place in the graph
//! and answered by a [`Provider`], for example [`Aws`], which makes up names, ARNs and URLs the way
//! AWS does. What comes back is the [`Stack`]: an emulator brings it up, a test asserts on it.
//!
//! Reading order: [`Project`] (what `Pulumi.yaml` says), [`run`] and [`Program`], [`Provider`] and
//! [`Aws`], [`Stack`] and [`Resource`].
//!
//! Protocol: <https://github.com/pulumi/pulumi/blob/master/proto/pulumi/resource.proto>.

mod archive;
mod aws;
mod engine;
mod error;
mod fingerprint;
mod project;
mod provider;
mod resource;
mod run;
mod value;

pub use archive::archive_path;
pub use aws::Aws;
pub use error::Error;
pub use project::{Project, Setting};
pub use provider::{Declared, Provider, Refusal};
pub use resource::{Resource, Stack};
pub use run::{Program, run, run_within};
pub use value::UNKNOWN;
