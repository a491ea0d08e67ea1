//! The workflow for GitHub Actions.

use super::project::{Ecosystem, Project};

/// The text of `.github/workflows/plimsoll.yml`.
pub(super) fn yaml(project: &Project) -> String {
    let setup = match project.ecosystem {
        Ecosystem::Jvm => step("actions/setup-java@v5", &["distribution: temurin", "java-version: 21"]),
        Ecosystem::Node => step("actions/setup-node@v4", &["node-version: 22"]),
        Ecosystem::Python => step("actions/setup-python@v5", &["python-version: \"3.12\""]),
        Ecosystem::Go => step("actions/setup-go@v5", &["go-version: stable"]),
        Ecosystem::Other => String::new(),
    };
    let build = match &project.build {
        Some(build) => format!("      - name: Build the service\n        run: {}\n", quoted(&shell(build))),
        None => String::new(),
    };
    format!(
        r#"# Memory gate: a regression fails the check, and the comment names what holds the memory.
# The baseline is the artifacts of main's runs: pushes seed and refresh it, pull requests only read it.
name: memory

on:
  pull_request:
  push:
    branches: [main]

permissions: {{}}

jobs:
  plimsoll:
    runs-on: ubuntu-latest
    timeout-minutes: 30
    permissions:
      contents: read
      actions: read # the baseline
      checks: write # the check on the commit
      pull-requests: write # the comment
    steps:
      - uses: actions/checkout@v7
        with:
          persist-credentials: false
{setup}{build}      - uses: plimsoll/plimsoll@v0
        with:
          baseline: github+artifacts://plimsoll-baseline
          accept: on-push
"#
    )
}

fn step(action: &str, with: &[&str]) -> String {
    let with: String = with.iter().map(|line| format!("          {line}\n")).collect();
    format!("      - uses: {action}\n        with:\n{with}")
}

/// A command for a shell.
fn shell(words: &[String]) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    let words = words.iter().map(|word| match word.chars().all(plain) && !word.is_empty() {
        true => word.clone(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// A string in YAML, which reads JSON's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::super::project::tests::folder;
    use super::*;

    #[test]
    fn the_build_is_quoted_for_shell_and_yaml() {
        let mut project = Project::look_at(folder(&[("go.mod", "module shop")]).path());
        project.build = Some(vec!["make".into(), "it's: done".into()]);
        let yaml = yaml(&project);
        assert!(yaml.contains(r#"run: "make 'it'\\''s: done'""#), "{yaml}");
        assert!(yaml.contains("setup-go") && yaml.contains("uses: plimsoll/plimsoll@v0\n        with:\n"), "{yaml}");
    }
}
