//! What engines write, read as it comes: bounded lines, or one bounded document at the end.

mod h2load;
mod k6;
mod locust;
mod oha;
mod tally;
mod vegeta;

use super::counts::Counts;
use crate::policy::TallyFormat;

/// No line of these formats is longer.
const LONGEST_LINE: usize = 1 << 20;
/// No document of these formats is larger; they grow with names and durations, not with requests.
const LARGEST: usize = 64 << 20;

/// What was read so far.
#[derive(Debug)]
pub(super) struct Reading {
    format: TallyFormat,
    pub counts: Counts,
    /// An unfinished line, or the document so far.
    rest: Vec<u8>,
    line: u64,
}

/// What cannot be read, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unreadable {
    /// Which line, from 1.
    pub line: u64,
    pub why: String,
}

impl Reading {
    pub fn new(format: TallyFormat) -> Self {
        Self { format, counts: Counts::default(), rest: Vec::new(), line: 0 }
    }

    /// Takes the next bytes.
    pub fn take(&mut self, bytes: &[u8]) -> Result<(), Unreadable> {
        if self.is_document() {
            self.rest.extend_from_slice(bytes);
            return self.bounded(LARGEST, "64 MiB");
        }
        let mut left = bytes;
        while let Some(end) = memchr::memchr(b'\n', left) {
            let (line, after) = (&left[..end], &left[end + 1..]);
            if self.rest.is_empty() {
                self.line(line)?;
            } else {
                let mut whole = std::mem::take(&mut self.rest);
                whole.extend_from_slice(line);
                self.line(&whole)?;
            }
            left = after;
        }
        self.rest.extend_from_slice(left);
        self.bounded(LONGEST_LINE, "1 MiB in one line")
    }

    /// All of it was given.
    pub fn finish(mut self) -> Result<Counts, Unreadable> {
        let rest = std::mem::take(&mut self.rest);
        if !rest.trim_ascii().is_empty() {
            if self.is_document() {
                let read = match self.format {
                    TallyFormat::LocustJson => locust::read(&rest, &mut self.counts),
                    _ => oha::read(&rest, &mut self.counts),
                };
                read.map_err(|why| Unreadable { line: 1, why })?;
            } else {
                self.line(&rest)?;
            }
        }
        Ok(self.counts)
    }

    fn line(&mut self, line: &[u8]) -> Result<(), Unreadable> {
        self.line += 1;
        let line = line.trim_ascii();
        if line.is_empty() {
            return Ok(());
        }
        let read = match self.format {
            TallyFormat::K6Json => k6::read(line, &mut self.counts),
            TallyFormat::VegetaJson => vegeta::read(line, &mut self.counts),
            TallyFormat::H2loadLog => h2load::read(line, &mut self.counts),
            TallyFormat::Tally => tally::read(line, &mut self.counts),
            TallyFormat::LocustJson | TallyFormat::OhaJson => Ok(()),
        };
        read.map_err(|why| Unreadable { line: self.line, why })
    }

    fn is_document(&self) -> bool {
        matches!(self.format, TallyFormat::LocustJson | TallyFormat::OhaJson)
    }

    fn bounded(&mut self, most: usize, words: &str) -> Result<(), Unreadable> {
        if self.rest.len() <= most {
            return Ok(());
        }
        self.rest = Vec::new();
        Err(Unreadable { line: self.line + 1, why: format!("it has more than {words}") })
    }
}

/// The words in which Plimsoll's own engine tells failures, for those of others.
fn failure(text: &str) -> &'static str {
    let text = text.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if has(&["timeout", "timed out", "deadline"]) {
        "timeout"
    } else if has(&["refused"]) {
        "refused"
    } else if has(&["reset", "eof", "closed", "broken pipe", "disconnected"]) {
        "reset"
    } else if has(&["no such host", "unreachable", "no route", "resolve"]) {
        "unreachable"
    } else {
        "failed"
    }
}

/// A status code that HTTP could have.
fn status(code: u64) -> Option<u16> {
    u16::try_from(code).ok().filter(|code| (100..=999).contains(code))
}

/// Microseconds of a time in a unit of so many.
fn micros(time: f64, unit: f64) -> u64 {
    // Saturates, and makes 0 of what is no number.
    (time * unit) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a text in one piece and byte by byte.
    pub(super) fn read(format: TallyFormat, text: &str) -> Result<Counts, Unreadable> {
        let whole = |parts: Vec<&[u8]>| {
            let mut reading = Reading::new(format);
            parts.into_iter().try_for_each(|part| reading.take(part))?;
            reading.finish()
        };
        let read = whole(vec![text.as_bytes()]);
        let in_bytes = whole(text.as_bytes().chunks(1).collect());
        assert_eq!(format!("{read:?}"), format!("{in_bytes:?}"));
        read
    }

    #[test]
    fn no_format_panics_or_believes_what_is_none() {
        let hostile = [
            "{",
            "[]]",
            "null",
            "0",
            "\"a\"",
            "{}",
            "[{}]",
            "[[1]]",
            "\u{0}",
            "{\"metric\":\"http_reqs\"}",
            "1\t2",
            "9\t\t9",
            "{\"code\":-1}",
            "{\"request\":\"a\",\"count\":-1}",
            "{\"statusCodeDistribution\":[1]}",
            "{\"metric\":\"http_reqs\",\"type\":\"Point\",\"data\":{\"value\":1e400}}",
        ];
        for (_, format) in TallyFormat::ALL {
            for text in hostile {
                if let Ok(counts) = read(format, text) {
                    assert_eq!(counts.requests(), 0, "{format:?} of {text}");
                }
            }
        }
        let deep = "[".repeat(100_000);
        assert!(read(TallyFormat::LocustJson, &deep).is_err());
    }

    #[test]
    fn a_line_without_end_is_refused_and_not_kept() {
        let mut reading = Reading::new(TallyFormat::Tally);
        let part = vec![b' '; LONGEST_LINE];
        reading.take(&part).unwrap();
        let refused = reading.take(b"  ").unwrap_err();
        assert_eq!(refused, Unreadable { line: 1, why: "it has more than 1 MiB in one line".into() });
        assert!(reading.rest.is_empty());
    }
}
