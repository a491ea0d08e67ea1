//! Why a process could not be measured, and what would cure it.

use std::path::PathBuf;

use crate::units::Elapsed;

/// Why a probe gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The agent files could not be written.
    #[error("cannot write the agents to `{path}`: {source}; choose a folder that can be written")]
    Install {
        /// Where to.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The process ended.
    #[error("process `{pid}` is gone")]
    Gone {
        /// Which.
        pid: u32,
    },
    /// The runtime is none that Plimsoll has a probe for.
    #[error("process `{pid}` runs nothing that Plimsoll can look into: it is gated on what the kernel tells")]
    NoProbe {
        /// Which.
        pid: u32,
    },
    /// No agent listens for the process.
    #[error("no agent listens in process `{pid}`: {cure}")]
    NoAgent {
        /// Which.
        pid: u32,
        /// What keeps an agent away in this runtime.
        cure: &'static str,
    },
    /// The JVM cannot be attached to.
    #[error("cannot attach to the JVM `{pid}`: {why}")]
    NoAttach {
        /// Which.
        pid: u32,
        /// The reason with its cure.
        why: String,
    },
    /// No answer in time.
    #[error("process `{pid}` did not answer `{request}` within {deadline}: it is busy or stopped; allow more time")]
    Late {
        /// Which.
        pid: u32,
        /// What was asked.
        request: String,
        /// For how long.
        deadline: Elapsed,
    },
    /// The answer makes no sense.
    #[error("process `{pid}` gave an answer that cannot be read: {what}")]
    Garbled {
        /// Which.
        pid: u32,
        /// What is wrong with it.
        what: String,
    },
    /// The runtime refused.
    #[error("process `{pid}` refused: `{message}`")]
    Refused {
        /// Which.
        pid: u32,
        /// In its words, cut and without control characters.
        message: String,
    },
    /// A file or socket of the process could not be used.
    #[error("cannot use `{path}`: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Text from a service, fit for a message: one line of at most 200 characters.
pub(super) fn presentable(text: &str) -> String {
    let mut line: String = text.trim().chars().take(200).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.trim().chars().count() > 200 {
        line.push('…');
    }
    line
}
