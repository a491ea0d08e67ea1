//! Why a run could not measure.

use crate::units::Elapsed;

use super::engine::EngineError;
use super::keeper::{Exit, KeeperError};
use super::load::LoadError;
use super::probe::ProbeError;

/// What went wrong, with what and what to try. What was recorded until then is kept.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Somebody else answers where the service should.
    #[error("`{address}` is already taken{holder}: stop it, or change the port in `base-url` and `ready`")]
    PortTaken {
        /// `host:port`.
        address: String,
        /// ` by \`name\` (pid 123)`, where that can be seen.
        holder: String,
    },
    /// The service or its keeper could not be started, kept or ended.
    #[error(transparent)]
    Keeper(#[from] KeeperError),
    /// The service ended before it was ready.
    #[error("the service ended with {exit}{oom} before it was ready; {log}")]
    EndedEarly {
        /// How.
        exit: Exit,
        /// ` (killed for memory)`, where that was it.
        oom: &'static str,
        /// The last lines of its output, or that there are none.
        log: String,
    },
    /// The service did not get ready.
    #[error("the service was not ready within {within}: {waited}; raise `ready.within` or correct `ready`; {log}")]
    NeverReady {
        /// The deadline.
        within: Elapsed,
        /// What was waited for.
        waited: String,
        /// The last lines of its output, or that there are none.
        log: String,
    },
    /// An address cannot be used.
    #[error("`{address}` is no address that can be reached: {why}; write `http://host:port/path` or `host:port`")]
    Address {
        /// As it stands in the policy.
        address: String,
        /// Why not.
        why: String,
    },
    /// The recording could not be written.
    #[error("{0}")]
    Record(Box<dyn std::error::Error + Send + Sync>),
    /// The load could not be sent.
    #[error("cannot send the load: {0}")]
    Load(#[from] LoadError),
    /// Another engine could not send the load.
    #[error("cannot send the load: {0}")]
    Engine(#[from] EngineError),
    /// The agents could not be installed.
    #[error("cannot install the runtime agents: {0}")]
    Agents(#[from] ProbeError),
    /// Something of the machine failed.
    #[error("cannot {what}: {source}")]
    Machine {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: std::io::Error,
    },
}
