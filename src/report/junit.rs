//! JUnit XML, as Jenkins, GitLab and the test views of GitHub read it: one suite for the scenario, one case for each
//! finding and for each gauge that a rule looks at. Format: <https://github.com/testmoapp/junitxml>, and within that what
//! `fixtures/junit/junit.xsd` allows.

use super::Report;
use super::detail::details;
use super::text::shorten;
use super::xml::quote;
use crate::policy::Level;
use crate::units::Gauge;
use crate::verdict::{Finding, Outcome, Standing};

/// Characters of one attribute.
const LONGEST: usize = 600;

/// Renders a report as JUnit XML. A waived or unsure finding is skipped, a warning passes with its text.
pub fn render(report: &Report<'_>) -> String {
    let (scenario, started, seconds) = report.recordings.first().map_or(("", "", 0.0), |recording| {
        let ended = recording.ended.map_or(0.0, |ended| ended.0.as_secs_f64());
        (recording.scenario.as_str(), recording.started.as_str(), ended)
    });
    let mut cases: Vec<Case> = report.verdict.findings.iter().map(|finding| of_finding(report, finding)).collect();
    cases.extend(report.gated.iter().filter_map(|gauge| of_gauge(report, *gauge)));
    cases.push(of_outcome(report));
    let count = |wanted: fn(&Content) -> bool| cases.iter().filter(|case| wanted(&case.content)).count();
    let counts = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{seconds:.3}\"",
        cases.len(),
        count(|content| matches!(content, Content::Failure { .. })),
        count(|content| matches!(content, Content::Error { .. })),
    );
    // Jenkins knows this of a suite only.
    let skipped = format!("skipped=\"{}\"", count(|content| matches!(content, Content::Skipped(_))));
    let suite = format!("name=\"plimsoll {}\"", attribute(scenario));
    let timestamp = if is_time(started) { format!(" timestamp=\"{started}\"") } else { String::new() };
    let class = format!("plimsoll.{}", attribute(scenario));
    let cases: String = cases.iter().map(|case| case.write(&class)).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {suite} {counts}>\n  \
         <testsuite {suite} {counts} {skipped}{timestamp}>\n{cases}  </testsuite>\n</testsuites>\n"
    )
}

/// Whether a text is a time as RFC 3339 writes it, and nothing more.
fn is_time(text: &str) -> bool {
    let plain = text.chars().all(|c| c.is_ascii_digit() || "-:.+TZ".contains(c));
    // Jiff also reads times without separators.
    let long = text.get(4..5) == Some("-") && text.get(10..11) == Some("T") && text.get(13..14) == Some(":");
    plain && long && text.parse::<jiff::Timestamp>().is_ok()
}

struct Case {
    name: String,
    content: Content,
}

enum Content {
    Passed,
    Told(String),
    Skipped(String),
    Failure { kind: &'static str, message: String, text: String },
    Error { message: String },
}

impl Case {
    fn write(&self, class: &str) -> String {
        let inner = match &self.content {
            Content::Passed => String::new(),
            Content::Told(text) => format!("<system-out>{}</system-out>", lines(text)),
            Content::Skipped(why) => format!("<skipped message=\"{}\"/>", attribute(why)),
            Content::Failure { kind, message, text } => {
                format!("<failure type=\"{kind}\" message=\"{}\">{}</failure>", attribute(message), lines(text))
            }
            Content::Error { message } => format!("<error type=\"error\" message=\"{}\"/>", attribute(message)),
        };
        format!("    <testcase classname=\"{class}\" name=\"{}\">{inner}</testcase>\n", attribute(&self.name))
    }
}

fn attribute(text: &str) -> String {
    quote(&shorten(text, LONGEST))
}

/// Text of several lines: each is quoted by itself, since a line end within a name is replaced.
fn lines(text: &str) -> String {
    text.split('\n').map(|line| quote(&shorten(line, LONGEST))).collect::<Vec<_>>().join("\n")
}

fn of_finding(report: &Report<'_>, finding: &Finding) -> Case {
    let subject = &finding.subject;
    let about = [
        subject.metric.map(|metric| metric.to_string()),
        subject.payload.as_ref().map(|payload| format!("payload {payload}")),
        subject.owner.as_ref().map(ToString::to_string),
    ];
    let about: Vec<String> = about.into_iter().flatten().collect();
    let name = format!("{} {}", finding.code, about.join(" "));
    let mut text = finding.message.replace('\n', " ");
    for (what, detail) in details(report, finding) {
        text += &format!("\n{what}: {}", detail.replace('\n', " "));
    }
    let content = match (&finding.standing, finding.level) {
        (Standing::Unsure, _) => Content::Skipped(format!("not sure: {}", finding.message)),
        (Standing::Waived(why), _) => Content::Skipped(format!("waived, {why}: {}", finding.message)),
        (Standing::Fires, Level::Block) => {
            Content::Failure { kind: finding.code, message: finding.message.clone(), text }
        }
        (Standing::Fires, _) => Content::Told(format!("warning: {text}")),
    };
    Case { name: name.trim_end().to_owned(), content }
}

/// A gauge that rules look at and no finding is about.
fn of_gauge(report: &Report<'_>, gauge: Gauge) -> Option<Case> {
    let about = |finding: &Finding| finding.subject.metric.is_some_and(|metric| metric.gauge == gauge);
    let measured = report.comparison.curves.iter().any(|curve| curve.gauge == gauge)
        || report.comparison.levels.iter().any(|level| level.metric.gauge == gauge);
    let holds = measured && !report.verdict.findings.iter().any(about);
    holds.then(|| Case { name: format!("rules about {gauge} hold"), content: Content::Passed })
}

fn of_outcome(report: &Report<'_>) -> Case {
    let headline = report.verdict.headline.clone();
    let content = match report.verdict.outcome {
        Outcome::Error => Content::Error { message: headline },
        Outcome::Regressed => Content::Failure { kind: "regressed", message: headline.clone(), text: headline },
        Outcome::Inconclusive | Outcome::Incomparable if report.verdict.exit_code() != 0 => {
            Content::Failure { kind: report.verdict.outcome.name(), message: headline.clone(), text: headline }
        }
        Outcome::Inconclusive | Outcome::Incomparable | Outcome::NoBaseline => Content::Skipped(headline),
        Outcome::Pass | Outcome::Warn | Outcome::Waived => Content::Told(headline),
    };
    Case { name: "verdict".to_owned(), content }
}
