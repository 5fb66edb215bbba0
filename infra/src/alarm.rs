//! CloudWatch alarms. A metric that is only sent when something happens is missing most of the time, so missing data
//! is never a breach.

use std::collections::HashMap;

use pulumi_gestalt_rust::Output;

use crate::aws::cloudwatch::metric_alarm::{
    MetricAlarmArgs, MetricAlarmResult, create_with_options,
};
use crate::aws::types::cloudwatch::{MetricAlarmMetricQuery, MetricAlarmMetricQueryMetric};
use crate::flow::Flow;

/// Dimension to value, as CloudWatch names them.
pub(crate) type Dimensions = Output<HashMap<String, String>>;

/// An alarm on one metric.
pub(crate) struct Alarm {
    pub(crate) name: String,
    /// What it means and what to do, for whoever is woken by it.
    pub(crate) description: &'static str,
    /// For example `AWS/Lambda`.
    pub(crate) namespace: &'static str,
    pub(crate) metric: &'static str,
    pub(crate) dimensions: Dimensions,
    pub(crate) statistic: &'static str,
    /// It alarms when the statistic of five minutes is above this.
    pub(crate) above: f64,
}

/// Declares the alarm.
pub(crate) fn raise(flow: &Flow, alarm: Alarm) -> MetricAlarmResult {
    let Alarm {
        name,
        description,
        namespace,
        metric,
        dimensions,
        statistic,
        above,
    } = alarm;
    let args = MetricAlarmArgs::builder()
        .name(flow.physical(&name))
        .alarm_description(description)
        .namespace(namespace)
        .metric_name(metric)
        .dimensions(dimensions)
        .statistic(statistic)
        .period(300)
        .evaluation_periods(1)
        .comparison_operator("GreaterThanThreshold")
        .threshold(above)
        .treat_missing_data("notBreaching")
        .alarm_actions(actions(flow))
        .build_struct();
    create_with_options(flow.ctx, &name, args, flow.options())
}

/// A metric inside of an alarm that compares two.
#[derive(Clone)]
pub(crate) struct Term {
    /// Its name in the expression.
    pub(crate) id: &'static str,
    pub(crate) namespace: &'static str,
    pub(crate) metric: &'static str,
    pub(crate) dimensions: HashMap<String, String>,
}

/// Declares an alarm on the hourly sums of several metrics: it alarms while `expression` is above 0.
pub(crate) fn raise_on_expression(
    flow: &Flow,
    name: &str,
    description: &str,
    expression: &'static str,
    terms: &Output<Vec<Term>>,
) -> MetricAlarmResult {
    let label = name.to_owned();
    let queries = terms.map(move |terms| {
        let mut queries: Vec<_> = terms.into_iter().map(hourly_sum).collect();
        queries.push(MetricAlarmMetricQuery {
            id: "alarm".to_owned(),
            expression: Some(expression.to_owned()),
            label: Some(label.clone()),
            metric: None,
            return_data: Some(true),
        });
        queries
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
    create_with_options(flow.ctx, name, args, flow.options())
}

fn hourly_sum(term: Term) -> MetricAlarmMetricQuery {
    MetricAlarmMetricQuery {
        id: term.id.to_owned(),
        expression: None,
        label: None,
        metric: Some(Box::new(MetricAlarmMetricQueryMetric {
            namespace: Some(term.namespace.to_owned()),
            metric_name: term.metric.to_owned(),
            dimensions: Some(term.dimensions),
            period: 3600,
            stat: "Sum".to_owned(),
        })),
        return_data: Some(false),
    }
}

fn actions(flow: &Flow) -> Vec<String> {
    flow.settings.alarm_topic_arn.iter().cloned().collect()
}
