//! `cargo simulate`: plays many seeds and tells what went wrong.

fn main() {}
