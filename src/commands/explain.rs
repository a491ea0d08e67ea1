//! `plimsoll explain`: the reference, section by section.

use std::fmt::Write as _;
use std::process::ExitCode;

use super::output::print;
use super::{Format, Global};
use crate::diag::nearest;

/// Arguments of `plimsoll explain`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A code, metric, rule or outcome, such as `slope-exceeded` or `live.floor`; without it, all names.
    name: Option<String>,
}

const REFERENCE: &str = include_str!("../../docs/reference.md");

/// A section of the reference: the chapter it stands in, its name, its text.
struct Section {
    chapter: &'static str,
    name: &'static str,
    text: &'static str,
}

/// Runs the command.
pub(super) fn execute(args: Args, global: &Global) -> anyhow::Result<ExitCode> {
    let sections = sections(REFERENCE);
    let Some(name) = args.name else {
        print(&view(&sections.iter().collect::<Vec<_>>(), true, global))?;
        return Ok(ExitCode::SUCCESS);
    };
    let found = lookup(&sections, &name);
    if found.is_empty() {
        let known = sections.iter().map(|section| section.name);
        let hint = match nearest(&name, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`plimsoll explain` lists what there is".to_owned(),
        };
        anstream::eprintln!("error: nothing is called `{}` here: {hint}", name.escape_debug());
        return Ok(ExitCode::from(2));
    }
    print(&view(&found, false, global))?;
    Ok(ExitCode::SUCCESS)
}

/// The sections of a name (`native` is a metric and a shape); a metric such as `live.floor` has those of its two halves.
fn lookup<'s>(sections: &'s [Section], name: &str) -> Vec<&'s Section> {
    let name = name.trim_matches(|c| matches!(c, '[' | ']' | '`')).to_lowercase();
    let find = |name: &str| sections.iter().filter(|section| section.name == name).collect::<Vec<_>>();
    let found = find(&name);
    match name.parse::<crate::units::Metric>() {
        Ok(metric) if found.is_empty() => {
            let halves = [metric.gauge.name(), metric.statistic.name()];
            halves.into_iter().flat_map(find).filter(|section| section.chapter == "Metrics").collect()
        }
        _ => found,
    }
}

fn view(sections: &[&Section], list: bool, global: &Global) -> String {
    if global.format == Format::Json {
        let entries: Vec<_> = sections
            .iter()
            .map(|s| serde_json::json!({ "name": s.name, "chapter": s.chapter, "text": s.text }))
            .collect();
        return format!("{:#}\n", serde_json::json!({ "schema": 1, "sections": entries }));
    }
    if list { listed(sections) } else { shown(sections) }
}

fn shown(sections: &[&Section]) -> String {
    sections.iter().map(|section| format!("{} ({})\n\n{}\n", section.name, section.chapter, section.text)).collect()
}

fn listed(sections: &[&Section]) -> String {
    let mut text = String::new();
    let mut chapter = "";
    for section in sections {
        if section.chapter != chapter {
            chapter = section.chapter;
            let _ = writeln!(text, "{}{chapter}", if text.is_empty() { "" } else { "\n" });
        }
        let first: String = section.text.split_inclusive(". ").next().unwrap_or("").trim().chars().take(90).collect();
        let _ = writeln!(text, "  {:<24} {}", section.name, first.lines().next().unwrap_or(""));
    }
    text
}

fn sections(reference: &'static str) -> Vec<Section> {
    let mut sections = Vec::new();
    for chapter in reference.split("\n# ").skip(1) {
        let title = chapter.lines().next().unwrap_or("");
        for section in chapter.split("\n## ").skip(1) {
            let (name, text) = section.split_once('\n').unwrap_or((section, ""));
            sections.push(Section { chapter: title, name: name.trim(), text: text.trim() });
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Code;
    use crate::units::{Gauge, Statistic};

    /// The codes that findings carry.
    const FINDINGS: [&str; 16] = [
        "bound-exceeded",
        "crept",
        "growth-exceeded",
        "slope-exceeded",
        "owner-grew",
        "owner-grows-per-request",
        "not-recovered",
        "headroom-short",
        "service-died",
        "oom-killed",
        "service-hung",
        "worker-died",
        "unexpected-answers",
        "no-data",
        "generator-overrun",
        "peak-spike",
    ];

    #[test]
    fn every_code_metric_and_outcome_has_a_section() {
        let sections = sections(REFERENCE);
        let diagnostics = Code::ALL.iter().map(|code| code.name());
        let metrics = Gauge::ALL.iter().map(|g| g.name()).chain(Statistic::ALL.iter().map(|s| s.name()));
        let outcomes = ["pass", "warn", "waived", "no-baseline", "incomparable", "inconclusive", "regressed", "error"];
        for name in diagnostics.chain(FINDINGS).chain(metrics).chain(outcomes) {
            let found: Vec<_> = sections.iter().filter(|section| section.name == name).collect();
            assert!(!found.is_empty(), "`{name}` has no section");
            assert!(!found[0].text.is_empty(), "`{name}` has no text");
        }
    }

    #[test]
    fn a_metric_is_explained_by_its_halves() {
        let sections = sections(REFERENCE);
        let names = |name: &str| lookup(&sections, name).iter().map(|s| s.name).collect::<Vec<_>>();
        assert_eq!(names("live.floor"), ["live", "floor"]);
        assert_eq!(names("[[bound]]"), ["bound"]);
        assert!(names("nonsense").is_empty());
    }
}
