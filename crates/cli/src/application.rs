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

/// What the report's figures are of.
pub(crate) const WAY: &str = "users, from the write to the consumer";

/// The flow whose items clients write through a REST API.
pub(crate) mod orders {
    /// The REST API's name in the program.
    pub(crate) const API: &str = "orders-api";

    /// Where items are created; one item is a path below it.
    pub(crate) const PATH: &str = "/orders";

    /// The table that the API writes to.
    pub(crate) const TABLE: &str = "orders";

    /// The field of which an item is never twice in the same state.
    pub(crate) const STATE: &str = "status";

    /// Fields of an order that its events don't have: when something happened stands in their metadata.
    pub(crate) const UNTOLD: [&str; 1] = ["occurredAt"];

    /// What the written things are called in the report.
    pub(crate) const ITEMS: &str = "orders";

    /// What the report's figures are of.
    pub(crate) const WAY: &str = "orders, from the request to both consumers";

    /// The functions in which events must arrive, and the only state that they hear of.
    pub(crate) const CONSUMERS: [(&str, Option<&str>); 2] = [
        ("notify-restaurant", Some("CREATED")),
        ("order-tracking", None),
    ];

    /// The table in which a consumer keeps each item's state.
    pub(crate) const KEPT: &str = "tracking";

    /// What became of that, in the report.
    pub(crate) const KEPT_ROW: &str = "tracked as stored";

    /// How items are changed after they were created, one way after the other.
    pub(crate) const CHANGES: [&[&str]; 4] = [
        &["ACCEPTED"],
        &["ACCEPTED", "COOKING", "DELIVERED"],
        &["CANCELLED"],
        &["ACCEPTED", "CANCELLED"],
    ];

    /// The request that creates the item with this number, with texts that must come through unharmed.
    pub(crate) fn order(number: u32) -> String {
        let restaurants = [
            "Zum \"Löwen\"",
            "O'Hara & <Sons>",
            "two\nlines\tand a \\",
            "",
            "すし 🍣",
        ];
        let restaurant = restaurants
            .iter()
            .cycle()
            .nth(number as usize % restaurants.len());
        serde_json::json!({ "status": "CREATED", "restaurant": restaurant }).to_string()
    }
}

/// Help: where to begin.
pub(crate) const EXAMPLES: &str = "\
Examples:
  cargo outbox demo --users 1               one user, from the write to the consumer
  cargo outbox demo --flow orders           orders, from the request to both consumers
  cargo outbox up                           the declared stack on this machine, until Ctrl-C
  cargo outbox invoke writer '{}'           in a second terminal: write a user
  cargo outbox logs user-created-consumer   what the consumer logged";

/// Help: how to run the main job.
pub(crate) const DEMO_EXAMPLES: &str = "\
Runs on free ports and keeps its state in memory unless --state is given.
With --release a debug build of this program, as in a clone of the toolkit, builds itself optimised and goes on so.
Exit code: 0 if everything written reached all of its consumers unchanged, 1 if not.
A line of FILE that is refused is reported with its number; it is not written, so not missing.

Examples:
  cargo outbox demo --users 1
  cargo outbox demo --users 200 --poll aws
  cargo outbox demo --from users.jsonl
  cargo outbox demo --flow orders --orders 200
  cargo outbox demo --flow orders --orders 500 --rate 50 --bus-outage 3";

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
  cargo outbox logs writer --follow
  cargo outbox logs orders-api              the REST API's access log";

/// Help: how to measure.
pub(crate) const BENCH_EXAMPLES: &str = "\
CPU and memory are what the operating system counted for the finished process. What drives it is built
optimised (cargo profile `local`) and keeps to one thread, so that it takes little of the machine.
Exit code: 0 if no event was lost, 1 if one was.

Examples:
  cargo outbox bench relay
  cargo outbox bench relay --failing 5 --outage 5    with a bus that fails
  cargo outbox bench relay --binary bootstrap        the one that cargo-lambda built";

/// Help: how to verify an outbox.
pub(crate) const VERIFY_EXAMPLES: &str = "\
Exit code: 0 if every row that is old enough was published, or lies in a quarantine or a failure destination, or was
published again; 3 if rows lie nowhere, or not all of them could be published again and marked so; 1 if it could not
look; 2 for a command line that makes no sense.

On AWS it needs the rights dynamodb:Scan on the table and sqs:GetQueueAttributes, sqs:ReceiveMessage and
sqs:ChangeMessageVisibility on the queue; to publish also dynamodb:UpdateItem, events:DescribeEventBus and
events:PutEvents.

Examples:
  cargo outbox verify                                     the outbox of the running stack
  cargo outbox verify --grace 0                           also what was written a moment ago
  cargo outbox verify --publish-to outbox-dev-events      publish again what lies nowhere

  aws s3 sync \"s3://$(pulumi stack output outboxStreamFailuresBucket)\" failures
  cargo outbox verify --aws \"$(pulumi stack output outboxTable)\" --failures failures \\
    --quarantine \"$(pulumi stack output outboxQuarantineQueueUrl)\"";
