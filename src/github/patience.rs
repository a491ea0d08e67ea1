//! When a request is repeated, and after how long. A request that may have been carried out is never repeated blindly:
//! it would make a second comment.

use std::time::Duration;

use super::answer::Answer;

/// How long is waited, for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Requests for one thing.
    pub attempts: u32,
    /// For one answer.
    pub timeout: Duration,
    /// For a connection.
    pub connect: Duration,
    /// Before the first repetition after a failure; each further one doubles it.
    pub pause: Duration,
    /// For all repetitions of one request together: a job that waits costs money.
    pub longest: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            attempts: 5,
            timeout: Duration::from_secs(60),
            connect: Duration::from_secs(10),
            pause: Duration::from_secs(1),
            longest: Duration::from_secs(300),
        }
    }
}

/// What to do after an answer, or after none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// The answer stands.
    Take,
    /// It was not carried out: wait and ask again.
    Again(Duration),
    /// It may have been carried out: wait, then look before asking again.
    Look(Duration),
}

/// What to do after attempt number `attempt` (from 0); `answer` is `None` where none came or it was cut.
pub(super) fn next(answer: Option<&Answer>, attempt: u32, patience: Patience) -> Next {
    let pause = patience.pause.saturating_mul(2_u32.saturating_pow(attempt));
    match answer {
        None => Next::Look(pause),
        Some(answer) => match (answer.limited_for(attempt), answer.status) {
            (Some(wait), _) => Next::Again(wait),
            (None, 500..) => Next::Look(pause),
            _ => Next::Take,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_have_been_carried_out_is_looked_at_first() {
        let patience = Patience::default();
        let status = |status| Answer { status, ..Answer::default() };
        assert_eq!(next(Some(&status(201)), 0, patience), Next::Take);
        assert_eq!(next(Some(&status(403)), 0, patience), Next::Take);
        assert_eq!(next(Some(&status(502)), 0, patience), Next::Look(Duration::from_secs(1)));
        assert_eq!(next(None, 2, patience), Next::Look(Duration::from_secs(4)));
        let limited = Answer { status: 429, retry_after: Some(3), ..Answer::default() };
        assert_eq!(next(Some(&limited), 4, patience), Next::Again(Duration::from_secs(3)));
    }
}
