//! Why another engine could not send a phase, or did not tell what it counted.

use crate::run::keeper::{Exit, KeeperError};
use crate::units::Elapsed;

/// Why a phase that another engine sends is no measurement at all.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Its program did not start.
    #[error("`{engine}` did not start: {why}")]
    NotStarted {
        /// Which.
        engine: String,
        /// What the system said, with the cure.
        why: String,
    },
    /// Its keeper failed.
    #[error("`{engine}`: {source}")]
    Keeper {
        /// Which.
        engine: String,
        /// How.
        source: KeeperError,
    },
    /// It ended with an error.
    #[error("`{engine}` ended with {exit}; {log}")]
    Failed {
        /// Which.
        engine: String,
        /// How.
        exit: Exit,
        /// The last lines of its output, or that there are none.
        log: String,
    },
    /// It did not come to its end.
    #[error("`{engine}` was not done within {within}; raise `engine-within` below `[load]`, or send less; {log}")]
    TooLate {
        /// Which.
        engine: String,
        /// The deadline.
        within: Elapsed,
        /// The last lines of its output, or that there are none.
        log: String,
    },
    /// It told nothing.
    #[error("`{engine}` counted no request; it has to write its counts to `{{output}}` (`PLIMSOLL_OUTPUT`); {log}")]
    NoCounts {
        /// Which.
        engine: String,
        /// The last lines of its output, or that there are none.
        log: String,
    },
    /// What it told cannot be read.
    #[error("the counts of `{engine}` are no `{format}`: line {line}: {why}; correct `format` below `[load]`")]
    Unreadable {
        /// Which.
        engine: String,
        /// The format that the policy states.
        format: &'static str,
        /// Which line, from 1.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
    /// Something of the machine failed.
    #[error("cannot {what}: {source}")]
    Machine {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: std::io::Error,
    },
}
