//! Why something could not be asked of GitHub.

use std::time::Duration;

/// Why a request came to nothing. `what` is what was attempted, as in `failed to ...`.
#[derive(Debug, thiserror::Error)]
pub enum GithubError {
    /// The token may not do it.
    #[error("github does not allow to {what} (status {status}): {message}")]
    Denied {
        /// What was attempted.
        what: String,
        /// 401, 403 or 404.
        status: u16,
        /// What GitHub said.
        message: String,
    },
    /// Too many requests, and waiting would take too long.
    #[error("failed to {what}: github limits the requests and asks to wait {} s more: run it again later", wait.as_secs())]
    Limited {
        /// What was attempted.
        what: String,
        /// How long to wait.
        wait: Duration,
    },
    /// No answer.
    #[error("failed to {what}: `{address}` cannot be reached: {why}; check `GITHUB_API_URL` and the proxy")]
    Unreachable {
        /// What was attempted.
        what: String,
        /// Of the interface.
        address: String,
        /// Why.
        why: String,
    },
    /// An answer that nothing can be done with.
    #[error("failed to {what}: github answered with status {status}: {message}")]
    Unexpected {
        /// What was attempted.
        what: String,
        /// The status.
        status: u16,
        /// What GitHub said.
        message: String,
    },
    /// The answer is cut, or not of the shape that is documented.
    #[error("failed to {what}: the answer cannot be read: {why}")]
    Malformed {
        /// What was attempted.
        what: String,
        /// What is wrong with it.
        why: String,
    },
    /// The answer is larger than anything that is asked for.
    #[error("failed to {what}: the answer has more than {limit} bytes")]
    TooLarge {
        /// What was attempted.
        what: String,
        /// The limit, in bytes.
        limit: u64,
    },
    /// A downloaded artifact is refused.
    #[error("the artifact `{name}` is refused: {why}")]
    Refused {
        /// Of the artifact.
        name: String,
        /// What is wrong with it.
        why: String,
    },
}

impl GithubError {
    /// Whether more permissions would help.
    pub fn is_denied(&self) -> bool {
        matches!(self, Self::Denied { .. })
    }
}
