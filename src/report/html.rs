//! The report as one HTML file: no script, nothing fetched, readable in the dark. What names bring is escaped, and a
//! content security policy forbids what an escape might have missed.

use super::detail::details;
use super::policy::{self, Told};
use super::section::{self, Section};
use super::text::shorten;
use super::xml::{quote, with_code};
use super::{Report, chart};
use crate::compare::Reference;
use crate::verdict::{Finding, Outcome, Standing};

/// Characters of one message, name or path.
const LONGEST_TEXT: usize = 2_000;
/// Bytes: a page that a browser still opens at once. What comes after is counted.
const LONGEST: usize = 8_000_000;

const STYLE: &str = include_str!("html/style.css");

/// Renders a report as a page.
pub fn render(report: &Report<'_>) -> String {
    let scenario = report.recordings.first().map_or("", |recording| &recording.scenario);
    let mut parts = vec![head(report)];
    parts.extend(policy::told(report).map(changed));
    parts.extend(report.verdict.findings.iter().map(|finding| tell(report, finding)));
    parts.push(curves(report));
    parts.extend(section::sections(report).iter().map(table));
    parts.push(list("Waivers", &report.verdict.waiver_notes));
    parts.push(list("Not seen", &section::unseen(report)));
    let mut body = String::new();
    let mut cut = 0;
    for part in parts {
        if cut > 0 || body.len() + part.len() > LONGEST { cut += 1 } else { body.push_str(&part) }
    }
    if cut > 0 {
        body += &format!("<p>{cut} more parts are in <code>plimsoll report</code>.</p>\n");
    }
    let footer: String = section::footer(report).iter().map(|line| format!("<p>{}</p>\n", told(line))).collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>Plimsoll: {}, {}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{body}<footer>\n{footer}</footer>\n</main>\n</body>\n</html>\n",
        quote(&shorten(scenario, 100)),
        report.verdict.outcome.name(),
    )
}

fn told(text: &str) -> String {
    with_code(&shorten(text, LONGEST_TEXT))
}

fn head(report: &Report<'_>) -> String {
    let outcome = report.verdict.outcome;
    let class = match outcome {
        Outcome::Pass => "good",
        Outcome::Regressed | Outcome::Error => "bad",
        _ => "unsure",
    };
    let compared = match &report.comparison.reference {
        Reference::Baseline { runs: 1 } => "<p>Compared with a baseline of one run.</p>\n".to_owned(),
        Reference::Baseline { runs } => format!("<p>Compared with a baseline of {runs} runs.</p>\n"),
        Reference::NoBaseline => "<p>There is no baseline; the run is judged by itself.</p>\n".to_owned(),
        Reference::Incomparable(differences) => {
            let lines: Vec<String> = differences
                .iter()
                .map(|d| format!("{}: `{}` in the baseline, `{}` here", d.fact, d.baseline, d.candidate))
                .collect();
            list("Not compared with the baseline, which differs", &lines)
        }
    };
    let headline = told(&report.verdict.headline);
    format!("<header class=\"{class}\"><h1>{}</h1><p>{headline}</p></header>\n{compared}", outcome.name())
}

/// What the change does to the rules.
fn changed(change: Told) -> String {
    let rules = change.lines.iter().map(|(sign, rule)| {
        let tag = if *sign == "+" { "ins" } else { "del" };
        format!("<li><{tag}>{}</{tag}></li>\n", quote(&shorten(rule, LONGEST_TEXT)))
    });
    let more = change.more.iter().map(|line| format!("<li>{}</li>\n", told(line)));
    let lines: String = rules.chain(more).collect();
    format!("<h2>Policy changed</h2>\n<p>{}</p>\n<ul>\n{lines}</ul>\n", told(&change.both))
}

fn tell(report: &Report<'_>, finding: &Finding) -> String {
    let (class, word) = match &finding.standing {
        Standing::Fires => ("fires", ""),
        Standing::Unsure => ("unsure", " (not sure)"),
        Standing::Waived(_) => ("waived", " (waived)"),
    };
    let rows: String = details(report, finding)
        .into_iter()
        .map(|(what, text)| format!("<dt>{what}</dt><dd>{}</dd>\n", told(&text)))
        .collect();
    let message = told(&finding.message);
    format!(
        "<section class=\"{class}\"><h2>{}{word}</h2>\n<p>{message}</p>\n<dl>\n{rows}</dl></section>\n",
        finding.code
    )
}

/// A drawing of each curve that a rule looks at.
fn curves(report: &Report<'_>) -> String {
    let gated = report.comparison.curves.iter().filter(|curve| report.gated.contains(&curve.gauge));
    let drawn = gated.filter_map(|curve| {
        let words = told(&chart::caption(curve));
        Some(format!("<figure>{}<figcaption>{words}</figcaption></figure>\n", chart::svg(curve)?))
    });
    drawn.collect()
}

fn table(section: &Section) -> String {
    let class = |column: usize| if section.words.contains(&column) { "" } else { " class=\"number\"" };
    let head: String =
        section.head.iter().enumerate().map(|(i, name)| format!("<th{}>{name}</th>", class(i))).collect();
    let row = |row: &Vec<String>| {
        let cell =
            |(i, text): (usize, &String)| format!("<td{}>{}</td>", class(i), quote(&shorten(text, LONGEST_TEXT)));
        format!("<tr>{}</tr>\n", row.iter().enumerate().map(cell).collect::<String>())
    };
    let rows: String = section.rows.iter().map(row).collect();
    let title = quote(&section.title);
    format!("<h2>{title}</h2>\n<div class=\"wide\"><table>\n<tr>{head}</tr>\n{rows}</table></div>\n")
}

fn list(title: &str, lines: &[String]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let lines: String = lines.iter().map(|line| format!("<li>{}</li>\n", told(line))).collect();
    format!("<h2>{title}</h2>\n<ul>\n{lines}</ul>\n")
}
