//! The configuration of a stack, checked before anything is declared.
//!
//! Descriptions for users stand in `Pulumi.yaml`, and the defaults once more: a test keeps both alike.

use std::ops::RangeInclusive;

use pulumi_gestalt_rust::{ConfigError, Context};

use crate::lease::{ASYNCHRONOUS_TIMEOUT, QUEUE_TIMEOUT};

/// Seconds: a relay spends up to 10 on retries and needs time for the rest of its batch.
const RELAY_TIMEOUT: RangeInclusive<i32> = 15..=900;

/// Seconds: the last attempt and the answer take up to 3, which are kept free.
const TRANSACTION_TIMEOUT: RangeInclusive<i32> = 5..=900;

/// How long CloudWatch Logs can keep a log group's events, in days
/// (<https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>).
const LOG_RETENTION_DAYS: [i32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

/// The memory of a function and how long one invocation may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// MB; CPU grows with it.
    pub(crate) memory_size: i32,
    /// Seconds.
    pub(crate) timeout: i32,
}

/// What publishes the changes of the orders table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OrdersRelay {
    /// A pipe: no code of ours.
    Pipe,
    /// A function, as for the users table.
    Function,
}

/// How many requests each method of an API takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Throttle {
    /// Requests a second, in the long run.
    pub(crate) rate: i32,
    /// Requests at once.
    pub(crate) burst: i32,
}

/// How the orders API is reached.
#[derive(Clone, Debug)]
pub(crate) struct OrdersApi {
    /// `AWS_IAM` or `NONE`.
    pub(crate) authorization: String,
    pub(crate) throttle: Throttle,
    /// Whether this stack declares the account's role for logs of API Gateway.
    pub(crate) log_role: bool,
}

/// All that can be configured, each value within what AWS takes.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// `arm64` or `x86_64`: what the functions were built for.
    pub(crate) architecture: String,
    pub(crate) writer: Size,
    pub(crate) users_relay: Size,
    pub(crate) user_created_consumer: Size,
    pub(crate) orders_relay: OrdersRelay,
    pub(crate) orders_relay_function: Size,
    pub(crate) orders_recovery: Size,
    pub(crate) notify_restaurant: Size,
    pub(crate) order_tracking: Size,
    pub(crate) place_order: Size,
    pub(crate) outbox_relay: Size,
    pub(crate) orders_api: OrdersApi,
    /// How long logs are kept.
    pub(crate) log_retention_days: i32,
    /// How long events stay in the archive of the bus; 0 is for ever.
    pub(crate) archive_retention_days: i32,
    /// Whether the tables can be restored to any second of the last 35 days.
    pub(crate) point_in_time_recovery: bool,
    /// Whether AWS and Pulumi refuse to delete the tables.
    pub(crate) deletion_protection: bool,
    /// Whether a bucket that still holds objects may be deleted with them.
    pub(crate) force_destroy: bool,
    /// The SNS topic that alarms are sent to; none: they are only shown.
    pub(crate) alarm_topic_arn: Option<String>,
}

impl Settings {
    /// Reads every key; one that is not set has its default. The first bad value ends it.
    pub(crate) fn read(ctx: &Context) -> Result<Self, ConfigError> {
        let number = |key: &str, default, range: RangeInclusive<i32>, unit| {
            let (least, most) = (range.start(), range.end());
            let allowed = format!("a whole number from {least} to {most} ({unit})");
            ctx.config_or(key, default, allowed, |value| range.contains(value))
        };
        let size = |function, memory_size, timeout, allowed: RangeInclusive<i32>| {
            let key = |property| format!("{function}{property}");
            Ok::<Size, ConfigError>(Size {
                memory_size: number(&key("MemorySize"), memory_size, 128..=10_240, "MB")?,
                timeout: number(&key("Timeout"), timeout, allowed, "seconds")?,
            })
        };
        let switch = |key, default| ctx.config_or(key, default, "true or false", |_| true);
        let word = |key, default: &str, words: [&str; 2]| {
            let allowed = words.join(" or ");
            let is_one = |value: &String| words.contains(&value.as_str());
            ctx.config_or(key, default.to_owned(), allowed, is_one)
        };
        Ok(Self {
            architecture: word("architecture", "arm64", ["arm64", "x86_64"])?,
            writer: size("writer", 128, 10, 1..=900)?,
            users_relay: size("usersRelay", 256, 30, RELAY_TIMEOUT)?,
            user_created_consumer: size("userCreatedConsumer", 128, 10, ASYNCHRONOUS_TIMEOUT)?,
            orders_relay: match word("ordersRelay", "pipe", ["pipe", "function"])?.as_str() {
                "function" => OrdersRelay::Function,
                _ => OrdersRelay::Pipe,
            },
            orders_relay_function: size("ordersRelay", 256, 30, RELAY_TIMEOUT)?,
            orders_recovery: size("ordersRecovery", 256, 60, RELAY_TIMEOUT)?,
            notify_restaurant: size("notifyRestaurant", 128, 10, QUEUE_TIMEOUT)?,
            order_tracking: size("orderTracking", 128, 10, QUEUE_TIMEOUT)?,
            place_order: size("placeOrder", 128, 10, TRANSACTION_TIMEOUT)?,
            outbox_relay: size("outboxRelay", 256, 30, RELAY_TIMEOUT)?,
            orders_api: OrdersApi {
                authorization: word("ordersApiAuthorization", "AWS_IAM", ["AWS_IAM", "NONE"])?,
                throttle: Throttle {
                    rate: number("ordersApiRateLimit", 2000, 1..=10_000, "requests a second")?,
                    burst: number("ordersApiBurstLimit", 1000, 1..=5000, "requests at once")?,
                },
                log_role: switch("apiGatewayLogRole", true)?,
            },
            log_retention_days: ctx.config_or(
                "logRetentionDays",
                14,
                format!("one of {LOG_RETENTION_DAYS:?} (days)"),
                |value| LOG_RETENTION_DAYS.contains(value),
            )?,
            archive_retention_days: number(
                "archiveRetentionDays",
                14,
                0..=3653,
                "days, 0 is for ever",
            )?,
            point_in_time_recovery: switch("pointInTimeRecovery", true)?,
            deletion_protection: switch("deletionProtection", true)?,
            force_destroy: switch("forceDestroy", false)?,
            alarm_topic_arn: topic(ctx, "alarmTopicArn")?,
        })
    }
}

/// An empty value is the same as none: the default in `Pulumi.yaml` has to be a string.
fn topic(ctx: &Context, key: &str) -> Result<Option<String>, ConfigError> {
    let allowed = "the ARN of an SNS topic, arn:aws:sns:<region>:<account>:<name>";
    let arn = ctx.config_or(key, String::new(), allowed, |arn| {
        let parts: Vec<&str> = arn.split(':').collect();
        arn.is_empty()
            || matches!(parts[..], ["arn", _, "sns", region, account, name]
                if ![region, account, name].contains(&""))
    })?;
    Ok(Some(arn).filter(|arn| !arn.is_empty()))
}
