//! `plimsoll accept`: make a recording the baseline, after showing what changes.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use anyhow::bail;

use super::output::print;
use super::{Format, Global, check, judge};
use crate::compare::Reference;
use crate::record::Recording;
use crate::report::clean;
use crate::units::{Bytes, Metric};
use crate::verdict::Outcome;

/// Arguments of `plimsoll accept`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    check: check::Args,
    /// Accept a run that regressed: the baseline starts again from it. Say why.
    #[arg(long, value_name = "WHY")]
    force: Option<String>,
    /// Do not ask.
    #[arg(long, short)]
    yes: bool,
}

/// Runs the command.
pub(super) fn execute(args: Args, global: &Global) -> anyhow::Result<ExitCode> {
    let ruling = match args.check.read_rules(global) {
        Ok((_, ruling)) => ruling,
        Err(code) => return Ok(code),
    };
    let baselines = args.check.baselines()?;
    let judged = args.check.judge_stored(&ruling)?;
    let restart = match (&judged.comparison.reference, judged.verdict.outcome) {
        _ if !judged.recordings.iter().all(|recording| recording.complete) => {
            bail!("the run was cut short: only a whole run can be a baseline")
        }
        (_, Outcome::Regressed) if args.force.is_none() => {
            let cure = "mend it, or say why it is right with --force WHY";
            anstream::eprintln!("error: the run regressed: {}; {cure}", clean(&judged.verdict.headline));
            return Ok(ExitCode::from(judged.verdict.exit_code()));
        }
        (reference, outcome) => matches!(reference, Reference::Incomparable(_)) || outcome == Outcome::Regressed,
    };
    let kept = baselines.load(judged.recordings.first().map_or("", |recording| &recording.scenario))?.recordings;
    if let Some(twice) = judged.recordings.iter().find(|recording| kept.contains(recording)) {
        // The same run twice would make the service look as if no two runs ever differed.
        let text = format!("the run of {} is in the baseline already", clean(&twice.started));
        if global.format != Format::Json {
            print(&format!("{text}\n"))?;
            return Ok(ExitCode::SUCCESS);
        }
        anstream::eprintln!("{text}");
        return told(&[], false, global);
    }
    if !global.quiet {
        anstream::eprint!("{}", changes(&judged, restart));
    }
    if !args.yes && std::io::stdin().is_terminal() && !confirmed()? {
        anstream::eprintln!("nothing was changed");
        return Ok(ExitCode::SUCCESS);
    }
    let reason = args.force.as_deref().filter(|_| judged.verdict.outcome == Outcome::Regressed);
    let mut written = Vec::new();
    for (i, recording) in judged.recordings.iter().enumerate() {
        written.push(baselines.accept(&with_reason(recording, reason), restart && i == 0)?);
    }
    told(&written, restart, global)
}

/// Says where the baseline holds the run.
fn told(written: &[String], restart: bool, global: &Global) -> anyhow::Result<ExitCode> {
    print(&match global.format {
        Format::Json => {
            format!("{:#}\n", serde_json::json!({ "schema": 1, "accepted": written, "restarted": restart }))
        }
        _ => written.iter().map(|path| format!("accepted as {path}\n")).collect(),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// What the baseline was and what it becomes, one line for each level that a rule may ask for.
fn changes(judged: &judge::Judged, restart: bool) -> String {
    let mut out = match (&judged.comparison.reference, restart) {
        (Reference::NoBaseline, _) => "this is the first baseline of the scenario\n".to_owned(),
        (_, true) => "the baseline starts again from this run; what was accepted before is dropped\n".to_owned(),
        (Reference::Baseline { runs }, false) => format!("this run joins a baseline of {runs} runs\n"),
        (Reference::Incomparable(_), false) => String::new(),
    };
    for name in ["live.floor", "rss.peak"] {
        let metric: Option<Metric> = name.parse().ok();
        let level =
            judged.comparison.levels.iter().find(|level| Some(level.metric) == metric && level.payload.is_none());
        if let Some(level) = level {
            let before = level.baseline.map(|value| format!(", was {}", Bytes(value))).unwrap_or_default();
            out += &format!("  {name}: {}{before}\n", Bytes(level.candidate));
        }
    }
    out
}

fn confirmed() -> anyhow::Result<bool> {
    anstream::eprint!("accept it? [y/N] ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(answer.trim().eq_ignore_ascii_case("y"))
}

/// The reason of a forced acceptance stands in the recording that the baseline keeps.
fn with_reason(recording: &Recording, reason: Option<&str>) -> Recording {
    let mut recording = recording.clone();
    if let Some(reason) = reason {
        let unseen = crate::record::Unseen { what: "accepted although it regressed".into(), why: reason.into() };
        recording.unseen.push(unseen);
    }
    recording
}
