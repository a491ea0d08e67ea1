//! The comment on a pull request: the Markdown report, with a chart, the command to run locally, where it belongs,
//! and a hidden marker by which it is found again.

use super::markdown::{Frame, compose, told};
use super::text::clean;
use super::{Report, chart};
use crate::verdict::{Outcome, Standing};

/// Characters that a comment on GitHub may have.
pub const LONGEST: usize = 65_536;
/// Bytes of the text before the marker: bytes are never fewer than characters.
const LONGEST_TEXT: usize = 62_000;

/// Where a run belongs; what is `None` is left out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Setting<'a> {
    /// What the change is compared with, such as `main at 0a1b2c3`.
    pub base: Option<&'a str>,
    /// The commit of the change.
    pub head: Option<&'a str>,
    /// The command that does the same on a laptop.
    pub command: Option<&'a str>,
    /// Address of the job with the whole report and the recording.
    pub address: Option<&'a str>,
    /// Whether the rules of the change differ from those it is judged by, and what they would say.
    pub policy_note: Option<&'a str>,
}

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// A line of `body` that no other comment has, but the earlier ones about the same scenario.
    pub marker: String,
    /// The Markdown, at most 65,536 characters.
    pub body: String,
}

/// Renders the comment of a run; `resolved` says that an earlier one told of trouble that is gone.
pub fn render(report: &Report<'_>, setting: Setting<'_>, resolved: bool) -> Comment {
    let marker = marker(report.recordings.first().map_or("", |recording| &recording.scenario));
    let frame = Frame {
        word: if resolved { " (resolved)" } else { "" },
        chart: &curve(report).unwrap_or_default(),
        closing: &closing(setting),
    };
    let body = format!("{}\n{marker}\n", compose(report, frame, LONGEST_TEXT));
    Comment { marker, body }
}

/// The hidden line by which the comment about a scenario is found again. Nothing of the scenario's name is in it but
/// a digest, so that no name can end the hidden line.
pub fn marker(scenario: &str) -> String {
    format!("<!-- plimsoll comment 1 {} -->", &blake3::hash(scenario.as_bytes()).to_hex()[..16])
}

/// Whether a run is worth a comment of its own: something about memory is to be told.
pub fn is_change(outcome: Outcome) -> bool {
    !matches!(outcome, Outcome::Pass | Outcome::NoBaseline)
}

/// The curve of the worst finding that has one.
fn curve(report: &Report<'_>) -> Option<String> {
    let finding = report.verdict.findings.iter().find(|finding| finding.standing == Standing::Fires)?;
    let gauge = finding.subject.metric?.gauge;
    let payload = finding.subject.payload.as_deref();
    let curves = &report.comparison.curves;
    let curve = curves.iter().find(|curve| curve.gauge == gauge && curve.payload.as_deref() == payload)?;
    let words = told(&chart::caption(curve));
    Some(format!("\n<details><summary>{words}</summary>\n\n{}\n</details>\n", chart::mermaid(curve)?))
}

fn closing(setting: Setting<'_>) -> String {
    let mut text = String::new();
    if let Some(note) = setting.policy_note {
        text += &format!("\n**Policy** {}\n", told(note));
    }
    if let Some(command) = setting.command {
        text += &format!("\nOn your machine: {}\n", told(&format!("`{command}`")));
    }
    text += &link(setting.address);
    let place: Vec<String> = [("compared with", setting.base), ("head", setting.head)]
        .into_iter()
        .filter_map(|(what, value)| Some(told(&format!("{what} `{}`", clean(value?)))))
        .collect();
    if !place.is_empty() {
        text += &format!("\n<sub>{}</sub>\n", place.join(", "));
    }
    text
}

/// A link to the job with reports and recordings.
pub(super) fn link(address: Option<&str>) -> String {
    let address = address.filter(|address| is_plain(address));
    address.map(|address| format!("\n[Report and recording]({address})\n")).unwrap_or_default()
}

/// An address that cannot end its link.
fn is_plain(address: &str) -> bool {
    let scheme = address.starts_with("https://") || address.starts_with("http://");
    scheme && address.chars().all(|c| c.is_ascii_alphanumeric() || "-._~:/?=&%".contains(c))
}
