//! The lines of `h2load --log-file=FILE`: start in microseconds, status or −1, microseconds until the end, by tabs.
//!
//! Names are not told: all requests count as one kind. Reference: h2load(1); "more columns may be added later".

use super::status;
use crate::run::engine::counts::{Answers, Counts};

/// Reads one line.
pub(super) fn read(line: &[u8], counts: &mut Counts) -> Result<(), String> {
    let line = std::str::from_utf8(line).map_err(|_| "it is no text".to_owned())?;
    let mut columns = line.split('\t');
    let (Some(_), Some(code), Some(took)) = (columns.next(), columns.next(), columns.next()) else {
        return Err("it has fewer than three columns".to_owned());
    };
    let code: i64 = code.parse().map_err(|_| format!("`{}` is no status", code.escape_debug()))?;
    let took: u64 = took.parse().map_err(|_| format!("`{}` is no time", took.escape_debug()))?;
    let status = u64::try_from(code).ok().and_then(status);
    let failed = status.is_none_or(|status| !(200..400).contains(&status));
    counts.add(Answers { name: NAME, count: 1, status, failure: failed.then_some("failed"), ..Answers::default() });
    counts.took(NAME, took, 1);
    Ok(())
}

const NAME: &str = "all";

#[cfg(test)]
mod tests {
    use super::super::tests::read;
    use crate::policy::TallyFormat::H2loadLog;

    #[test]
    fn lines_of_h2load_are_counted() {
        let log = "1795258921555154\t200\t704\n1795258921555158\t404\t725\n1795258921555143\t-1\t1050\tmore\n";
        let tallies = read(H2loadLog, log).unwrap().tallies();
        let tally = &tallies["all"];
        assert_eq!((tally.sent, tally.statuses[&200], tally.statuses[&404]), (3, 1, 1));
        assert_eq!((tally.failures["status 404"], tally.failures["failed"]), (1, 1));
        assert!((700..=712).contains(&tally.latency_us.0) || (720..=735).contains(&tally.latency_us.0));
        assert_eq!(read(H2loadLog, "1\t200\t3\n1\tx\t3").unwrap_err().line, 2);
    }
}
