//! Lambda function: writes one user.
