//! cargo outbox: run, watch and measure the outbox on one machine.
fn main() {}
