//! SARIF 2.1.0 (OASIS), as code scanning reads it: one result for each finding, at its policy line, with the line where
//! its owner is written down as a related one. What is waived is suppressed, what is unsure is for review. Specification: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/>.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Report;
use super::detail::details;
use super::source::Tree;
use super::text::{clean, shorten};
use crate::policy::Level;
use crate::verdict::{Finding, Standing};

/// Characters of one message.
const LONGEST: usize = 4_000;
/// Where a finding is shown that has no line of its own: viewers want a place for every result.
const NOWHERE: &str = "plimsoll.toml";

/// Renders a report as SARIF, with files as the tree calls them: code scanning counts from the top of the repository.
///
/// # Errors
/// When it cannot be written as JSON, which no report causes.
pub fn render(report: &Report<'_>, tree: &dyn Tree) -> serde_json::Result<String> {
    let codes: BTreeSet<&'static str> = report.verdict.findings.iter().map(|finding| finding.code).collect();
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "Plimsoll",
                    version: env!("CARGO_PKG_VERSION"),
                    rules: codes.iter().map(|code| rule(code)).collect(),
                },
            },
            results: report.verdict.findings.iter().map(|finding| result(report, finding, tree)).collect(),
            column_kind: "unicodeCodePoints",
        }],
    };
    Ok(serde_json::to_string_pretty(&log)? + "\n")
}

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    results: Vec<Outcome>,
    column_kind: &'static str,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
struct Driver {
    name: &'static str,
    version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Text,
    help: Text,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    rule_id: &'static str,
    kind: &'static str,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Related>,
    partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: Physical,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Related {
    physical_location: Physical,
    message: Text,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
}

#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "plimsoll/v1")]
    subject: String,
}

#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    justification: String,
}

fn rule(code: &'static str) -> Rule {
    Rule {
        id: code,
        short_description: Text { text: code.replace('-', " ") },
        help: Text { text: format!("`plimsoll explain {code}` tells what it means and what to look at.") },
    }
}

fn result(report: &Report<'_>, finding: &Finding, tree: &dyn Tree) -> Outcome {
    let (kind, level) = match (&finding.standing, finding.level) {
        (Standing::Unsure, _) => ("review", "none"),
        (_, Level::Block) => ("fail", "error"),
        (_, Level::Warn | Level::Off) => ("fail", "warning"),
    };
    let suppressions = match &finding.standing {
        Standing::Waived(why) => vec![Suppression { kind: "external", justification: plain(why) }],
        Standing::Fires | Standing::Unsure => Vec::new(),
    };
    let mut text = plain(&finding.message);
    for (what, detail) in details(report, finding) {
        text += &format!("\n{what}: {}", plain(&detail));
    }
    Outcome {
        rule_id: finding.code,
        kind,
        level,
        message: Text { text: shorten(&text, LONGEST) },
        locations: [Location { physical_location: place(finding, tree) }],
        related_locations: related(finding, tree).into_iter().collect(),
        partial_fingerprints: Fingerprints { subject: fingerprint(report, finding) },
        suppressions,
    }
}

/// Without links: SARIF reads `[text](target)` in a plain message.
fn plain(text: &str) -> String {
    clean(text).replace('[', "\\[").replace(']', "\\]")
}

fn place(finding: &Finding, tree: &dyn Tree) -> Physical {
    let place = finding.place.as_ref().filter(|place| place.line > 0 && !place.file.ends_with("(built in)"));
    let (file, line) = place.map_or((NOWHERE, 1), |place| (place.file.as_str(), place.line));
    at(&tree.name(file), line)
}

fn related(finding: &Finding, tree: &dyn Tree) -> Option<Related> {
    let owner = finding.subject.owner.as_ref()?;
    let (file, line) = tree.place(owner)?;
    Some(Related { physical_location: at(&file, line), message: Text { text: plain(&owner.to_string()) } })
}

fn at(file: &str, line: u32) -> Physical {
    Physical { artifact_location: Artifact { uri: uri(file) }, region: Region { start_line: line } }
}

/// A file name as a relative URI reference (RFC 3986).
fn uri(file: &str) -> String {
    let mut file = file;
    while let Some(rest) = ["./", "../", "/"].iter().find_map(|start| file.strip_prefix(start)) {
        file = rest;
    }
    let mut uri = String::new();
    for byte in file.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// What a finding is about, without its figures: the same trouble keeps its fingerprint from run to run.
fn fingerprint(report: &Report<'_>, finding: &Finding) -> String {
    let subject = &finding.subject;
    let scenario = report.recordings.first().map_or("", |recording| &recording.scenario);
    let parts = [
        scenario.to_owned(),
        finding.code.to_owned(),
        subject.metric.map(|metric| metric.to_string()).unwrap_or_default(),
        subject.phase.clone().unwrap_or_default(),
        subject.payload.clone().unwrap_or_default(),
        subject.owner.as_ref().map(ToString::to_string).unwrap_or_default(),
    ];
    blake3::hash(parts.join("\0").as_bytes()).to_hex()[..32].to_owned()
}
