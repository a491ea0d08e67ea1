//! What `oha --output-format json` leaves at the end. Times are seconds.
//!
//! Names are not told: all requests count as one kind. Reference: `schema.json` of oha.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{failure, micros, status};
use crate::run::engine::counts::{Answers, Counts};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    status_code_distribution: BTreeMap<String, u64>,
    #[serde(default)]
    error_distribution: BTreeMap<String, u64>,
    /// Seconds by percentile; a percentile without requests is null.
    #[serde(default)]
    latency_percentiles: BTreeMap<String, Option<f64>>,
}

const NAME: &str = "all";

/// Reads the document.
pub(super) fn read(document: &[u8], counts: &mut Counts) -> Result<(), String> {
    let report: Report = serde_json::from_slice(document).map_err(|error| error.to_string())?;
    for (code, count) in &report.status_code_distribution {
        let status =
            code.parse().ok().and_then(status).ok_or_else(|| format!("`{}` is no status", code.escape_debug()))?;
        let failure = (!(200..400).contains(&status)).then_some("failed");
        counts.add(Answers { name: NAME, count: *count, status: Some(status), failure, ..Answers::default() });
    }
    for (text, count) in &report.error_distribution {
        counts.add(Answers { name: NAME, count: *count, failure: Some(failure(text)), ..Answers::default() });
    }
    // Two points make the two quantiles that a tally holds.
    for (percentile, share) in [("p50", 98), ("p99", 2)] {
        if let Some(seconds) = report.latency_percentiles.get(percentile).copied().flatten() {
            counts.took(NAME, micros(seconds, 1e6), share);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;
    use crate::policy::TallyFormat::OhaJson;

    #[test]
    fn the_distributions_are_the_counts() {
        let report = r#"{"summary":{"successRate":0.99,"total":1.2},"responseTimeHistogram":{"0.001":3},
            "latencyPercentiles":{"p10":0.0001,"p50":0.002,"p99":0.030,"p99.99":null},
            "statusCodeDistribution":{"200":97,"503":2},"errorDistribution":{"connection refused":1}}"#;
        let tallies = read(OhaJson, report).unwrap().tallies();
        let tally = &tallies["all"];
        assert_eq!(
            (tally.sent, tally.statuses[&200], tally.failures["status 503"], tally.failures["refused"]),
            (100, 97, 2, 1)
        );
        assert!(
            (1990..2010).contains(&tally.latency_us.0) && (29_900..30_300).contains(&tally.latency_us.1),
            "{tally:?}"
        );
        assert!(read(OhaJson, r#"{"statusCodeDistribution":{"ok":1}}"#).is_err());
    }
}
