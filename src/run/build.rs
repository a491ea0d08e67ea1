//! The build of a service: a command that has to end well before there is something to start. Kept like the service
//! itself, so that it ends with Plimsoll and leaves no daemon behind that would share the machine with the measurement.

use std::path::Path;

use super::interrupt::Interrupt;
use super::keeper::{Exit, Keeper, KeeperError, Order, Report};
use super::output::last_lines;
use crate::policy::Service;

/// How long the processes of a build may take to end after SIGTERM.
const PATIENCE_MS: u64 = 5_000;

/// Why there is nothing to start.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// It could not be started, or its keeper is gone.
    #[error("`build` did not run: {0}")]
    Keeper(#[from] KeeperError),
    /// It ended badly.
    #[error("`build` ended with {exit}; {log}")]
    Failed {
        /// How.
        exit: Exit,
        /// The last lines of its output, or that there are none.
        log: String,
    },
    /// Somebody pressed Ctrl-C or sent this signal.
    #[error("ended by {0}")]
    Interrupted(&'static str),
}

/// Runs the build command of a service, if it has one, with the variables of the service.
///
/// # Errors
/// When it cannot be run, ends badly, or is interrupted. None of its processes is left then, or afterwards.
pub async fn build(
    program: &Path,
    service: &Service,
    directory: &Path,
    log: &Path,
    interrupt: &mut Interrupt,
) -> Result<(), BuildError> {
    let Some(command) = &service.build else { return Ok(()) };
    let order = Order {
        command: command.clone(),
        directory: directory.to_owned(),
        env: service.env.clone(),
        log: log.to_owned(),
        group: None,
        patience_ms: PATIENCE_MS,
        watch: None,
        scratch: None,
    };
    let (mut keeper, _) = Keeper::start(program, &order).await?;
    let ended = tokio::select! {
        exit = exit(&mut keeper) => exit,
        signal = interrupt.wait() => Err(BuildError::Interrupted(signal)),
    };
    keeper.stop().await?;
    match ended? {
        Exit { code: Some(0), .. } => Ok(()),
        exit => Err(BuildError::Failed { exit, log: last_lines(log) }),
    }
}

async fn exit(keeper: &mut Keeper) -> Result<Exit, BuildError> {
    while let Some(report) = keeper.next().await {
        if let Report::Exited(exit) = report {
            return Ok(exit);
        }
    }
    Err(KeeperError::Lost.into())
}
