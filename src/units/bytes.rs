//! Amounts of memory.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};
use std::str::FromStr;

use super::{ParseError, split};

/// An amount of memory in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(pub u64);

/// A difference between two amounts of memory in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteDelta(pub i64);

const UNITS: [(&str, f64); 10] = [
    ("B", 1.0),
    ("KiB", 1024.0),
    ("MiB", 1024.0 * 1024.0),
    ("GiB", 1024.0 * 1024.0 * 1024.0),
    ("TiB", 1024.0 * 1024.0 * 1024.0 * 1024.0),
    ("kB", 1e3),
    ("KB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
    ("TB", 1e12),
];

impl FromStr for Bytes {
    type Err = ParseError;

    /// Reads `"64 MiB"`, `"1.5 GB"` or `"100 B"`; a bare number is an error, for it has no unit.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (number, unit) = split(text)?;
        if unit.is_empty() {
            return Err(ParseError(format!(
                "`{text}` has no unit: write `\"{text} MiB\"`, or B, KiB, GiB, kB, MB, GB"
            )));
        }
        let factor = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, f)| *f);
        let factor = factor
            .ok_or_else(|| ParseError(format!("`{unit}` is no unit of memory: use B, KiB, MiB, GiB, kB, MB or GB")))?;
        let bytes = number * factor;
        if bytes > u64::MAX as f64 {
            return Err(ParseError(format!("`{text}` is more memory than can be counted")));
        }
        Ok(Self(bytes.round() as u64))
    }
}

impl fmt::Display for Bytes {
    /// Three significant digits in binary units: `1.23 MiB`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&print(self.0 as f64))
    }
}

impl fmt::Display for ByteDelta {
    /// As [`Bytes`], always with a sign.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { '−' } else { '+' };
        f.pad(&format!("{sign}{}", print(self.0.unsigned_abs() as f64)))
    }
}

pub(super) fn print(bytes: f64) -> String {
    let (unit, factor) = match bytes {
        b if b < 1000.0 => ("B", 1.0),
        b if b < 1000.0 * 1024.0 => ("KiB", 1024.0),
        b if b < 1000.0 * 1024.0 * 1024.0 => ("MiB", 1024.0 * 1024.0),
        b if b < 1000.0 * 1024.0 * 1024.0 * 1024.0 => ("GiB", 1024.0 * 1024.0 * 1024.0),
        _ => ("TiB", 1024.0 * 1024.0 * 1024.0 * 1024.0),
    };
    let value = bytes / factor;
    let decimals = match value {
        _ if factor == 1.0 && value.fract() == 0.0 => 0,
        v if v < 10.0 => 2,
        v if v < 100.0 => 1,
        _ => 0,
    };
    format!("{value:.decimals$} {unit}")
}

impl Bytes {
    /// `self − before`, with its sign.
    pub fn since(self, before: Self) -> ByteDelta {
        ByteDelta((i128::from(self.0) - i128::from(before.0)).clamp(i64::MIN.into(), i64::MAX.into()) as i64)
    }

    /// The same amount as a floating point number of bytes.
    pub fn as_f64(self) -> f64 {
        self.0 as f64
    }
}

impl Add for Bytes {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Bytes {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Bytes {
    type Output = Self;
    /// Saturates at zero; use [`Bytes::since`] where the sign matters.
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl std::iter::Sum for Bytes {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self(0), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_carry_a_unit() {
        assert_eq!("64 MiB".parse(), Ok(Bytes(64 << 20)));
        assert_eq!("1.5kB".parse(), Ok(Bytes(1500)));
        assert!("64".parse::<Bytes>().unwrap_err().0.contains("no unit"));
        assert!("64 mib".parse::<Bytes>().is_err());
        assert!("MiB".parse::<Bytes>().is_err());
    }

    #[test]
    fn sizes_are_printed_with_three_digits() {
        assert_eq!(Bytes(0).to_string(), "0 B");
        assert_eq!(Bytes(999).to_string(), "999 B");
        assert_eq!(Bytes(2458).to_string(), "2.40 KiB");
        assert_eq!(Bytes(64 << 20).to_string(), "64.0 MiB");
        assert_eq!(Bytes(1).since(Bytes(1025)).to_string(), "−1.00 KiB");
        assert_eq!(Bytes(2048).since(Bytes(0)).to_string(), "+2.00 KiB");
    }
}
