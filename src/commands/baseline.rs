//! `plimsoll baseline`: what is stored, and how it moves from one place to another.

pub(super) mod place;

use std::path::Path;
use std::process::ExitCode;

use super::output::print;
use super::{Format, Global};
use crate::record::Recording;
use crate::report::clean;
use crate::store::{BASELINES, Baselines, Stored};
use crate::units::{Bytes, Gauge};

/// What can be done.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List the stored runs of every scenario.
    List {
        #[command(flatten)]
        at: At,
        /// Only of this scenario.
        scenario: Option<String>,
    },
    /// Show the environment and the floors of a scenario's stored runs.
    Show {
        #[command(flatten)]
        at: At,
        /// The scenario, as `list` names it.
        scenario: String,
    },
    /// Copy the baselines from a place into a folder.
    Fetch {
        #[command(flatten)]
        at: At,
        /// Only of this scenario; artifacts have to be asked for by scenario.
        scenario: Option<String>,
        /// The folder to copy into.
        #[arg(long, default_value = BASELINES, value_name = "DIR")]
        to: String,
    },
    /// Copy the baselines of a folder to a place; runs that are there already are left alone.
    Push {
        #[command(flatten)]
        at: At,
        /// Only of this scenario.
        scenario: Option<String>,
        /// The folder to copy from.
        #[arg(long, default_value = BASELINES, value_name = "DIR")]
        from: String,
    },
}

/// Where the baselines are.
#[derive(Debug, clap::Args)]
pub(super) struct At {
    /// A folder, git+branch://NAME, github+artifacts://NAME, s3://BUCKET/FOLDER, gs://BUCKET/FOLDER or
    /// az://CONTAINER/FOLDER [default: .plimsoll/baselines].
    #[arg(long, value_name = "PLACE")]
    baseline: Option<String>,
}

/// Runs the command.
pub(super) fn execute(command: Command, global: &Global) -> anyhow::Result<ExitCode> {
    match command {
        Command::List { at, scenario } => list(&at.open()?, scenario.as_deref(), global)?,
        Command::Show { at, scenario } => {
            let stored = at.open()?.stored(&scenario)?;
            if stored.is_empty() {
                anstream::eprintln!("error: there is no baseline of `{scenario}`: `plimsoll baseline list` names them");
                return Ok(ExitCode::from(2));
            }
            print(&show(&stored, global))?;
        }
        Command::Fetch { at, scenario, to } => copy(&at.open()?, &Baselines::open(to), scenario.as_deref(), global)?,
        Command::Push { at, scenario, from } => copy(&Baselines::open(from), &at.open()?, scenario.as_deref(), global)?,
    }
    Ok(ExitCode::SUCCESS)
}

impl At {
    fn open(&self) -> anyhow::Result<Baselines> {
        place::baselines(self.baseline.as_deref(), Path::new("."))
    }
}

fn scenarios(baselines: &Baselines, wanted: Option<&str>) -> anyhow::Result<Vec<String>> {
    Ok(match wanted {
        Some(scenario) => vec![scenario.to_owned()],
        None => baselines.scenarios()?,
    })
}

fn list(baselines: &Baselines, wanted: Option<&str>, global: &Global) -> anyhow::Result<()> {
    let mut views = Vec::new();
    let mut text = String::new();
    for scenario in scenarios(baselines, wanted)? {
        text += &format!("{}\n", clean(&scenario));
        for stored in baselines.stored(&scenario)? {
            text += &format!("  {:06}  {}\n", stored.entry, line(&stored));
            views.push(view(&scenario, &stored));
        }
    }
    if global.format == Format::Json {
        return print(&format!("{:#}\n", serde_json::json!({ "schema": 1, "runs": views })));
    }
    print(if text.is_empty() { "there is no baseline yet: `plimsoll accept` makes one\n" } else { &text })
}

fn line(stored: &Stored) -> String {
    match &stored.recording {
        Ok(run) => {
            let commit = run.commit.as_deref().map(|commit| format!("  commit {}", short(commit))).unwrap_or_default();
            let floor = floors(run).1.map(|floor| format!("  live floor {floor}")).unwrap_or_default();
            clean(&format!("{}{commit}{floor}", run.started))
        }
        Err(error) => clean(&format!("passed over: {error}")),
    }
}

fn view(scenario: &str, stored: &Stored) -> serde_json::Value {
    let run = stored.recording.as_ref().ok();
    serde_json::json!({
        "scenario": scenario,
        "entry": stored.entry,
        "place": stored.place,
        "started": run.map(|run| &run.started),
        "commit": run.and_then(|run| run.commit.as_ref()),
        "plan": run.map(|run| &run.plan),
        "environment": run.map(|run| &run.fingerprint.facts),
        "live-floor": run.and_then(|run| floors(run).1).map(|floor| floor.0),
        "passed-over": stored.recording.as_ref().err().map(ToString::to_string),
    })
}

/// The first and the last live floor of the steady rounds.
fn floors(run: &Recording) -> (Option<Bytes>, Option<Bytes>) {
    let floors: Vec<Bytes> =
        run.steady().filter_map(|round| round.floor.get(&Gauge::Live).copied().map(Bytes)).collect();
    (floors.first().copied(), floors.last().copied())
}

fn short(commit: &str) -> String {
    commit.chars().take(12).collect()
}

fn show(stored: &[Stored], global: &Global) -> String {
    if global.format == Format::Json {
        let views: Vec<_> = stored.iter().map(|one| view("", one)).collect();
        return format!("{:#}\n", serde_json::json!({ "schema": 1, "runs": views }));
    }
    let mut text = String::new();
    for one in stored {
        text += &format!("{}\n  {}\n", clean(&one.place), line(one));
        if let Ok(run) = &one.recording {
            if let (Some(first), Some(last)) = floors(run) {
                text += &format!("  live floor from {first} to {last} over {} rounds\n", run.steady().count());
            }
            text += &format!("  load plan {}\n", clean(&run.plan));
            for (fact, value) in &run.fingerprint.facts {
                text += &format!("  {} {}\n", clean(fact), clean(value));
            }
        }
    }
    text
}

/// Copies runs, oldest first, those that are there already left out.
fn copy(from: &Baselines, to: &Baselines, wanted: Option<&str>, global: &Global) -> anyhow::Result<()> {
    let mut copied = Vec::new();
    for scenario in scenarios(from, wanted)? {
        let there: Vec<Recording> = to.stored(&scenario)?.into_iter().filter_map(|one| one.recording.ok()).collect();
        for stored in from.stored(&scenario)? {
            match stored.recording {
                Ok(run) if there.contains(&run) => {}
                Ok(run) => copied.push(to.accept(&run, false)?),
                Err(error) => anstream::eprintln!("passed over: {}", clean(&error.to_string())),
            }
        }
    }
    if global.format == Format::Json {
        return print(&format!("{:#}\n", serde_json::json!({ "schema": 1, "copied": copied })));
    }
    let lines: String = copied.iter().map(|place| format!("copied to {}\n", clean(place))).collect();
    print(if lines.is_empty() { "nothing to copy\n" } else { &lines })
}
