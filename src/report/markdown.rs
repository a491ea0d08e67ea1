//! The report for a pull request: the verdict in the first line, worst rows first, cut from the bottom.

use super::Report;
use super::detail::details;
use super::policy::{self, Told};
use super::section::{self, Section};
use super::text::{escape, shorten, with_code};
use crate::compare::Reference;
use crate::verdict::{Finding, Standing};

/// Bytes: what a comment on GitHub may hold (65,536), with room for a marker.
const LONGEST: usize = 60_000;
/// Bytes: what a job summary on GitHub may hold (1 MiB), which other steps share.
const LONGEST_SUMMARY: usize = 400_000;
/// Characters of one message, name or path: a class name may have 65,535.
const LONGEST_TEXT: usize = 600;
/// Bytes kept for the footer and the word on what was cut.
const RESERVE: usize = 4_000;

/// What stands around the findings and tables of a page; Markdown, made by us.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Frame<'a> {
    /// After the outcome, such as ` (resolved)`.
    pub word: &'a str,
    /// After the findings, if there is room.
    pub chart: &'a str,
    /// Before the footer, whatever is cut; at most 2,000 bytes.
    pub closing: &'a str,
}

/// Renders a report as Markdown of at most 60,000 bytes.
pub fn render(report: &Report<'_>) -> String {
    compose(report, Frame::default(), LONGEST)
}

/// Renders a report for the summary of a job: as [`render`], of at most 400,000 bytes.
pub fn summary(report: &Report<'_>) -> String {
    compose(report, Frame::default(), LONGEST_SUMMARY)
}

/// Renders a page of at most `longest` bytes.
pub(super) fn compose(report: &Report<'_>, frame: Frame<'_>, longest: usize) -> String {
    let room = longest.saturating_sub(RESERVE + frame.closing.len());
    let mut page = Page { text: head(report, frame.word), room, cut: 0 };
    page.add(&changed(report).unwrap_or_default());
    for finding in &report.verdict.findings {
        page.add(&tell(report, finding));
    }
    if page.cut == 0 && page.text.len() + frame.chart.len() <= page.room {
        page.text.push_str(frame.chart);
    }
    for section in section::sections(report) {
        table(&mut page, &section);
    }
    list(&mut page, "Waivers", &report.verdict.waiver_notes);
    list(&mut page, "Not seen", &section::unseen(report));
    if page.cut > 0 {
        page.text.push_str(&format!("\n{} more lines are in `plimsoll report`.\n", page.cut));
    }
    page.text.push_str(frame.closing);
    let lines: Vec<String> = section::footer(report).iter().map(|line| told(line)).collect();
    let footer = format!("\n<sub>{}</sub>\n", lines.join("<br>"));
    if page.text.len() + footer.len() <= longest {
        page.text.push_str(&footer);
    }
    page.text
}

/// The text so far, how long it may get, and what did not fit.
struct Page {
    text: String,
    room: usize,
    cut: usize,
}

impl Page {
    /// Adds a part if it fits; once one did not, none does: what is cut is cut from the bottom.
    fn add(&mut self, part: &str) {
        if self.cut > 0 || self.text.len() + part.len() > self.room {
            self.cut += 1;
        } else {
            self.text.push_str(part);
        }
    }
}

pub(super) fn told(text: &str) -> String {
    with_code(&shorten(text, LONGEST_TEXT))
}

fn head(report: &Report<'_>, word: &str) -> String {
    let compared = match &report.comparison.reference {
        Reference::Baseline { runs: 1 } => "Compared with a baseline of one run.".to_owned(),
        Reference::Baseline { runs } => format!("Compared with a baseline of {runs} runs."),
        Reference::NoBaseline => "There is no baseline; the run is judged by itself.".to_owned(),
        Reference::Incomparable(differences) => {
            let lines = differences.iter().take(20).map(|difference| {
                let (fact, old, new) = (&difference.fact, &difference.baseline, &difference.candidate);
                format!("\n- {}", told(&format!("{fact}: `{old}` in the baseline, `{new}` here")))
            });
            format!("Not compared with the baseline, which differs:\n{}", lines.collect::<String>())
        }
    };
    let outcome = report.verdict.outcome.name();
    format!("**Plimsoll: {outcome}**{word} · {}\n\n{compared}\n", told(&report.verdict.headline))
}

/// What the change does to the rules.
fn changed(report: &Report<'_>) -> Option<String> {
    let Told { both, lines, more } = policy::told(report)?;
    let mut out = format!("\n**Policy changed**: {}\n\n", told(&both));
    for (sign, rule) in lines {
        let what = if sign == "+" { "put in" } else { "taken out" };
        out += &format!("- {what}: <code>{}</code>\n", escape(&shorten(&rule, LONGEST_TEXT)));
    }
    more.iter().for_each(|line| out += &format!("- {}\n", told(line)));
    Some(out)
}

fn tell(report: &Report<'_>, finding: &Finding) -> String {
    let word = match &finding.standing {
        Standing::Fires => "",
        Standing::Unsure => " (not sure)",
        Standing::Waived(_) => " (waived)",
    };
    let mut out = format!("\n- **{}**{word} · {}\n", finding.code, told(&finding.message));
    for (what, text) in details(report, finding) {
        let text = match what {
            "owner" | "payload" | "rule" => format!("<code>{}</code>", escape(&shorten(&text, LONGEST_TEXT))),
            _ => told(&text),
        };
        out.push_str(&format!("  - {what}: {text}\n"));
    }
    out
}

fn table(page: &mut Page, section: &Section) {
    let head: Vec<&str> = section.head.clone();
    let align: Vec<&str> =
        (0..head.len()).map(|column| if section.words.contains(&column) { "---" } else { "---:" }).collect();
    let title = escape(&section.title);
    let opening =
        format!("\n<details><summary>{title}</summary>\n\n| {} |\n| {} |\n", head.join(" | "), align.join(" | "));
    let closing = "\n</details>\n";
    if page.cut > 0 || page.text.len() + opening.len() + closing.len() > page.room {
        page.cut += section.rows.len();
        return;
    }
    page.text.push_str(&opening);
    page.room -= closing.len();
    for row in &section.rows {
        let cells = row.iter().enumerate().map(|(column, cell)| match (column, cell.as_str()) {
            (_, "") => String::new(),
            (0, name) => format!("<code>{}</code>", escape(&shorten(name, LONGEST_TEXT))),
            (_, cell) => escape(&shorten(cell, LONGEST_TEXT)),
        });
        page.add(&format!("| {} |\n", cells.collect::<Vec<_>>().join(" | ")));
    }
    page.room += closing.len();
    page.text.push_str(closing);
}

fn list(page: &mut Page, title: &str, lines: &[String]) {
    for (i, line) in lines.iter().enumerate() {
        let title = if i == 0 { format!("\n**{title}**\n\n") } else { String::new() };
        page.add(&format!("{title}- {}\n", told(line)));
    }
}
