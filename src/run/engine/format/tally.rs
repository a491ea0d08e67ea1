//! Plimsoll's own lines, for engines of which it knows nothing: JSON objects, one a line, in any order.
//!
//! * `{"request": "quote", "status": 200}` is a request that was answered. Also: `"count"` (1 where it is not given),
//!   `"latency-us"`, `"sent-bytes"` and `"received-bytes"` (of all of them), `"failure"` (a word, where it is not what
//!   was expected; without `status` there was no answer).
//! * `{"iterations": 10}` adds to the iterations, where the planned number is one of iterations.
//! * `{"dropped": 3}` adds to what was planned and not sent: the phase is invalid then.
//!
//! An unknown key is an error: a misspelled one would be a count that is lost.

use std::borrow::Cow;

use serde::Deserialize;

use super::status;
use crate::run::engine::counts::{Answers, Counts};

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Line<'a> {
    #[serde(borrow)]
    request: Option<Cow<'a, str>>,
    count: Option<u64>,
    status: Option<u64>,
    #[serde(borrow)]
    failure: Option<Cow<'a, str>>,
    latency_us: Option<u64>,
    #[serde(default)]
    sent_bytes: u64,
    #[serde(default)]
    received_bytes: u64,
    iterations: Option<u64>,
    dropped: Option<u64>,
}

/// Reads one line.
pub(super) fn read(line: &[u8], counts: &mut Counts) -> Result<(), String> {
    let line: Line<'_> = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    if let Some(iterations) = line.iterations {
        counts.iterations = Some(counts.iterations.unwrap_or(0).saturating_add(iterations));
    }
    counts.dropped = counts.dropped.saturating_add(line.dropped.unwrap_or(0));
    let Some(name) = line.request else { return Ok(()) };
    let known = line.status.map(|code| status(code).ok_or_else(|| format!("`{code}` is no status"))).transpose()?;
    let count = line.count.unwrap_or(1);
    counts.add(Answers {
        name: &name,
        count,
        status: known,
        failure: line.failure.as_deref(),
        bytes_out: line.sent_bytes,
        bytes_in: line.received_bytes,
    });
    if let Some(micros) = line.latency_us {
        counts.took(&name, micros, count);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;
    use crate::policy::TallyFormat::Tally;

    #[test]
    fn lines_add_up() {
        let lines = "{\"request\":\"quote\",\"status\":200,\"count\":9,\"latency-us\":700}\n\n\
                     {\"request\":\"quote\",\"status\":503,\"failure\":\"busy\"}\n\
                     {\"request\":\"quote\",\"failure\":\"timeout\",\"sent-bytes\":4,\"received-bytes\":5}\n\
                     {\"iterations\":5}\n{\"iterations\":6,\"dropped\":1}";
        let counts = read(Tally, lines).unwrap();
        assert_eq!((counts.requests(), counts.iterations, counts.dropped), (11, Some(11), 1));
        let tally = &counts.tallies()["quote"];
        assert_eq!((tally.statuses[&200], tally.statuses[&503], tally.bytes_out, tally.bytes_in), (9, 1, 4, 5));
        assert_eq!((tally.failures["status 503"], tally.failures["timeout"]), (1, 1));
    }

    #[test]
    fn a_misspelled_key_is_an_error() {
        let refused = read(Tally, "{\"request\":\"a\"}\n{\"request\":\"a\",\"stauts\":200}\n").unwrap_err();
        assert!(refused.line == 2 && refused.why.contains("stauts"), "{refused:?}");
        assert!(read(Tally, "{\"request\":\"a\",\"status\":7}").is_err());
    }
}
