//! The one place that names parts of this repository's application: what `demo` writes and where it
//! looks for it, and the examples in the help. Every other command takes all names from the declared stack.

/// The function that writes one item per invocation and answers it.
pub(crate) const WRITER: &str = "writer";

/// The function in which every written item's event must arrive.
pub(crate) const CONSUMER: &str = "user-created-consumer";

/// The table that the writer writes to.
pub(crate) const TABLE: &str = "users";

/// What the written things are called in the report.
pub(crate) const ITEMS: &str = "users";

/// Help: where to begin.
pub(crate) const EXAMPLES: &str = "\
Examples:
  cargo outbox demo --users 1               one user, from the write to the consumer
  cargo outbox up                           the declared stack on this machine, until Ctrl-C
  cargo outbox invoke writer '{}'           in a second terminal: write a user
  cargo outbox logs user-created-consumer   what the consumer logged";

/// Help: how to invoke a function.
pub(crate) const INVOKE_EXAMPLES: &str = "\
Exit code: 0 if the function answered, 1 if it failed or could not be reached.

Examples:
  cargo outbox invoke writer
  cargo outbox invoke writer '{\"username\": \"ada\"}'
  echo '{}' | cargo outbox invoke outbox-dev-writer -";

/// Help: how to read a function's output.
pub(crate) const LOGS_EXAMPLES: &str = "\
Examples:
  cargo outbox logs user-created-consumer
  cargo outbox logs writer --follow";

/// Help: how to measure.
pub(crate) const BENCH_EXAMPLES: &str = "\
CPU and memory are what the operating system counted for the finished process.
Exit code: 0 if no event was lost, 1 if one was.

Examples:
  cargo outbox bench relay
  cargo outbox bench relay --failing 5 --outage 5    with a bus that fails
  cargo outbox bench relay --binary bootstrap        the one that cargo-lambda built";
