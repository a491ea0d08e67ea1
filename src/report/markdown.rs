//! The report for a pull request: the verdict in the first line, worst rows first, cut from the bottom.

use std::fmt::Write;

use super::Report;
use super::section::{self, Section};
use super::text::escape;
use crate::compare::Reference;
use crate::verdict::{Finding, Standing};

/// What a comment on GitHub may hold, with room for a marker.
const LONGEST: usize = 60_000;

/// Renders a report as Markdown of at most 60,000 bytes.
pub fn render(report: &Report<'_>) -> String {
    let mut blocks = vec![head(report)];
    blocks.extend(report.verdict.findings.iter().map(tell));
    blocks.extend(section::sections(report).iter().map(table));
    blocks.extend(list("Waivers", &report.verdict.waiver_notes));
    blocks.extend(list("Not seen", &section::unseen(report)));
    let footer: Vec<String> = section::footer(report).iter().map(|line| escape(line)).collect();
    let footer = format!("\n<sub>{}</sub>\n", footer.join("<br>"));

    let mut out = String::new();
    let room = LONGEST - footer.len().min(LONGEST / 2);
    for (i, block) in blocks.iter().enumerate() {
        if out.len() + block.len() > room {
            let _ = writeln!(out, "\n{} more parts were cut; `plimsoll report` shows them all.", blocks.len() - i);
            break;
        }
        out.push_str(block);
    }
    if out.len() + footer.len() <= LONGEST {
        out.push_str(&footer);
    }
    out
}

fn head(report: &Report<'_>) -> String {
    let compared = match &report.comparison.reference {
        Reference::Baseline { runs } => format!("Compared with a baseline of {runs} runs."),
        Reference::NoBaseline => "There is no baseline; the run is judged by itself.".to_owned(),
        Reference::Incomparable(differences) => {
            let told = differences.iter().map(|difference| {
                let (fact, old, new) = (&difference.fact, &difference.baseline, &difference.candidate);
                escape(&format!("{fact} ({old} in the baseline, {new} here)"))
            });
            format!("Not compared with the baseline, which differs in {}.", told.collect::<Vec<_>>().join(", "))
        }
    };
    format!("**Plimsoll: {}**: {}\n\n{compared}\n", report.verdict.outcome.name(), escape(&report.verdict.headline))
}

fn tell(finding: &Finding) -> String {
    let word = match &finding.standing {
        Standing::Fires => String::new(),
        Standing::Unsure => " (unsure)".to_owned(),
        Standing::Waived(why) => format!(" (waived: {})", escape(why)),
    };
    let mut out = format!("\n- **{}**{word}: {}\n", finding.code, escape(&finding.message));
    if let Some(limit) = &finding.limit {
        let interval =
            finding.interval.map(|(low, high)| format!(", 99 % interval {low} to {high}")).unwrap_or_default();
        let noise = finding.noise.map(|noise| format!(", noise {noise}")).unwrap_or_default();
        let _ = writeln!(out, "  - measured {}, allowed {limit}{interval}{noise}", finding.measured);
    }
    if let Some(owner) = &finding.subject.owner {
        let _ = writeln!(out, "  - owner: {}", escape(&owner.to_string()));
    }
    if let Some(place) = finding.place.as_ref().filter(|place| place.line > 0) {
        let _ = writeln!(out, "  - rule: {}", escape(&format!("{place} {}", place.text)));
    }
    for advice in &finding.advice {
        let _ = writeln!(out, "  - look at: {}", escape(advice));
    }
    out
}

fn table(section: &Section) -> String {
    let mut out = format!("\n<details><summary>{}</summary>\n\n", escape(&section.title));
    let _ = writeln!(out, "| {} |", section.head.join(" | "));
    let _ = writeln!(out, "|{}", "---|".repeat(section.head.len()));
    for row in &section.rows {
        let cells: Vec<String> = row.iter().map(|cell| escape(cell)).collect();
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
    out.push_str("\n</details>\n");
    out
}

fn list(title: &str, lines: &[String]) -> Option<String> {
    let items: String = lines.iter().map(|line| format!("- {}\n", escape(line))).collect();
    (!lines.is_empty()).then(|| format!("\n**{title}**\n\n{items}"))
}
