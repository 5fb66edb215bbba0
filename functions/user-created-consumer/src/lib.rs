//! Lambda function: receives UserCreated.
