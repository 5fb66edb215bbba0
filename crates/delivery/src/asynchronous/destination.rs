/// Where a function's asynchronous events and the records of them go, each an ARN.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Destinations {
    /// Gets a record of each event that the function took.
    pub on_success: Option<String>,
    /// Gets a record of each event that was given up.
    pub on_failure: Option<String>,
    /// The older way: a queue that gets each event itself that was given up.
    pub dead_letter: Option<String>,
}

/// What an ARN of a destination names.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DestinationKind {
    /// An SQS queue.
    Queue,
    /// An S3 bucket, for failures only.
    Bucket,
    /// A Lambda function, which is invoked asynchronously with the record.
    Function,
    /// An `EventBridge` bus.
    Bus,
}

impl DestinationKind {
    /// `None` for anything that is no destination here, an SNS topic for example.
    #[must_use]
    pub fn of(arn: &str) -> Option<Self> {
        let mut parts = arn.split(':').skip(2);
        let kind = match parts.next()? {
            "sqs" => Self::Queue,
            "s3" => Self::Bucket,
            "lambda" => Self::Function,
            "events" if arn.contains(":event-bus/") => Self::Bus,
            _ => return None,
        };
        arn.starts_with("arn:").then_some(kind)
    }

    /// The largest record that it takes, in bytes.
    #[must_use]
    pub fn maximum_bytes(self) -> Option<usize> {
        match self {
            Self::Queue | Self::Function => Some(super::MAXIMUM_BYTES),
            Self::Bus => Some(super::MAXIMUM_BYTES - BESIDE_A_DETAIL),
            Self::Bucket => None,
        }
    }
}

/// What a `PutEvents` entry has at most beside the record: source, detail-type and two ARNs.
const BESIDE_A_DETAIL: usize = 2048;
