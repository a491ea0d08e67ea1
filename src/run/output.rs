//! The last lines of the service's output, for messages.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// Lines that are shown.
const LINES: usize = 15;
/// Bytes from the end that are looked at.
const BYTES: u64 = 8 << 10;

/// `its last output:` and the lines, or that there is none.
pub(crate) fn last_lines(log: &Path) -> String {
    let text = end_of(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    match lines.len() {
        0 => "it wrote nothing".to_owned(),
        count => {
            let shown: Vec<String> = lines[count.saturating_sub(LINES)..].iter().map(|line| plain(line)).collect();
            format!("its last output:\n  {}", shown.join("\n  "))
        }
    }
}

fn end_of(log: &Path) -> std::io::Result<String> {
    let mut file = File::open(log)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(BYTES)))?;
    let mut bytes = Vec::new();
    file.take(BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Without control characters: a service's output must not steer the terminal or the CI that prints it.
fn plain(line: &str) -> String {
    let text: String = line.chars().filter(|c| !c.is_control() || *c == '\t').take(400).collect();
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_lines_are_shown_and_nothing_steers_the_terminal() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.txt");
        let lines: String = (1..=40).map(|number| format!("line {number}\x1b[31m\n")).collect();
        std::fs::write(&path, lines).unwrap();
        let shown = last_lines(&path);
        assert!(shown.ends_with("line 40[31m") && shown.contains("line 26") && !shown.contains("line 25"));
        assert_eq!(last_lines(&folder.path().join("none")), "it wrote nothing");
    }
}
