//! Lambda function: writes one user.
fn main() {}
