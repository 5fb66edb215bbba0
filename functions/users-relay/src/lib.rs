//! Lambda function: publishes the users table's changes.
