//! The one place that names parts of this repository's application: what `demo` writes and where it
//! looks for it. Every other command takes all names from the declared stack.

/// The function that writes one item per invocation and answers it.
pub(crate) const WRITER: &str = "writer";

/// The function in which every written item's event must arrive.
pub(crate) const CONSUMER: &str = "user-created-consumer";

/// The table that the writer writes to.
pub(crate) const TABLE: &str = "users";

/// What the written things are called in the report.
pub(crate) const ITEMS: &str = "users";
