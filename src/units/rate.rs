//! Amounts per request, requests per time, shares.

use std::fmt;
use std::str::FromStr;

use super::{Bytes, ParseError, bytes, split};

/// Memory kept for each request, in bytes; negative when memory is given back.
#[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd)]
pub struct ByteRate(pub f64);

/// Requests per second.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct RequestRate(pub f64);

/// A share in percent: `Percent(2.0)` is two hundredths.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Percent(pub f64);

impl FromStr for ByteRate {
    type Err = ParseError;
    /// Reads `"100 B"`: per request is understood.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        text.parse::<Bytes>().map(|bytes| Self(bytes.as_f64()))
    }
}

impl fmt::Display for ByteRate {
    /// `1.02 KiB/request`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0.0 { "−" } else { "" };
        f.pad(&format!("{sign}{}/request", bytes::print(self.0.abs())))
    }
}

impl FromStr for RequestRate {
    type Err = ParseError;
    /// Reads `"400/s"`, `"90/min"` or `"10/h"`.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (number, unit) = split(text)?;
        let seconds = match unit.trim_start_matches('/').trim() {
            "s" if unit.starts_with('/') => 1.0,
            "min" if unit.starts_with('/') => 60.0,
            "h" if unit.starts_with('/') => 3600.0,
            _ => return Err(ParseError(format!("`{text}` is no rate: write `\"400/s\"`, /min or /h"))),
        };
        if number <= 0.0 {
            return Err(ParseError(format!("`{text}` would send nothing: a rate is above zero")));
        }
        Ok(Self(number / seconds))
    }
}

impl fmt::Display for RequestRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/s", (self.0 * 100.0).round() / 100.0))
    }
}

impl FromStr for Percent {
    type Err = ParseError;
    /// Reads `"2 %"`.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        match split(text)? {
            (number, "%") => Ok(Self(number)),
            _ => Err(ParseError(format!("`{text}` is no share: write `\"2 %\"`"))),
        }
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:.1} %", self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_per_time_and_shares_in_percent() {
        assert_eq!("120/min".parse(), Ok(RequestRate(2.0)));
        assert!("120".parse::<RequestRate>().is_err());
        assert!("0/s".parse::<RequestRate>().is_err());
        assert_eq!("2 %".parse(), Ok(Percent(2.0)));
        assert!("2".parse::<Percent>().is_err());
        assert_eq!(ByteRate(1024.0 * 1.5).to_string(), "1.50 KiB/request");
        assert_eq!(ByteRate(-12.0).to_string(), "−12 B/request");
    }
}
