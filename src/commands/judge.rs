//! From recordings to a printed verdict: what `run`, `check`, `report`, `accept` and `demo` share.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::checkout::Checkout;
use super::ruling::Ruling;
use super::{Format, Global};
use crate::compare::{Comparison, compare};
use crate::policy::{Level, Rules};
use crate::record::Recording;
use crate::report::{self, Anchor, Report};
use crate::store::{self, Baseline, Baselines, RecordingFolder};
use crate::units::Gauge;
use crate::verdict::{PolicyChange, Verdict, judge_beside};

/// A run that was judged.
pub(super) struct Judged {
    pub recordings: Vec<Recording>,
    pub comparison: Comparison,
    pub verdict: Verdict,
    pub notes: Vec<String>,
    /// What the change does to the rules, where it is judged by those of its base.
    pub policy_change: Option<PolicyChange>,
    /// The older level that the run was held against as well.
    pub anchor: Option<Anchor>,
    /// The commits of the baseline's runs, oldest first, each once.
    pub base_commits: Vec<String>,
    gated: Vec<Gauge>,
}

/// Where the runs are that a run is compared with.
pub(super) struct References {
    /// The stored baselines.
    pub baselines: Baselines,
    /// Those of an older level, such as the last release's.
    pub anchor: Option<Baselines>,
}

impl From<Baselines> for References {
    fn from(baselines: Baselines) -> Self {
        Self { baselines, anchor: None }
    }
}

impl References {
    /// The run against its anchor; `None` where none is asked for, or none is there, which is noted.
    fn anchor(&self, recordings: &[Recording], notes: &mut Vec<String>) -> anyhow::Result<Option<Anchor>> {
        let Some(baselines) = &self.anchor else { return Ok(None) };
        let scenario = recordings.first().map(|recording| recording.scenario.as_str()).unwrap_or_default();
        let anchor = baselines.load(scenario)?;
        notes.extend(anchor.skipped);
        let Some(newest) = anchor.recordings.last() else {
            notes.push("there is no anchor yet: `plimsoll accept --baseline PLACE` makes one at that place".to_owned());
            return Ok(None);
        };
        let (started, commit) = (newest.started.clone(), newest.commit.clone());
        Ok(Some(Anchor { started, commit, comparison: compare(recordings, &anchor.recordings) }))
    }
}

/// Recordings that were read back, with what was missing in them.
#[derive(Clone)]
pub(super) struct Read {
    pub recordings: Vec<Recording>,
    pub notes: Vec<String>,
    /// Runs of another commit, measured in turn with these: a baseline of their own.
    pub against: Vec<Recording>,
}

/// Judges the repeats of a run against those of the commit that was measured in turn with it, else against the stored
/// baseline of its scenario.
pub(super) fn judge(
    ruling: &Ruling,
    read: Read,
    references: &References,
    today: jiff::civil::Date,
) -> anyhow::Result<Judged> {
    let Read { recordings, mut notes, against } = read;
    let scenario = recordings.first().map(|recording| recording.scenario.as_str()).unwrap_or_default();
    let baseline = match against.is_empty() {
        true => references.baselines.load(scenario)?,
        false => Baseline { recordings: against, skipped: Vec::new() },
    };
    notes.extend(baseline.skipped);
    notes.extend(ruling.notes.iter().cloned());
    let mut base_commits: Vec<String> = baseline.recordings.iter().filter_map(|run| run.commit.clone()).collect();
    base_commits.dedup();
    let comparison = compare(&recordings, &baseline.recordings);
    let anchor = references.anchor(&recordings, &mut notes)?;
    let beside = anchor.as_ref().map(|anchor| &anchor.comparison);
    let verdict = judge_beside(&ruling.rules, &comparison, beside, &recordings, today);
    let policy_change = ruling.own.as_ref().and_then(|own| {
        let other = judge_beside(&own.rules, &comparison, beside, &recordings, today);
        PolicyChange::between(own.base.clone(), &ruling.rules, &own.rules, own.load, &other)
    });
    let gated = gated(&ruling.rules);
    Ok(Judged { recordings, comparison, verdict, policy_change, anchor, notes, base_commits, gated })
}

/// The gauges that a rule looks at.
fn gated(rules: &Rules) -> Vec<Gauge> {
    let on = |level: Level| level != Level::Off;
    let bounds = rules.bounds.iter().filter(|rule| on(rule.level)).map(|rule| rule.metric.gauge);
    let slopes = rules.slopes.iter().filter(|rule| on(rule.level)).map(|rule| rule.gauge);
    let recoveries = rules.recoveries.iter().filter(|rule| on(rule.level)).map(|rule| rule.gauge);
    let gauges: BTreeSet<Gauge> = bounds.chain(slopes).chain(recoveries).collect();
    gauges.into_iter().collect()
}

/// Reads recordings; with no path the newest one below `runs`.
pub(super) fn read(paths: &[PathBuf], runs: &Path) -> anyhow::Result<Read> {
    let newest;
    let paths = match paths {
        [] => {
            newest = [store::newest(runs)?];
            &newest[..]
        }
        paths => paths,
    };
    let mut read = Read::from(Vec::new());
    for path in paths {
        let opened = RecordingFolder::open(path)?;
        for other in store::against(&opened.path)? {
            read.against.push(other.recording);
            read.notes.extend(other.notes);
        }
        read.recordings.push(opened.recording);
        read.notes.extend(opened.notes);
    }
    Ok(read)
}

impl From<Vec<Recording>> for Read {
    fn from(recordings: Vec<Recording>) -> Self {
        Self { recordings, notes: Vec::new(), against: Vec::new() }
    }
}

impl Judged {
    /// The report in the wanted format.
    pub(super) fn render(&self, format: Format) -> anyhow::Result<String> {
        let report = self.report();
        Ok(match format {
            Format::Terminal => report::terminal::render(&report, columns()),
            Format::Markdown => report::markdown::render(&report),
            Format::Json => report::json::render(&report)?,
            Format::Html => report::html::render(&report),
            Format::Junit => report::junit::render(&report),
            Format::Sarif => {
                let workspace = std::env::var_os("GITHUB_WORKSPACE").map(PathBuf::from);
                report::sarif::render(&report, &Checkout::of(workspace.as_deref()))?
            }
        })
    }

    /// Prints the report; the exit code is the verdict's.
    pub(super) fn print(&self, global: &Global) -> anyhow::Result<ExitCode> {
        super::output::print(&self.render(global.format)?)?;
        Ok(ExitCode::from(self.verdict.exit_code()))
    }

    pub(super) fn report(&self) -> Report<'_> {
        Report {
            recordings: &self.recordings,
            comparison: &self.comparison,
            verdict: &self.verdict,
            policy_change: self.policy_change.as_ref(),
            anchor: self.anchor.as_ref(),
            notes: &self.notes,
            gated: &self.gated,
        }
    }
}

/// Columns of the terminal; 100 where there is none.
fn columns() -> usize {
    terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0))
}
