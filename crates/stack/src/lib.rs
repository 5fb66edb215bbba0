//! A declared stack as data: what a Pulumi program asked for, and what it was answered.

mod resource;

pub use resource::{Resource, Stack};
