//! Lambda function: receives UserCreated.
fn main() {}
