//! The Pulumi program: every resource of the outbox.
fn main() {}
