//! The clock of a run. Nothing outside of [`crate::run`] reads one.

use std::time::Instant;

use crate::units::Elapsed;

/// Tells the time since a run began.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    began: Instant,
}

impl Clock {
    /// Begins now.
    pub fn start() -> Self {
        Self { began: Instant::now() }
    }

    /// Since the run began.
    pub fn elapsed(self) -> Elapsed {
        Elapsed(self.began.elapsed())
    }
}

/// Wall clock time, RFC 3339 in UTC with whole seconds; for people, never compared.
pub fn now() -> String {
    let now = jiff::Timestamp::now();
    now.round(jiff::Unit::Second).unwrap_or(now).to_string()
}

/// Today in the local time zone; waivers end by it.
pub fn today() -> jiff::civil::Date {
    jiff::Zoned::now().date()
}
