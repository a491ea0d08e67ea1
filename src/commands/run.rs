//! `plimsoll run`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::Global;
use super::against::{Against, Refused};
use super::baseline::place;
use super::judge::{Judged, Read, judge};
use super::measure::{Ground, Measured, measure, saved};
use super::progress::Progress;
use super::ruling::{self, Ruling};
use crate::plan::{Plan, plan};
use crate::policy::{DumpPolicy, Policy};
use crate::run::{End, today};
use crate::store::RUNS;
use crate::verdict::Outcome;

/// Arguments of `plimsoll run`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// The policy: service, load and rules.
    #[arg(long, short, default_value = "plimsoll.toml", value_name = "FILE")]
    config: PathBuf,
    /// Where recordings are kept [default: .plimsoll/runs beside the policy].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Where the baselines are: a folder, git+branch://NAME, github+artifacts://NAME, s3://BUCKET/FOLDER, gs://…, az://…
    /// [default: .plimsoll/baselines beside the policy].
    #[arg(long, value_name = "PLACE")]
    baseline: Option<String>,
    /// An older level to hold the run against as well, such as that of the last release: a place as for --baseline.
    #[arg(long, value_name = "PLACE")]
    anchor: Option<String>,
    /// Build and measure the service of this commit, branch or tag too, in turn with the one here, and compare with that.
    #[arg(long, value_name = "REF", conflicts_with = "baseline")]
    against: Option<String>,
    #[command(flatten)]
    ruling: ruling::Args,
    /// Keep the heap dumps after they were analyzed.
    #[arg(long, conflicts_with = "no_dumps")]
    keep_dumps: bool,
    /// Allow `load.base-url` to be a public address. Only for a service of your own: ugly payloads are attacks.
    #[arg(long)]
    allow_public: bool,
    /// Take no heap dumps: owners stay unknown.
    #[arg(long)]
    no_dumps: bool,
    /// Measure up to so many times while the evidence is not enough either way.
    #[arg(long, default_value_t = 3, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10))]
    confirm: u32,
    /// Say where the recording is and what Plimsoll itself used.
    #[arg(long, short)]
    verbose: bool,
}

const AFTER_HELP: &str = "\
A run starts the service, waits until it is ready, sends the warm-up, the equal rounds and each ugly payload, reads the \
memory floor after each, takes the heap dumps, stops the service, and judges.
The service never outlives the run: not after Ctrl-C, and not after `kill -9`.

With --against, the service of that commit is built (`[service] build`) and measured in turn with the one here, so that \
nothing but the change differs: no stored baseline is needed.

Ctrl-C ends a run in an orderly way with exit code 3; what was recorded is kept and `plimsoll report` shows it.";

/// Runs the command.
pub(super) fn execute(args: Args, global: &Global) -> anyhow::Result<ExitCode> {
    let (policy, ruling) = match ruling::read_both(&args.ruling, &args.config, global) {
        Ok(both) => both,
        Err(code) => return Ok(code),
    };
    // Planned before the options count: a run without dumps sends the same load and stays comparable.
    let plan = plan(&policy);
    let policy = args.adapt(policy);
    let folder = args.config.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let ground = Ground {
        runs: args.out.clone().unwrap_or_else(|| folder.join(RUNS)),
        base: folder.to_owned(),
        keep_dumps: args.keep_dumps,
        public: args.allow_public,
    };
    let mut read = Read::from(Vec::new());
    let against = match args.against.as_deref() {
        None => None,
        Some(name) => match Against::prepare(name, &policy, folder, &mut Progress::new(global)) {
            Ok(against) => Some(against),
            Err(Refused::New(why)) => {
                read.notes.push(why);
                None
            }
            Err(refused) => return refused.tell(),
        },
    };
    let case = Case { policy: &policy, ruling: &ruling, plan: &plan, ground: &ground };
    let ended = args.repeat(&case, against.as_ref(), read, global);
    if let Some(against) = against {
        against.remove();
    }
    match ended? {
        Ended::Judged(judged) => judged.print(global),
        Ended::Interrupted(signal, measured) => {
            anstream::eprintln!("ended by {signal}; {}", saved(&measured.folder, &measured.recording, None));
            Ok(ExitCode::from(3))
        }
    }
}

/// What is measured, where, and by which rules it is judged.
struct Case<'a> {
    policy: &'a Policy,
    ruling: &'a Ruling,
    plan: &'a Plan,
    ground: &'a Ground,
}

/// What the repeats of a run came to.
enum Ended {
    Judged(Box<Judged>),
    Interrupted(&'static str, Box<Measured>),
}

impl Args {
    /// Measures until the evidence is enough, each time on both sides where there are two.
    fn repeat(
        &self,
        case: &Case<'_>,
        against: Option<&Against>,
        mut read: Read,
        global: &Global,
    ) -> anyhow::Result<Ended> {
        let Case { policy, ruling, plan, ground } = *case;
        let references = place::references(self.baseline.as_deref(), self.anchor.as_deref(), &ground.base)?;
        loop {
            let mut progress = Progress::new(global);
            let measured = measure(policy, plan, ground, &mut progress)?;
            self.describe(&measured);
            if let End::Interrupted(signal) = measured.end {
                return Ok(Ended::Interrupted(signal, Box::new(measured)));
            }
            if let Some(against) = against {
                if let Some(signal) = against.interrupted() {
                    return Ok(Ended::Interrupted(signal, Box::new(measured)));
                }
                let other = against.measure(policy, plan, ground, &measured, &mut progress)?;
                self.describe(&other);
                if let End::Interrupted(signal) = other.end {
                    return Ok(Ended::Interrupted(signal, Box::new(other)));
                }
                read.against.push(other.recording);
            }
            read.recordings.push(measured.recording);
            let judged = judge(ruling, read.clone(), &references, today())?;
            let runs = u32::try_from(read.recordings.len()).unwrap_or(u32::MAX);
            if judged.verdict.outcome != Outcome::Inconclusive || runs >= self.confirm || measured.end != End::Complete
            {
                return Ok(Ended::Judged(Box::new(judged)));
            }
            progress.say(&format!("not sure yet after {runs} of at most {} runs: measuring again", self.confirm));
        }
    }

    fn adapt(&self, mut policy: Policy) -> Policy {
        if self.no_dumps {
            policy.service.dumps = DumpPolicy::Never;
        }
        policy
    }

    fn describe(&self, measured: &Measured) {
        if self.verbose {
            anstream::eprintln!("{}", measured.overhead);
            anstream::eprintln!("recorded in `{}`", measured.folder.display());
        }
    }
}
