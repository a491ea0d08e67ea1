//! Findings at their policy lines, for annotations beside a diff.

use super::Report;
use super::detail::details;
use super::text::{clean, shorten};
use crate::heap::OwnerPath;
use crate::policy::Level;
use crate::verdict::{Finding, Standing};

/// Characters of a title (GitHub takes 255) and of a message (64 KiB).
const LONGEST_TITLE: usize = 200;
const LONGEST_MESSAGE: usize = 4_000;

/// How loud an annotation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loudness {
    /// The rule stops the release.
    Failure,
    /// The rule warns.
    Warning,
    /// It is only said.
    Notice,
}

/// One finding at one line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// The policy file as it was named, where the rule stands in one.
    pub path: Option<String>,
    /// The line, from 1; 0 without a file.
    pub line: u32,
    /// How loud.
    pub loudness: Loudness,
    /// The code and what it is about; plain text.
    pub title: String,
    /// The finding with all that is known about it; plain text of several lines.
    pub message: String,
    /// Who holds the memory, where that is known.
    pub owner: Option<OwnerPath>,
}

/// The annotations of a report, worst first. Rules that are built in have no file in the repository.
pub fn annotations(report: &Report<'_>) -> Vec<Annotation> {
    report.verdict.findings.iter().map(|finding| annotation(report, finding)).collect()
}

fn annotation(report: &Report<'_>, finding: &Finding) -> Annotation {
    let place = finding.place.as_ref().filter(|place| place.line > 0 && !place.file.ends_with("(built in)"));
    let loudness = match (&finding.standing, finding.level) {
        (Standing::Fires, Level::Block) => Loudness::Failure,
        (Standing::Fires, _) => Loudness::Warning,
        (Standing::Unsure | Standing::Waived(_), _) => Loudness::Notice,
    };
    Annotation {
        path: place.map(|place| clean(&place.file)),
        line: place.map_or(0, |place| place.line),
        loudness,
        title: shorten(&clean(&title(report, finding)), LONGEST_TITLE),
        message: shorten(&message(report, finding), LONGEST_MESSAGE),
        owner: finding.subject.owner.clone(),
    }
}

fn title(report: &Report<'_>, finding: &Finding) -> String {
    let scenario = report.recordings.first().map_or("", |recording| &recording.scenario);
    let word = match finding.standing {
        Standing::Fires => "",
        Standing::Unsure => " (not sure)",
        Standing::Waived(_) => " (waived)",
    };
    format!("{scenario}: {}{word}", finding.code)
}

fn message(report: &Report<'_>, finding: &Finding) -> String {
    let mut lines = vec![clean(&finding.message)];
    lines.extend(details(report, finding).into_iter().map(|(what, text)| format!("{what}: {}", clean(&text))));
    lines.join("\n")
}
