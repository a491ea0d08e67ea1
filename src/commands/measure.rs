//! Measures a service once and keeps the recording: what `run` and `demo` share.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;

use super::progress::{Progress, settled};
use crate::plan::Plan;
use crate::policy::Policy;
use crate::record::{Event, Recording};
use crate::run::{End, Interrupt, Observer, Overhead, RunError, Sent, Setup, execute, now};
use crate::store::{RecordingFolder, StoreError};

/// Where a run takes place.
#[derive(Debug, Clone)]
pub(super) struct Ground {
    /// Recordings are kept in a new folder below this one.
    pub runs: PathBuf,
    /// Folder from which `service.directory` counts.
    pub base: PathBuf,
    /// Whether heap dumps stay.
    pub keep_dumps: bool,
    /// Whether the load may go to a public address.
    pub public: bool,
}

/// A run that was measured.
#[derive(Debug)]
pub(super) struct Measured {
    /// What was recorded.
    pub recording: Recording,
    /// Where it is kept.
    pub folder: PathBuf,
    /// Why it ended.
    pub end: End,
    /// What Plimsoll itself used.
    pub overhead: Overhead,
}

/// Runs a plan and keeps its recording. Whatever happens, what was recorded is kept and the error says where.
pub(super) fn measure(
    policy: &Policy,
    plan: &Plan,
    ground: &Ground,
    progress: &mut Progress,
) -> anyhow::Result<Measured> {
    let started = now();
    let base = std::path::absolute(&ground.base).context("cannot tell the working directory")?;
    let directory = policy.service.directory.as_ref().map_or_else(|| base.clone(), |inner| base.join(inner));
    let program = std::env::current_exe().context("cannot find plimsoll's own program")?;
    let folder = RecordingFolder::create(&std::path::absolute(&ground.runs)?, &plan.scenario, &started)?;
    let (path, log, dumps) = (folder.path().to_owned(), folder.log_file(), folder.dumps());
    let commit = commit(&directory);
    let setup = Setup {
        policy,
        plan,
        program: &program,
        directory: &directory,
        log: &log,
        dumps: &dumps,
        keep_dumps: ground.keep_dumps,
        public: ground.public,
        started: &started,
        commit: commit.as_deref(),
    };
    let mut shelf = Shelf { folder, recording: Recording::default(), progress };
    let finished = drive(&setup, &mut shelf);
    shelf.progress.clear();
    let kept = shelf.folder.finish(&shelf.recording);
    let finished = finished
        .map_err(|error| anyhow::anyhow!("{error}\n{}", saved(&path, &shelf.recording, kept.as_ref().err())))?;
    kept?;
    Ok(Measured { recording: finished.recording, folder: path, end: finished.end, overhead: finished.overhead })
}

fn drive(setup: &Setup<'_>, shelf: &mut Shelf<'_>) -> Result<crate::run::Finished, RunError> {
    let machine = |what: &str| {
        let what = what.to_owned();
        move |source| RunError::Machine { what, source }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(machine("start the event loop"))?;
    let finished = runtime.block_on(async {
        let mut interrupt = Interrupt::listen().map_err(machine("listen for Ctrl-C"))?;
        execute(setup, &mut interrupt, shelf).await
    });
    // An analysis that a Ctrl-C left behind must not keep Plimsoll from ending.
    runtime.shutdown_background();
    finished
}

/// Where what was recorded can be found.
pub(super) fn saved(path: &Path, recording: &Recording, failed: Option<&StoreError>) -> String {
    let phases = settled(&recording.phases);
    let folder = path.display();
    match failed {
        None => format!("nothing to judge; what was recorded ({phases} settled phases) is kept in `{folder}`"),
        Some(_) => format!(
            "nothing to judge; the events that could be written ({phases} settled phases) are kept in `{folder}`"
        ),
    }
}

/// Keeps events in a folder and shows them.
struct Shelf<'a> {
    folder: RecordingFolder,
    recording: Recording,
    progress: &'a mut Progress,
}

impl Observer for Shelf<'_> {
    fn event(&mut self, event: &Event) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        self.folder.append(event)?;
        self.recording.apply(event.clone());
        self.progress.event(event);
        Ok(())
    }

    fn stage(&mut self, stage: &str) {
        self.progress.stage(stage);
    }

    fn load(&mut self, load: Sent) {
        self.progress.load(load);
    }
}

/// The commit of the service's work tree, where there is one and git is installed.
fn commit(directory: &Path) -> Option<String> {
    let mut git = Command::new("git");
    git.args(["rev-parse", "HEAD"]).current_dir(directory).stdin(Stdio::null()).stderr(Stdio::null());
    let output = git.output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}
