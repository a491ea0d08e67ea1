//! `plimsoll run --against`: the service of another commit, built and measured in turn with the one at hand.

mod sides;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, anyhow};

use super::measure::{Ground, Measured, measure};
use super::progress::Progress;
use crate::git::{Commit, Repository, WorkTree};
use crate::plan::Plan;
use crate::policy::Policy;
use crate::run::{BuildError, End, Interrupt, Watch, build};
use crate::store::AGAINST;

/// The other side of a comparison.
pub(super) struct Against {
    commit: Commit,
    tree: WorkTree,
    /// Where the policy would stand in the check-out.
    folder: PathBuf,
    watch: Watch,
}

/// Why there is no other side.
pub(super) enum Refused {
    /// Something is to be corrected.
    Usage(String),
    /// The commit has no such service: that is nothing to stop for.
    New(String),
    /// It was ended by a signal.
    Interrupted(&'static str),
    /// It could not be made.
    Failed(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Refused {
    /// Says why, and with which code to end.
    pub(super) fn tell(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Usage(why) | Self::New(why) => {
                anstream::eprintln!("error: {why}");
                Ok(ExitCode::from(2))
            }
            Self::Interrupted(signal) => {
                anstream::eprintln!("ended by {signal}; nothing was measured");
                Ok(ExitCode::from(3))
            }
            Self::Failed(error) => Err(error),
        }
    }
}

impl Against {
    /// Checks the commit `name` out and builds the service on both sides; `folder` is that of the policy.
    pub(super) fn prepare(
        name: &str,
        policy: &Policy,
        folder: &Path,
        progress: &mut Progress,
    ) -> Result<Self, Refused> {
        let usage = |error: crate::git::GitError| Refused::Usage(error.to_string());
        let watch = Watch::begin().context("cannot listen for Ctrl-C")?;
        let repository = Repository::of(folder).map_err(usage)?;
        let (commit, head) = (repository.commit(name).map_err(usage)?, repository.commit("HEAD").map_err(usage)?);
        sides::check(policy, repository.top()).map_err(Refused::Usage)?;
        let inner = repository.inner(folder).map_err(usage)?;
        if commit.id == head.id && !repository.is_changed()? {
            progress.say(&format!("{commit} is the commit of the work tree: both sides are the same service"));
        }
        progress.stage(&format!("checking out {commit}"));
        let tree = WorkTree::check_out(&repository, &commit);
        if let Some(signal) = watch.seen() {
            return Err(Refused::Interrupted(signal));
        }
        let tree = tree?;
        let folder_there = tree.path().join(inner);
        if !folder_there.is_dir() {
            let folder = folder.display();
            return Err(Refused::New(format!("{commit} has no folder `{folder}`: there is nothing to compare with")));
        }
        let log = tree.beside("build.log");
        let against = Self { commit, tree, folder: folder_there, watch };
        for (side, folder) in [("the work tree".to_owned(), folder), (against.commit.to_string(), &against.folder)] {
            progress.stage(&format!("building {side}"));
            built(policy, folder, &log, &side, &against.watch)?;
        }
        progress.clear();
        Ok(against)
    }

    /// The signal that came since the other side was prepared.
    pub(super) fn interrupted(&self) -> Option<&'static str> {
        self.watch.seen()
    }

    /// Measures the other side, and keeps its recording within that of the side at hand.
    pub(super) fn measure(
        &self,
        policy: &Policy,
        plan: &Plan,
        ground: &Ground,
        ours: &Measured,
        progress: &mut Progress,
    ) -> anyhow::Result<Measured> {
        progress.say(&format!("now {}", self.commit));
        let ground = Ground {
            runs: ours.folder.join(AGAINST),
            base: self.folder.clone(),
            keep_dumps: ground.keep_dumps,
            public: ground.public,
        };
        let mut measured = measure(policy, plan, &ground, progress)
            .map_err(|error| anyhow!("the service of {} could not be measured: {error}", self.commit))?;
        if let (Some(signal), End::Complete) = (self.interrupted(), measured.end) {
            measured.end = End::Interrupted(signal);
        }
        if measured.end == End::Service {
            let left = "there is nothing to compare with, and only rules that need no baseline are judged";
            progress.say(&format!("the service of {} did not live through its load: {left}", self.commit));
        }
        Ok(measured)
    }

    /// Takes the check-out away; says what is left if that fails.
    pub(super) fn remove(self) {
        if let Err(error) = self.tree.remove() {
            anstream::eprintln!("warning: {error}");
        }
    }
}

/// Builds one side.
fn built(policy: &Policy, folder: &Path, log: &Path, side: &str, watch: &Watch) -> Result<(), Refused> {
    let program = std::env::current_exe().context("cannot find plimsoll's own program")?;
    let base = std::path::absolute(folder).context("cannot tell the working directory")?;
    let directory = policy.service.directory.as_ref().map_or_else(|| base.clone(), |inner| base.join(inner));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.context("cannot start the event loop")?;
    let ended = runtime.block_on(async {
        let mut interrupt = Interrupt::since(watch).context("cannot listen for Ctrl-C")?;
        Ok::<_, anyhow::Error>(build(&program, &policy.service, &directory, log, &mut interrupt).await)
    })?;
    match ended {
        Ok(()) => Ok(()),
        Err(BuildError::Interrupted(signal)) => Err(Refused::Interrupted(signal)),
        Err(error) => Err(Refused::Failed(anyhow!("{side} could not be built: {error}"))),
    }
}
