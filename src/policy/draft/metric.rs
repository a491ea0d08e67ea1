//! The names of metrics in a policy.

use super::{At, Section};
use crate::diag::{Code, Diagnostics};
use crate::policy::section::suggest;
use crate::units::{Gauge, Metric, Statistic};

/// Reads `metric`; a missing, unknown or impossible one is reported.
pub(super) fn read_metric(section: &mut Section<'_>, example: &str, out: &mut Diagnostics) -> Option<At<Metric>> {
    let Some(text) = section.text("metric", out) else {
        if !section.has("metric") {
            let message = "the rule does not say what it limits";
            out.push(Code::MissingKey, &section.mark, message, format!("add `metric = \"{example}\"`"));
        }
        return None;
    };
    check_metric(text, out)
}

/// Reads a metric; an unknown or impossible one is reported.
pub(super) fn check_metric(At { value, mark }: At<String>, out: &mut Diagnostics) -> Option<At<Metric>> {
    if let Ok(metric) = value.parse::<Metric>() {
        if metric.exists() {
            return Some(At { value: metric, mark });
        }
        let possible: Vec<String> =
            metric.gauge.statistics().map(|s| format!("`{}.{}`", metric.gauge, s.name())).collect();
        let message = format!("`{value}` cannot be measured");
        out.push(Code::ImpossibleMetric, &mark, message, format!("use {}", possible.join(", ")));
        return None;
    }
    let known: Vec<String> = Gauge::ALL
        .into_iter()
        .flat_map(|gauge| gauge.statistics().map(move |statistic| Metric { gauge, statistic }.to_string()))
        .collect();
    let cure = match value.split_once('.') {
        _ if Gauge::ALL.iter().any(|gauge| gauge.name() == value) => {
            format!("write `<what>.<how>`, for example `{value}.floor`")
        }
        Some((gauge, statistic)) if Gauge::ALL.iter().any(|known| known.name() == gauge) => {
            suggest(statistic, Statistic::ALL.iter().map(|s| s.name()), "known:")
        }
        Some((gauge, _)) if crate::diag::nearest(&value, known.iter().map(String::as_str)).is_none() => {
            suggest(gauge, Gauge::ALL.iter().map(|g| g.name()), "known:")
        }
        _ => suggest(&value, known.iter().map(String::as_str), "`plimsoll explain metric` lists them:"),
    };
    out.push(Code::UnknownMetric, &mark, format!("`{value}` is no metric"), cure);
    None
}
