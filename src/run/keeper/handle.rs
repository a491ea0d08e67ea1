//! Plimsoll's side of the keeper.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use super::{Order, Report, wire};

/// How long the keeper itself may take to say something.
const ANSWER: Duration = Duration::from_secs(20);
/// How long after its patience the keeper may go on killing.
const KILLING: Duration = Duration::from_secs(30);

/// Why there is no service.
#[derive(Debug, thiserror::Error)]
pub enum KeeperError {
    /// The keeper did not start.
    #[error("cannot start the process that keeps the service, `{program}`: {source}")]
    NoKeeper {
        /// Its program.
        program: String,
        /// Why.
        source: std::io::Error,
    },
    /// The service did not start.
    #[error("the service did not start: {0}")]
    NoService(String),
    /// The keeper ended or fell silent.
    #[error("the process that keeps the service ended by itself: was it killed?")]
    Lost,
    /// Processes are left.
    #[error(
        "processes of the service do not end even by SIGKILL: {0:?}; they wait in the kernel, look at their `/proc/PID/stack`"
    )]
    Left(Vec<u32>),
}

/// The keeper of a running service. When it is dropped the service ends.
#[derive(Debug)]
pub struct Keeper {
    child: Child,
    control: Option<ChildStdin>,
    reports: Lines<BufReader<ChildStdout>>,
    patience: Duration,
}

/// A service that was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Started {
    /// Its main process.
    pub pid: u32,
    /// Whether it is in its control group.
    pub grouped: bool,
}

impl Keeper {
    /// Starts the service under a keeper. `program` is Plimsoll's own executable.
    pub async fn start(program: &Path, order: &Order) -> Result<(Self, Started), KeeperError> {
        let no_keeper = |source| KeeperError::NoKeeper { program: program.display().to_string(), source };
        let mut child = Command::new(program)
            .arg("__keeper")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(no_keeper)?;
        let (Some(mut control), Some(reports)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(KeeperError::Lost);
        };
        let mut line = serde_json::to_vec(order).map_err(|error| no_keeper(error.into()))?;
        line.push(b'\n');
        control.write_all(&line).await.map_err(no_keeper)?;
        let patience = Duration::from_millis(order.patience_ms);
        let mut keeper = Self { child, control: Some(control), reports: BufReader::new(reports).lines(), patience };
        match timeout(ANSWER, keeper.next()).await {
            Ok(Some(Report::Started { pid, grouped })) => Ok((keeper, Started { pid, grouped })),
            Ok(Some(Report::Failed { why })) => Err(KeeperError::NoService(why)),
            _ => Err(KeeperError::Lost),
        }
    }

    /// Process id of the keeper: the root of the service's tree, and not part of it.
    pub fn pid(&self) -> u32 {
        self.child.id().unwrap_or(0)
    }

    /// The next report; `None` when the keeper is gone. May be dropped and called again.
    pub async fn next(&mut self) -> Option<Report> {
        loop {
            match self.reports.next_line().await {
                Ok(Some(line)) => match serde_json::from_str(&line) {
                    Ok(report) => return Some(report),
                    Err(_) => continue,
                },
                Ok(None) | Err(_) => return None,
            }
        }
    }

    /// Asks the service to end, waits, kills what is left.
    pub async fn stop(&mut self) -> Result<(), KeeperError> {
        let patience = self.patience;
        self.end(wire::Command::Stop, patience).await
    }

    /// Kills the service.
    pub async fn kill(&mut self) -> Result<(), KeeperError> {
        self.end(wire::Command::Kill, Duration::ZERO).await
    }

    async fn end(&mut self, command: wire::Command, patience: Duration) -> Result<(), KeeperError> {
        if let Some(control) = &mut self.control {
            let mut line = serde_json::to_vec(&command).unwrap_or_default();
            line.push(b'\n');
            let _keeper_gone = control.write_all(&line).await;
        }
        let left = timeout(patience + KILLING, async {
            while let Some(report) = self.next().await {
                if let Report::Gone { left } = report {
                    return Some(left);
                }
            }
            None
        });
        let left = left.await.ok().flatten();
        self.control = None;
        let _status = timeout(ANSWER, self.child.wait()).await;
        match left {
            None => Err(KeeperError::Lost),
            Some(left) if left.is_empty() => Ok(()),
            Some(left) => Err(KeeperError::Left(left)),
        }
    }
}
