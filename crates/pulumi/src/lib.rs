//! Pulumi programs in Rust that keep the resource graph.
