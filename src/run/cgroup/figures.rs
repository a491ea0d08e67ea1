//! Reads the small files of control groups.

use std::fs;
use std::path::Path;

/// A file that holds one number; `None` for anything else, `max` included.
pub(super) fn number(file: &Path) -> Option<u64> {
    fs::read_to_string(file).ok()?.trim().parse().ok()
}

/// The number behind a key in a file of `key number` lines.
pub(super) fn entry(file: &Path, key: &str) -> Option<u64> {
    keyed(&fs::read_to_string(file).ok()?, key)
}

fn keyed(text: &str, key: &str) -> Option<u64> {
    let value =
        |line: &str| line.split_once(' ').filter(|(name, _)| *name == key).map(|(_, value)| value.trim().to_owned());
    text.lines().find_map(value)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_matched_whole() {
        let v1 = "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n";
        assert_eq!(keyed(v1, "oom_kill"), Some(3));
        let v2 = "low 0\nhigh 0\nmax 35\noom 1\noom_kill 1\noom_group_kill 0\n";
        assert_eq!(keyed(v2, "oom_kill"), Some(1));
        assert_eq!(keyed(v2, "oom_ki"), None);
        assert_eq!(keyed("oom_kill many\n", "oom_kill"), None);
    }
}
