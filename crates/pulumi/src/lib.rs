//! Pulumi programs in Rust that keep the resource graph.
//!
//! # Why this crate exists
//!
//! `pulumi_gestalt_rust` 0.0.12 is the only published Pulumi SDK for Rust. Its generator and its
//! `Output` are good, and both are used here as they are. What it lacks is the graph: every resource
//! reaches the engine without a parent and without dependencies, so `pulumi up` shows no tree and
//! `pulumi destroy` deletes side by side what must go in order (a role before its policy, a bus
//! before its rule), which AWS refuses. It has no `parent`, `dependsOn` or `protect`, and a refusal
//! is a panic.
//!
//! This crate takes the place of its front: [`Context`], [`Input`], the options and the requests,
//! under the names that generated code and macros look for. A program therefore depends on it by
//! that name:
//!
//! ```toml
//! pulumi_gestalt_rust = { package = "pulumi", path = "crates/pulumi" }
//! ```
//!
//! # What it does
//!
//! - Each property is sent with the URNs of all resources that its value came from, through `map`,
//!   `and_then`, `pulumi_combine!`, `pulumi_format!` and `pulumi_any!` too.
//! - A registration is sent as soon as its inputs are known; exports wait for the end.
//! - In a preview a value that is not known yet is sent as such, at any depth, and closures do not
//!   run on it. Secrets stay secrets.
//! - A refusal is one line and an exit code, see [`run`].
//!
//! # Limits
//!
//! Integers have 32 bits in gestalt; a larger whole number needs a floating-point property. A
//! dependency on a component does not spread to its children. There are no aliases, so a resource
//! that moves below another parent gets another URN and is replaced.
//!
//! # Licence
//!
//! gestalt is under MPL-2.0, which covers its own files only; it is used unmodified.
//!
//! Protocol: <https://github.com/pulumi/pulumi/blob/master/proto/pulumi/resource.proto>.

mod answer;
mod component;
mod config;
mod context;
mod engine;
mod environment;
mod failure;
mod format;
mod input;
mod options;
mod request;
mod run;
mod wire;

pub use answer::CompositeOutput;
pub use component::Component;
pub use config::ConfigError;
pub use context::Context;
pub use failure::Failure;
pub use format::ToOutput;
pub use input::Input;
pub use options::{CustomResourceOptions, Provider};
pub use request::{
    IntoProperty, InvokeResourceRequest, RegisterResourceRequest, ResourceRequestObjectField,
};
pub use run::run;

pub use gestalt::{
    FromPulumiValue, OneOf2, OneOf3, OneOf4, Output, PulumiAny, ToPulumiAny, ToPulumiValue,
    include_provider, pulumi_any, pulumi_combine, pulumi_format,
};

#[doc(hidden)]
pub use gestalt::__private;

pub(crate) use gestalt::__private::pulumi_gestalt_model as model;
