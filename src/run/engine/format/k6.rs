//! The stream of `k6 run --out json=FILE`: one JSON object for each point of each metric.
//!
//! Read are `http_reqs` (one point for each request, redirects too), `grpc_req_duration`, `http_req_duration`,
//! `iterations` and `dropped_iterations`. Reference: "JSON output" in the manual of k6.

use std::borrow::Cow;

use serde::Deserialize;

use super::{micros, status};
use crate::run::engine::counts::{Answers, Counts};

#[derive(Deserialize)]
struct Point<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    metric: &'a str,
    #[serde(borrow)]
    data: Data<'a>,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(default)]
    value: f64,
    #[serde(borrow, default)]
    tags: Option<Tags<'a>>,
}

#[derive(Deserialize, Default)]
struct Tags<'a> {
    #[serde(borrow, default)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    method: Cow<'a, str>,
    #[serde(borrow, default)]
    status: Cow<'a, str>,
    #[serde(borrow, default)]
    expected_response: Cow<'a, str>,
    #[serde(borrow, default)]
    error_code: Cow<'a, str>,
}

/// Metrics that are read; a line without any of these words is not even parsed.
const METRICS: [&[u8]; 3] = [b"http_req", b"grpc_req", b"iterations"];

/// Reads one line.
pub(super) fn read(line: &[u8], counts: &mut Counts) -> Result<(), String> {
    if !METRICS.iter().any(|metric| memchr::memmem::find(line, metric).is_some()) {
        return match line.first() {
            Some(b'{') => Ok(()),
            _ => Err("it is no object".to_owned()),
        };
    }
    let Point { kind, metric, data } = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    if kind != "Point" {
        return Ok(());
    }
    let tags = data.tags.unwrap_or_default();
    let name = match tags.name.contains("://") {
        true => Cow::Owned(format!("{} {}", tags.method, tags.name)),
        false => tags.name.clone(),
    };
    // Counters come with the amount by which they rose.
    let amount = micros(data.value, 1.0);
    match metric {
        "http_reqs" => {
            let status = tags.status.parse().ok().and_then(status);
            let failed = tags.expected_response == "false" || status.is_none();
            let failure = failed.then(|| failure(&tags.error_code));
            counts.add(Answers { name: &name, count: amount, status, failure, ..Answers::default() });
        }
        "grpc_req_duration" => {
            let failure = (tags.status != "0").then_some("failed");
            counts.add(Answers { name: &name, count: 1, failure, ..Answers::default() });
            counts.took(&name, micros(data.value, 1e3), 1);
        }
        "http_req_duration" => counts.took(&name, micros(data.value, 1e3), 1),
        "iterations" => counts.iterations = Some(counts.iterations.unwrap_or(0).saturating_add(amount)),
        "dropped_iterations" => counts.dropped = counts.dropped.saturating_add(amount),
        _ => {}
    }
    Ok(())
}

/// The codes are listed under "Error codes" in the manual of k6.
fn failure(code: &str) -> &'static str {
    match code {
        "1050" | "1211" => "timeout",
        "1212" => "refused",
        "1201" | "1220" => "reset",
        "1100" | "1101" | "1210" | "1213" => "unreachable",
        _ => "failed",
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;
    use crate::policy::TallyFormat::K6Json;

    const POINTS: &str = r#"{"type":"Metric","data":{"name":"http_reqs","type":"counter","contains":"default","thresholds":[],"submetrics":null},"metric":"http_reqs"}
{"metric":"http_reqs","type":"Point","data":{"time":"2026-11-21T10:58:06.505866764Z","value":1,"tags":{"expected_response":"true","group":"","method":"GET","name":"http://127.0.0.1:18999/quote/0?client=0","proto":"HTTP/1.1","scenario":"default","status":"200","url":"http://127.0.0.1:18999/quote/0?client=0"}}}
{"metric":"http_req_duration","type":"Point","data":{"time":"2026-11-21T10:58:06.505866764Z","value":0.788916,"tags":{"expected_response":"true","method":"GET","name":"http://127.0.0.1:18999/quote/0?client=0","status":"200"}}}
{"metric":"http_req_blocked","type":"Point","data":{"time":"2026-11-21T10:58:06.505866764Z","value":0.276823,"tags":null}}
{"metric":"vus","type":"Point","data":{"time":"2026-11-21T10:58:06.505866764Z","value":4,"tags":null}}
{"metric":"http_reqs","type":"Point","data":{"time":"x","value":1,"tags":{"expected_response":"false","method":"GET","name":"missing","status":"404","error_code":"1404"}}}
{"metric":"http_reqs","type":"Point","data":{"time":"x","value":1,"tags":{"expected_response":"false","method":"GET","name":"missing","status":"0","error":"request timeout","error_code":"1050"}}}
{"metric":"iterations","type":"Point","data":{"time":"x","value":1,"tags":{"group":"","scenario":"default"}}}
{"metric":"dropped_iterations","type":"Point","data":{"time":"x","value":2,"tags":{"scenario":"default"}}}
"#;

    #[test]
    fn requests_iterations_and_drops_are_counted_by_name_and_status() {
        let counts = read(K6Json, POINTS).unwrap();
        assert_eq!((counts.requests(), counts.iterations, counts.dropped), (3, Some(1), 2));
        let tallies = counts.tallies();
        assert_eq!(tallies["GET /quote/{id}"].statuses[&200], 1);
        assert!((780..800).contains(&tallies["GET /quote/{id}"].latency_us.0));
        let missing = &tallies["missing"];
        assert_eq!((missing.sent, missing.statuses[&404]), (2, 1));
        assert_eq!((missing.failures["status 404"], missing.failures["timeout"]), (1, 1));
    }

    #[test]
    fn a_broken_line_is_told_with_its_number() {
        let refused = read(K6Json, &format!("{POINTS}{{\"metric\":\"http_reqs\",")).unwrap_err();
        assert_eq!(refused.line, 10);
        assert!(read(K6Json, "plain words").is_err());
    }
}
