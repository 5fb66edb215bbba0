//! CloudWatch alarms. A metric that is only sent when something happens is missing most of the time, so missing data
//! is never a breach.

use std::collections::HashMap;

use pulumi_gestalt_rust::Output;

use crate::aws::cloudwatch::metric_alarm::{MetricAlarmArgs, create_with_options};
use crate::aws::types::cloudwatch::{MetricAlarmMetricQuery, MetricAlarmMetricQueryMetric};
use crate::flow::Flow;

/// Five minutes: what an alarm on one metric looks at.
const PERIOD_SECONDS: i32 = 300;
/// Six hours: what an alarm on an expression looks at.
const EXPRESSION_PERIOD_SECONDS: i32 = 6 * 3600;

/// Dimension to value, as CloudWatch names them.
pub(crate) type Dimensions = HashMap<String, String>;

/// A metric of one thing.
#[derive(Clone)]
pub(crate) struct Metric {
    /// For example `AWS/Lambda`.
    pub(crate) namespace: &'static str,
    pub(crate) name: &'static str,
    pub(crate) dimensions: Output<Dimensions>,
}

impl Metric {
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
            name,
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
        .metric_name(metric.name)
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

/// Declares an alarm that goes off while `expression` on the six-hour sums of two metrics is above 0. In the expression
/// they are called by the names given here.
pub(crate) fn alarm_on_expression(
    flow: &Flow,
    name: &str,
    description: &str,
    expression: &'static str,
    metrics: [(&'static str, Metric); 2],
) {
    let [one, other] = metrics.map(|(id, metric)| sum(id, metric));
    let queries = pulumi_gestalt_rust::pulumi_combine!(one, other).map(move |(one, other)| {
        let result = MetricAlarmMetricQuery {
            id: "result".to_owned(),
            expression: Some(expression.to_owned()),
            metric: None,
            return_data: Some(true),
        };
        vec![one, other, result]
    });
    let args = MetricAlarmArgs::builder()
        .name(flow.physical(name))
        .alarm_description(description)
        .metric_queries(queries)
        .evaluation_periods(1)
        .comparison_operator("GreaterThanThreshold")
        .threshold(0.0)
        .treat_missing_data("notBreaching")
        .alarm_actions(actions(flow))
        .build_struct();
    create_with_options(flow.ctx, name, args, flow.options());
}

fn sum(id: &'static str, metric: Metric) -> Output<MetricAlarmMetricQuery> {
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
            metric_name: name.to_owned(),
            dimensions: Some(dimensions),
            period: EXPRESSION_PERIOD_SECONDS,
            stat: "Sum".to_owned(),
        })),
        return_data: Some(false),
    })
}

fn actions(flow: &Flow) -> Vec<String> {
    flow.settings.alarm_topic_arn.iter().cloned().collect()
}
