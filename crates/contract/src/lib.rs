//! What an event is: type, metadata, envelope, pattern, schema and compatibility.
