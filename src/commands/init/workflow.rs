//! The workflow for GitHub Actions.

use super::project::{Ecosystem, Project};

/// The text of `.github/workflows/plimsoll.yml`.
pub(super) fn yaml(project: &Project) -> String {
    let setup = match project.ecosystem {
        Ecosystem::Jvm => step("actions/setup-java@v4", &["distribution: temurin", "java-version: 21"]),
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
        r#"# Memory gate: a regression fails the check, and the summary names what holds the memory.
name: memory

on:
  pull_request:
  push:
    branches: [main]

permissions:
  contents: read

jobs:
  plimsoll:
    runs-on: ubuntu-latest
    timeout-minutes: 30
    steps:
      - uses: actions/checkout@v4
{setup}{build}      - name: Install plimsoll
        run: cargo install --locked plimsoll
      # Accepted runs of the main branch; pull requests read them and never write them.
      - uses: actions/cache/restore@v4
        with:
          path: .plimsoll/baselines
          key: plimsoll-${{{{ runner.os }}}}-${{{{ github.sha }}}}
          restore-keys: plimsoll-${{{{ runner.os }}}}-
      - name: Run
        run: plimsoll run --format markdown >> "$GITHUB_STEP_SUMMARY"
      - name: Accept
        if: github.event_name == 'push'
        run: plimsoll accept --yes
      - uses: actions/cache/save@v4
        if: github.event_name == 'push'
        with:
          path: .plimsoll/baselines
          key: plimsoll-${{{{ runner.os }}}}-${{{{ github.sha }}}}
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
        assert!(yaml.contains("setup-go") && yaml.contains("${{ runner.os }}"));
    }
}
