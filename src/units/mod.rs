//! Quantities with their units: parsed and printed here and nowhere else.

mod bytes;
mod elapsed;
mod metric;
mod rate;

pub use bytes::{ByteDelta, Bytes};
pub use elapsed::Elapsed;
pub use metric::{Gauge, Metric, Statistic};
pub use rate::{ByteRate, Percent, RequestRate};

/// Why a quantity could not be read: what stood there and what is expected, in one sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ParseError(pub String);

/// Splits `"64 MiB"` into number and unit; the unit may follow without a space.
fn split(text: &str) -> Result<(f64, &str), ParseError> {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_')).unwrap_or(text.len());
    let digits: String = text[..end].chars().filter(|c| *c != '_').collect();
    let number = digits.parse().map_err(|_| ParseError(format!("`{text}` does not start with a number")))?;
    Ok((number, text[end..].trim()))
}
