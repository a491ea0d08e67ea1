//! The stream of `vegeta encode -to json`: one JSON object for each hit. Times are nanoseconds.
//!
//! Reference: `lib/results.go` of vegeta.

use std::borrow::Cow;

use serde::Deserialize;

use super::{failure, status};
use crate::run::engine::counts::{Answers, Counts};

#[derive(Deserialize)]
struct Hit<'a> {
    code: u64,
    latency: u64,
    #[serde(default)]
    bytes_out: u64,
    #[serde(default)]
    bytes_in: u64,
    #[serde(borrow, default)]
    error: Cow<'a, str>,
    #[serde(borrow, default)]
    method: Cow<'a, str>,
    #[serde(borrow, default)]
    url: Cow<'a, str>,
}

/// Reads one line.
pub(super) fn read(line: &[u8], counts: &mut Counts) -> Result<(), String> {
    let hit: Hit<'_> = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    if hit.code == 0 && hit.method.is_empty() && hit.url.is_empty() {
        // A worker that found no target any more: nothing was sent.
        return Ok(());
    }
    let name = format!("{} {}", hit.method, hit.url);
    let status = status(hit.code);
    let failed = status.is_none_or(|status| !(200..400).contains(&status));
    let failure = failed.then(|| failure(&hit.error));
    let (bytes_out, bytes_in) = (hit.bytes_out, hit.bytes_in);
    counts.add(Answers { name: &name, count: 1, status, failure, bytes_out, bytes_in });
    counts.took(&name, hit.latency / 1000, 1);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;
    use crate::policy::TallyFormat::VegetaJson;

    const HITS: &str = r#"{"attack":"","seq":0,"code":200,"timestamp":"2026-11-21T11:00:00Z","latency":1250000,"bytes_out":4,"bytes_in":17,"error":"","body":null,"method":"POST","url":"http://127.0.0.1:1/orders/17","headers":{"Content-Length":["17"]}}
{"attack":"","seq":1,"code":500,"timestamp":"2026-11-21T11:00:00Z","latency":900000,"bytes_out":4,"bytes_in":0,"error":"500 Internal Server Error","body":null,"method":"POST","url":"http://127.0.0.1:1/orders/18","headers":null}
{"attack":"","seq":2,"code":0,"timestamp":"2026-11-21T11:00:00Z","latency":30000,"bytes_out":0,"bytes_in":0,"error":"Post \"http://127.0.0.1:1/orders/19\": dial tcp 127.0.0.1:1: connect: connection refused","body":null,"method":"POST","url":"http://127.0.0.1:1/orders/19","headers":null}
{"attack":"","seq":3,"code":0,"timestamp":"2026-11-21T11:00:00Z","latency":2000,"bytes_out":0,"bytes_in":0,"error":"no targets to attack","body":null,"method":"","url":"","headers":null}
"#;

    #[test]
    fn hits_are_counted_with_their_bytes() {
        let tallies = read(VegetaJson, HITS).unwrap().tallies();
        let tally = &tallies["POST /orders/{id}"];
        assert_eq!((tally.sent, tally.bytes_out, tally.bytes_in), (3, 8, 17));
        assert_eq!((tally.statuses[&200], tally.failures["status 500"], tally.failures["refused"]), (1, 1, 1));
    }
}
