//! How a step speaks to the runner: the summary, the outputs, and commands in the log.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Bytes of one step's summary: at 1 MiB the runner drops all of it without a word.
const LARGEST_SUMMARY: u64 = 1_000_000;

/// The files through which a job speaks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Job {
    /// `GITHUB_STEP_SUMMARY`.
    pub summary: Option<PathBuf>,
    /// `GITHUB_OUTPUT`.
    pub output: Option<PathBuf>,
}

impl Job {
    /// Adds Markdown to the summary, after what other steps put there. Returns whether there was a summary with room.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn summarize(&self, markdown: &str) -> io::Result<bool> {
        let Some(path) = &self.summary else { return Ok(false) };
        let size = std::fs::metadata(path).map_or(0, |file| file.len());
        if size + markdown.len() as u64 + 2 > LARGEST_SUMMARY {
            return Ok(false);
        }
        append(path, &format!("{markdown}\n\n"))?;
        Ok(true)
    }

    /// Sets an output of the step.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn output(&self, name: &str, value: &str) -> io::Result<()> {
        let Some(path) = &self.output else { return Ok(()) };
        // No text can hold its own digest: nothing in the value can end it.
        let end = format!("plimsoll-{}", blake3::hash(value.as_bytes()).to_hex());
        append(path, &format!("{name}<<{end}\n{value}\n{end}\n"))
    }
}

fn append(path: &Path, text: &str) -> io::Result<()> {
    OpenOptions::new().append(true).create(true).open(path)?.write_all(text.as_bytes())
}

/// A command in the log, such as `error`: an annotation. What it carries cannot end it or begin another.
pub fn command(name: &str, properties: &[(&str, String)], message: &str) -> String {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let value = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let properties: Vec<String> = properties.iter().map(|(name, text)| format!("{name}={}", value(text))).collect();
    let glue = if properties.is_empty() { "" } else { " " };
    format!("::{name}{glue}{}::{}", properties.join(","), data(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_carries_anything_in_one_line() {
        let told = command("error", &[("file", "a,b:c".into()), ("line", "3".into())], "100%\r\n::warning::x");
        assert_eq!(told, "::error file=a%2Cb%3Ac,line=3::100%25%0D%0A::warning::x");
        assert_eq!(command("notice", &[], "x"), "::notice::x");
    }

    #[test]
    fn an_output_cannot_be_ended_by_its_value() {
        let folder = tempfile::tempdir().unwrap();
        let job = Job { output: Some(folder.path().join("out")), summary: None };
        job.output("outcome", "x\nplimsoll-0\nevil=1").unwrap();
        let text = std::fs::read_to_string(folder.path().join("out")).unwrap();
        let end = text.lines().next().unwrap().strip_prefix("outcome<<").unwrap().to_owned();
        assert_eq!(text.lines().filter(|line| *line == end).count(), 1);
        assert_eq!(text.lines().last(), Some(end.as_str()));
    }

    #[test]
    fn a_summary_is_added_to_and_never_overflows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("summary");
        std::fs::write(&path, "before\n").unwrap();
        let job = Job { summary: Some(path.clone()), output: None };
        assert!(job.summarize("verdict").unwrap());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "before\nverdict\n\n");
        assert!(!job.summarize(&"x".repeat(1_000_000)).unwrap());
        assert!(!Job::default().summarize("x").unwrap());
    }
}
