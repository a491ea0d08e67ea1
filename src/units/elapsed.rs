//! Time since the start of a run, and lengths of time.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::{ParseError, split};

/// A length of time; in a recording, the time since the run began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Elapsed(pub Duration);

impl FromStr for Elapsed {
    type Err = ParseError;
    /// Reads `"10 s"`, `"250 ms"`, `"5 min"`, `"12 h"` or `"7 d"`.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (number, unit) = split(text)?;
        let seconds = match unit {
            "ms" => 1e-3,
            "s" => 1.0,
            "min" | "m" => 60.0,
            "h" => 3600.0,
            "d" => 86400.0,
            "" => return Err(ParseError(format!("`{text}` has no unit: write `\"{text} s\"`, or ms, min, h, d"))),
            _ => return Err(ParseError(format!("`{unit}` is no unit of time: use ms, s, min, h or d"))),
        };
        Duration::try_from_secs_f64(number * seconds)
            .map(Self)
            .map_err(|_| ParseError(format!("`{text}` is longer than can be counted")))
    }
}

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs_f64();
        let text = match seconds {
            s if s < 1.0 => format!("{:.0} ms", s * 1e3),
            s if s < 60.0 => format!("{s:.1} s"),
            s if s < 3600.0 => format!("{:.0} min {:.0} s", (s / 60.0).floor(), s % 60.0),
            s if s < 172_800.0 => format!("{:.1} h", s / 3600.0),
            s => format!("{:.1} d", s / 86400.0),
        };
        f.pad(&text)
    }
}

impl Elapsed {
    /// Whole milliseconds.
    pub fn millis(self) -> u64 {
        u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX)
    }

    /// From whole milliseconds.
    pub fn from_millis(millis: u64) -> Self {
        Self(Duration::from_millis(millis))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_carry_a_unit() {
        assert_eq!("10 s".parse(), Ok(Elapsed::from_millis(10_000)));
        assert_eq!("7 d".parse::<Elapsed>().unwrap().to_string(), "7.0 d");
        assert!("10".parse::<Elapsed>().is_err());
    }
}
