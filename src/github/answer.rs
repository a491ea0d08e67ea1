//! One answer of the interface, or what came instead of it.

use std::time::Duration;

use super::GithubError;

/// An answer.
#[derive(Debug, Clone, Default)]
pub(super) struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
    /// `retry-after`, seconds.
    pub retry_after: Option<u64>,
    /// `x-ratelimit-remaining`.
    pub remaining: Option<u64>,
    /// From the answer's `date` to `x-ratelimit-reset`, seconds: no clock of ours is asked.
    pub reset_in: Option<u64>,
    /// Whether the `link` header names a next page.
    pub has_next: bool,
}

impl Answer {
    /// What GitHub says about a failure.
    pub(super) fn message(&self) -> String {
        #[derive(serde::Deserialize)]
        struct Told {
            message: String,
        }
        let told = serde_json::from_slice::<Told>(&self.body).map(|told| told.message);
        let text = told.unwrap_or_else(|_| String::from_utf8_lossy(&self.body).into_owned());
        let text: String = text.chars().take(300).map(|c| if c.is_control() { ' ' } else { c }).collect();
        if text.trim().is_empty() { "no message".to_owned() } else { text }
    }

    /// How long to wait after attempt number `attempt` (from 0) because of a limit: 429, or 403 that says so in a header
    /// or in words. Secondary limits come without headers, and ask for a minute then, and for longer each time.
    pub(super) fn limited_for(&self, attempt: u32) -> Option<Duration> {
        if !matches!(self.status, 403 | 429) {
            return None;
        }
        let seconds = match (self.retry_after, self.remaining, self.reset_in) {
            (Some(seconds), _, _) => seconds,
            (None, Some(0), Some(seconds)) => seconds,
            _ if self.status == 429 || self.message().to_lowercase().contains("rate limit") => {
                60_u64.saturating_mul(2_u64.saturating_pow(attempt))
            }
            _ => return None,
        };
        Some(Duration::from_secs(seconds))
    }

    /// The error that a finished answer without success stands for.
    pub(super) fn error(&self, what: &str) -> GithubError {
        let (what, status, message) = (what.to_owned(), self.status, self.message());
        match status {
            401 | 403 | 404 => GithubError::Denied { what, status, message },
            _ => GithubError::Unexpected { what, status, message },
        }
    }
}

/// Seconds from `date` (RFC 9110) to `reset` (seconds since 1970); nothing for what cannot be read.
pub(super) fn seconds_until(reset: &str, date: &str) -> Option<u64> {
    let reset: i64 = reset.trim().parse().ok()?;
    let now = jiff::fmt::rfc2822::parse(date.trim()).ok()?.timestamp().as_second();
    u64::try_from(reset.saturating_sub(now)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, message: &str) -> Answer {
        Answer { status, body: format!(r#"{{"message":"{message}"}}"#).into_bytes(), ..Answer::default() }
    }

    #[test]
    fn limits_are_told_from_missing_permissions() {
        let denied = answer(403, "Resource not accessible by integration");
        assert_eq!(denied.limited_for(0), None);
        assert!(denied.error("comment").is_denied());
        let secondary = answer(403, "You have exceeded a secondary rate limit");
        assert_eq!(secondary.limited_for(0), Some(Duration::from_secs(60)));
        assert_eq!(secondary.limited_for(2), Some(Duration::from_secs(240)));
        let told = Answer { retry_after: Some(7), ..secondary };
        assert_eq!(told.limited_for(0), Some(Duration::from_secs(7)));
        let primary = Answer { remaining: Some(0), reset_in: Some(90), ..answer(403, "API limit") };
        assert_eq!(primary.limited_for(0), Some(Duration::from_secs(90)));
        assert_eq!(answer(429, "").limited_for(0), Some(Duration::from_secs(60)));
        assert_eq!(answer(502, "rate limit").limited_for(0), None);
    }

    #[test]
    fn the_time_to_the_reset_is_counted_from_the_answer_itself() {
        assert_eq!(seconds_until("1767225660", "Thu, 01 Jan 2026 00:00:00 GMT"), Some(60));
        assert_eq!(seconds_until("1", "Thu, 01 Jan 2026 00:00:00 GMT"), None);
        assert_eq!(seconds_until("soon", "now"), None);
    }

    #[test]
    fn a_message_is_one_short_line_whatever_comes() {
        let page = Answer { status: 502, body: b"<html>\n\x1b[31mBad gateway".to_vec(), ..Answer::default() };
        assert_eq!(page.message(), "<html>  [31mBad gateway");
        assert_eq!(Answer::default().message(), "no message");
    }
}
