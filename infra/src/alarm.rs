//! CloudWatch alarms. A metric that is only sent when something happens is missing most of the time, so missing data
//! is never a breach.

use std::borrow::Cow;
use std::collections::HashMap;

use pulumi_gestalt_rust::{Output, pulumi_combine};

use crate::aws::cloudwatch::metric_alarm::{MetricAlarmArgs, create_with_options};
use crate::aws::types::cloudwatch::{MetricAlarmMetricQuery, MetricAlarmMetricQueryMetric};
use crate::flow::Flow;

/// Five minutes: what an alarm on one metric looks at.
const PERIOD_SECONDS: i32 = 300;

/// Dimension to value, as CloudWatch names them.
pub(crate) type Dimensions = HashMap<String, String>;

/// A metric of one thing.
#[derive(Clone)]
pub(crate) struct Metric {
    /// For example `AWS/Lambda`.
    pub(crate) namespace: &'static str,
    pub(crate) name: Cow<'static, str>,
    pub(crate) dimensions: Output<Dimensions>,
}

impl Metric {
    /// A metric with two dimensions.
    pub(crate) fn of_both(
        namespace: &'static str,
        name: &'static str,
        one: (&'static str, &Output<String>),
        other: (&'static str, &Output<String>),
    ) -> Self {
        let names = [one.0, other.0];
        let dimensions =
            pulumi_combine!(one.1.clone(), other.1.clone()).map(move |(one, other)| {
                let pairs = names.into_iter().map(str::to_owned).zip([one, other]);
                pairs.collect::<Dimensions>()
            });
        Self {
            namespace,
            name: Cow::Borrowed(name),
            dimensions,
        }
    }

    /// A metric without a dimension.
    pub(crate) fn without_dimensions(namespace: &'static str, name: String) -> Self {
        Self {
            namespace,
            name: Cow::Owned(name),
            dimensions: Output::new(Dimensions::new()),
        }
    }

    /// A metric with one dimension.
    pub(crate) fn of(
        namespace: &'static str,
        name: &'static str,
        dimension: &'static str,
        value: &Output<String>,
    ) -> Self {
        let dimensions = value.map(move |value| Dimensions::from([(dimension.to_owned(), value)]));
        Self {
            namespace,
            name: Cow::Borrowed(name),
            dimensions,
        }
    }
}

/// When an alarm goes off.
#[derive(Clone, Copy)]
pub(crate) enum Above {
    /// The sum of five minutes is above this.
    Sum(f64),
    /// The highest value of five minutes is above this.
    Maximum(f64),
}

/// Declares an alarm on one metric. The description is for whoever is woken by it: what it means, what to do.
pub(crate) fn alarm(flow: &Flow, name: &str, description: &str, metric: Metric, above: Above) {
    let (statistic, threshold) = match above {
        Above::Sum(threshold) => ("Sum", threshold),
        Above::Maximum(threshold) => ("Maximum", threshold),
    };
    let args = MetricAlarmArgs::builder()
        .name(flow.physical(name))
        .alarm_description(description)
        .namespace(metric.namespace)
        .metric_name(metric.name.as_ref())
        .dimensions(metric.dimensions)
        .statistic(statistic)
        .period(PERIOD_SECONDS)
        .evaluation_periods(1)
        .comparison_operator("GreaterThanThreshold")
        .threshold(threshold)
        .treat_missing_data("notBreaching")
        .alarm_actions(actions(flow))
        .build_struct();
    create_with_options(flow.ctx, name, args, flow.options());
}

/// An expression on metrics, which are called in it by their names here, and when it is a reason to wake somebody.
pub(crate) struct Expression {
    /// Above 0 is bad.
    pub(crate) formula: &'static str,
    /// Each with its statistic, for example `Sum`.
    pub(crate) metrics: [(&'static str, Metric, &'static str); 2],
    pub(crate) window: Window,
}

/// How long an expression is looked at.
#[derive(Clone, Copy)]
pub(crate) struct Window {
    /// What one value of the expression is about.
    pub(crate) period_seconds: i32,
    /// How many of the last values are looked at.
    pub(crate) periods: i32,
    /// How many of those must be bad.
    pub(crate) bad: i32,
}

impl Window {
    /// Six hours at once.
    pub(crate) const SIX_HOURS: Self = Self {
        period_seconds: 6 * 3600,
        periods: 1,
        bad: 1,
    };
}

/// Declares an alarm that goes off while the expression is above 0.
pub(crate) fn alarm_on_expression(flow: &Flow, name: &str, description: &str, watched: Expression) {
    let Expression {
        formula,
        metrics,
        window,
    } = watched;
    let period = window.period_seconds;
    let [one, other] = metrics.map(|(id, metric, stat)| query(id, metric, stat, period));
    let queries = pulumi_combine!(one, other).map(move |(one, other)| {
        let result = MetricAlarmMetricQuery {
            id: "result".to_owned(),
            expression: Some(formula.to_owned()),
            metric: None,
            return_data: Some(true),
        };
        vec![one, other, result]
    });
    let args = MetricAlarmArgs::builder()
        .name(flow.physical(name))
        .alarm_description(description)
        .metric_queries(queries)
        .evaluation_periods(window.periods)
        .datapoints_to_alarm(window.bad)
        .comparison_operator("GreaterThanThreshold")
        .threshold(0.0)
        .treat_missing_data("notBreaching")
        .alarm_actions(actions(flow))
        .build_struct();
    create_with_options(flow.ctx, name, args, flow.options());
}

fn query(
    id: &'static str,
    metric: Metric,
    stat: &'static str,
    period: i32,
) -> Output<MetricAlarmMetricQuery> {
    let Metric {
        namespace,
        name,
        dimensions,
    } = metric;
    dimensions.map(move |dimensions| MetricAlarmMetricQuery {
        id: id.to_owned(),
        expression: None,
        metric: Some(Box::new(MetricAlarmMetricQueryMetric {
            namespace: Some(namespace.to_owned()),
            metric_name: name.to_string(),
            dimensions: Some(dimensions),
            period,
            stat: stat.to_owned(),
        })),
        return_data: Some(false),
    })
}

fn actions(flow: &Flow) -> Vec<String> {
    flow.settings.alarm_topic_arn.iter().cloned().collect()
}
