//! Many reports as one: each job of a matrix writes the JSON view of its verdict, and these are read back. Reports of
//! other jobs are foreign input: what is not known is refused, and every text is escaped again.

use serde::{Deserialize, Serialize};

use super::comment::{self, Comment};
use super::json;
use super::markdown::told;
use super::text::{clean, shorten};

/// Bytes of a page on GitHub, with room for a marker.
const LONGEST: usize = 60_000;

/// One report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Of the run.
    pub scenario: String,
    /// The name of its outcome.
    pub outcome: String,
    /// What `run` ended with.
    pub exit_code: u8,
    /// The reason in one sentence.
    pub headline: String,
    /// Code and message of what fires, worst first.
    pub findings: Vec<(String, String)>,
}

/// Many reports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matrix {
    /// Worst first, then by scenario.
    pub rows: Vec<Row>,
    /// Scenarios that were expected and have no report.
    pub missing: Vec<String>,
}

#[derive(Deserialize)]
struct Version {
    schema: u32,
}

#[derive(Deserialize)]
struct View {
    scenario: String,
    verdict: VerdictView,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct VerdictView {
    outcome: String,
    exit_code: u8,
    headline: String,
    findings: Vec<FindingView>,
}

#[derive(Deserialize)]
struct FindingView {
    code: String,
    standing: String,
    message: String,
}

/// Outcomes, worst first.
const OUTCOMES: [&str; 8] =
    ["regressed", "error", "incomparable", "inconclusive", "warn", "no-baseline", "waived", "pass"];

impl Row {
    /// Reads the JSON view of a report.
    ///
    /// # Errors
    /// What is wrong with it, in one sentence.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        let Version { schema } =
            serde_json::from_slice(text).map_err(|error| format!("it is no JSON report: {error}"))?;
        if schema > json::VERSION {
            return Err(format!("it has schema version {schema}, this plimsoll reads up to {}", json::VERSION));
        }
        let view: View = serde_json::from_slice(text).map_err(|error| format!("it is no JSON report: {error}"))?;
        if !OUTCOMES.contains(&view.verdict.outcome.as_str()) {
            return Err(format!("`{}` is no outcome", shorten(&clean(&view.verdict.outcome), 40)));
        }
        let firing = view.verdict.findings.into_iter().filter(|finding| finding.standing == "fires");
        Ok(Self {
            scenario: view.scenario,
            outcome: view.verdict.outcome,
            exit_code: view.verdict.exit_code,
            headline: view.verdict.headline,
            findings: firing.map(|finding| (finding.code, finding.message)).collect(),
        })
    }

    fn rank(&self) -> usize {
        OUTCOMES.iter().position(|name| *name == self.outcome).unwrap_or(0)
    }
}

impl Matrix {
    /// The reports together; each of `expected` that none is about is missing.
    pub fn of(mut rows: Vec<Row>, expected: &[String]) -> Self {
        rows.sort_by(|a, b| (a.rank(), &a.scenario).cmp(&(b.rank(), &b.scenario)));
        let missing = expected.iter().filter(|name| !rows.iter().any(|row| row.scenario == **name)).cloned();
        let missing = missing.collect();
        Self { rows, missing }
    }

    /// The outcome of all: the worst, where a report that is missing is one that could not be measured.
    pub fn outcome(&self) -> &str {
        match self.rows.first().map(|row| row.outcome.as_str()) {
            Some("regressed") => "regressed",
            _ if !self.missing.is_empty() => "error",
            Some(worst) => worst,
            None => "error",
        }
    }

    /// 1 where anything regressed, else 3 where anything could not be measured, else the highest code of a report.
    pub fn exit_code(&self) -> u8 {
        let codes = || self.rows.iter().map(|row| row.exit_code);
        if codes().any(|code| code == 1) {
            1
        } else if !self.missing.is_empty() || self.rows.is_empty() || codes().any(|code| code == 3) {
            3
        } else {
            codes().max().unwrap_or(3)
        }
    }

    /// How many there are of each outcome.
    pub fn headline(&self) -> String {
        let told = |name: &&str| {
            let count = self.rows.iter().filter(|row| row.outcome == **name).count();
            (count > 0).then(|| format!("{count} {name}"))
        };
        let missing = (!self.missing.is_empty()).then(|| format!("{} without a report", self.missing.len()));
        let parts: Vec<String> = OUTCOMES.iter().filter_map(told).chain(missing).collect();
        format!("{} scenarios: {}", self.rows.len() + self.missing.len(), parts.join(", "))
    }

    /// For people: one line for each scenario, and what fires.
    pub fn terminal(&self) -> String {
        let mut text = format!("{}  {}\n\n", self.outcome(), self.headline());
        for name in &self.missing {
            text += &format!("  {:<13} {}: there is no report of it\n", "error", clean(name));
        }
        for row in &self.rows {
            text += &format!("  {:<13} {}: {}\n", row.outcome, clean(&row.scenario), clean(&row.headline));
        }
        text
    }

    /// For a pull request: at most 60,000 bytes, cut from the bottom.
    pub fn markdown(&self) -> String {
        let mut text = format!("**Plimsoll: {}** · {}\n\n", self.outcome(), self.headline());
        text += "| scenario | outcome | |\n| --- | --- | --- |\n";
        let line = |name: &str, outcome: &str, why: &str| {
            format!(
                "| {} | {outcome} | {} |\n",
                told(&format!("`{}`", name.replace('`', "'"))),
                told(&shorten(why, 300))
            )
        };
        let missing = self.missing.iter().map(|name| line(name, "error", "there is no report of it"));
        let rows = self.rows.iter().map(|row| line(&row.scenario, &row.outcome, &row.headline));
        let findings = self.rows.iter().flat_map(|row| {
            row.findings.iter().map(|(code, message)| {
                format!(
                    "- {} **{}** · {}\n",
                    told(&format!("`{}`", row.scenario.replace('`', "'"))),
                    told(code),
                    told(message)
                )
            })
        });
        let mut cut = 0;
        for part in missing.chain(rows).chain(["\n".to_owned()]).chain(findings) {
            if cut > 0 || text.len() + part.len() > LONGEST { cut += 1 } else { text.push_str(&part) }
        }
        if cut > 0 {
            text += &format!("\n{cut} more lines are in the reports of the jobs.\n");
        }
        text
    }

    /// The comment on a pull request: one for each name, found again by its marker. `resolved` says that an earlier one
    /// told of trouble that is gone.
    pub fn comment(&self, name: &str, address: Option<&str>, resolved: bool) -> Comment {
        // No scenario has a line end in its name.
        let marker = comment::marker(&format!("all\n{name}"));
        let word = if resolved { " (resolved) ·" } else { " ·" };
        let text = self.markdown().replacen(" ·", word, 1);
        let link = comment::link(address);
        Comment { body: format!("{text}{link}{marker}\n"), marker }
    }

    /// For programs.
    ///
    /// # Errors
    /// When it cannot be written as JSON, which no report causes.
    pub fn json(&self) -> serde_json::Result<String> {
        #[derive(Serialize)]
        #[serde(rename_all = "kebab-case")]
        struct Merged<'a> {
            schema: u32,
            outcome: &'a str,
            exit_code: u8,
            headline: String,
            missing: &'a [String],
            scenarios: Vec<Line<'a>>,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "kebab-case")]
        struct Line<'a> {
            scenario: &'a str,
            outcome: &'a str,
            exit_code: u8,
            headline: &'a str,
        }
        let line = |row| {
            let Row { scenario, outcome, exit_code, headline, .. }: &Row = row;
            Line { scenario, outcome, exit_code: *exit_code, headline }
        };
        let merged = Merged {
            schema: 1,
            outcome: self.outcome(),
            exit_code: self.exit_code(),
            headline: self.headline(),
            missing: &self.missing,
            scenarios: self.rows.iter().map(line).collect(),
        };
        Ok(serde_json::to_string_pretty(&merged)? + "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(scenario: &str, outcome: &str, exit_code: u8) -> Row {
        let findings = if exit_code == 1 { vec![("slope-exceeded".into(), "a | b @all".into())] } else { Vec::new() };
        Row { scenario: scenario.into(), outcome: outcome.into(), exit_code, headline: "why `x`".into(), findings }
    }

    #[test]
    fn the_worst_comes_first_and_decides() {
        let matrix = Matrix::of(vec![row("b", "pass", 0), row("c", "regressed", 1), row("a", "pass", 0)], &[]);
        let names: Vec<&str> = matrix.rows.iter().map(|row| row.scenario.as_str()).collect();
        assert_eq!(names, ["c", "a", "b"]);
        assert_eq!((matrix.outcome(), matrix.exit_code()), ("regressed", 1));
        let green = Matrix::of(vec![row("b", "pass", 0), row("a", "no-baseline", 0)], &["a".into()]);
        assert_eq!((green.outcome(), green.exit_code()), ("no-baseline", 0));
        let unsure = Matrix::of(vec![row("b", "inconclusive", 4), row("a", "pass", 0)], &[]);
        assert_eq!((unsure.outcome(), unsure.exit_code()), ("inconclusive", 4));
    }

    #[test]
    fn what_is_missing_is_never_a_pass() {
        let missing = Matrix::of(vec![row("b", "pass", 0)], &["a".into(), "b".into()]);
        assert_eq!((missing.outcome(), missing.exit_code(), missing.missing.len()), ("error", 3, 1));
        assert_eq!(Matrix::default().exit_code(), 3);
        let both = Matrix::of(vec![row("b", "regressed", 1)], &["a".into()]);
        assert_eq!((both.outcome(), both.exit_code()), ("regressed", 1));
    }

    #[test]
    fn foreign_reports_are_read_strictly_and_told_harmlessly() {
        assert!(Row::parse(b"{\"schema\": 9}").unwrap_err().contains("schema version 9"));
        assert!(Row::parse(b"[").is_err());
        let evil = r#"{"schema":1,"scenario":"a|b`<x>","verdict":{"outcome":"fine","exit-code":0,"headline":"","findings":[]}}"#;
        assert_eq!(Row::parse(evil.as_bytes()).unwrap_err(), "`fine` is no outcome");
        let row = Row::parse(evil.replace("fine", "pass").as_bytes()).unwrap();
        let text = Matrix::of(vec![row, self::row("@all", "regressed", 1)], &[]).markdown();
        assert!(!text.contains("<x>") && !text.contains("@all") && text.contains("a\\|b"), "{text}");
    }

    #[test]
    fn a_thousand_scenarios_are_cut_from_the_bottom() {
        let rows =
            (0..3000).map(|i| row(&format!("s{i:04}"), if i == 2999 { "regressed" } else { "pass" }, 0)).collect();
        let text = Matrix::of(rows, &[]).markdown();
        assert!(text.len() < 61_000 && text.contains("s2999") && text.contains("more lines are in"), "{}", text.len());
    }
}
