//! What `locust --json-file FILE` leaves at the end: a list with one object for each method and name.
//!
//! Statuses are not told, only how many failed; the file that Plimsoll gives locust besides tells them.
//! Times are milliseconds.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::run::engine::counts::{Answers, Counts};

#[derive(Deserialize)]
struct Row {
    name: String,
    method: Option<String>,
    num_requests: u64,
    num_failures: u64,
    #[serde(default)]
    total_content_length: u64,
    /// How many requests took so many milliseconds.
    #[serde(default)]
    response_times: BTreeMap<String, u64>,
}

/// Reads the document.
pub(super) fn read(document: &[u8], counts: &mut Counts) -> Result<(), String> {
    let rows: Vec<Row> = serde_json::from_slice(document).map_err(|error| error.to_string())?;
    for row in &rows {
        let name = format!("{} {}", row.method.as_deref().unwrap_or_default(), row.name);
        let failed = row.num_failures.min(row.num_requests);
        let answers = Answers { name: &name, ..Answers::default() };
        counts.add(Answers { count: row.num_requests - failed, bytes_in: row.total_content_length, ..answers });
        if failed > 0 {
            counts.add(Answers { count: failed, failure: Some("failed"), ..answers });
        }
        for (millis, count) in &row.response_times {
            let millis: f64 = millis.parse().map_err(|_| format!("`{}` is no time", millis.escape_debug()))?;
            counts.took(&name, super::micros(millis, 1e3), *count);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;
    use crate::policy::TallyFormat::LocustJson;

    #[test]
    fn rows_are_counted_and_failures_are_told() {
        let rows = r#"[{"name":"/quote/[symbol]","method":"GET","last_request_timestamp":1.5,"start_time":1.0,
            "num_requests":40,"num_none_requests":0,"num_failures":3,"total_response_time":90.0,
            "max_response_time":9.1,"min_response_time":0.5,"total_content_length":800,
            "response_times":{"2":39,"9.0":1},"num_reqs_per_sec":{"1":40},"num_fail_per_sec":{"1":3}}]"#;
        let tallies = read(LocustJson, rows).unwrap().tallies();
        let tally = &tallies["GET /quote/[symbol]"];
        assert_eq!((tally.sent, tally.failures["failed"], tally.bytes_in), (40, 3, 800));
        assert!((1990..2010).contains(&tally.latency_us.0));
    }
}
