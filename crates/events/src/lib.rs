//! This application's items and events.
