//! What Plimsoll and its keeper say to each other: one JSON object a line.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The first line on the control pipe: what to start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Program and arguments; not empty.
    pub command: Vec<String>,
    /// Working directory.
    pub directory: PathBuf,
    /// Variables added to the environment.
    pub env: BTreeMap<String, String>,
    /// Where standard output and standard error go.
    pub log: PathBuf,
    /// The control group to start it in.
    pub group: Option<Group>,
    /// Milliseconds between SIGTERM and SIGKILL.
    pub patience_ms: u64,
    /// Text to look for in the output.
    pub watch: Option<String>,
    /// A temporary folder of Plimsoll's that goes with it: removed by the keeper if Plimsoll is killed.
    pub scratch: Option<PathBuf>,
}

/// Where the control group of the service is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its folder; removed at the end.
    pub folder: PathBuf,
}

/// Later lines on the control pipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Command {
    /// SIGTERM, then SIGKILL after the order's patience.
    Stop,
    /// SIGKILL at once.
    Kill,
}

/// A line on the report pipe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Report {
    /// The service was started.
    Started {
        /// Its main process.
        pid: u32,
        /// Whether it is in its control group.
        grouped: bool,
    },
    /// The service could not be started.
    Failed {
        /// Why.
        why: String,
    },
    /// The watched text was seen in the output.
    Seen,
    /// The main process ended.
    Exited(Exit),
    /// The output can no longer be written; the service goes on.
    LogLost {
        /// Why.
        why: String,
    },
    /// The tree has ended; the last line.
    Gone {
        /// Processes that did not end even by SIGKILL.
        left: Vec<u32>,
    },
}

/// How a process ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// Its exit code, if it exited.
    pub code: Option<i32>,
    /// The signal that ended it, if one did.
    pub signal: Option<i32>,
}

impl std::fmt::Display for Exit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.code, self.signal) {
            (_, Some(signal)) => match nix::sys::signal::Signal::try_from(signal) {
                Ok(known) => write!(f, "signal {known}"),
                Err(_) => write!(f, "signal {signal}"),
            },
            (Some(code), None) => write!(f, "exit code {code}"),
            (None, None) => write!(f, "an unknown status"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_read_back() {
        let all = [
            Report::Started { pid: 7, grouped: true },
            Report::Failed { why: "no such file".into() },
            Report::Seen,
            Report::Exited(Exit { code: None, signal: Some(9) }),
            Report::Gone { left: vec![] },
        ];
        for report in all {
            let line = serde_json::to_string(&report).unwrap();
            assert!(!line.contains('\n'));
            assert_eq!(serde_json::from_str::<Report>(&line).unwrap(), report);
        }
        assert_eq!(Exit { code: None, signal: Some(9) }.to_string(), "signal SIGKILL");
    }
}
