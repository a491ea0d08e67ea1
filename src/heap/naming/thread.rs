//! Names of threads.

use super::cut;
use super::digest::is_hex;

/// A thread name in which `*` stands for every number, digest and UUID: `http-nio-8080-exec-12` is
/// `http-nio-*-exec-*`.
pub fn thread(raw: &str) -> String {
    let raw = &*cut(raw);
    let mut name = String::new();
    let mut rest = raw;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        if end == 0 {
            name.push(if first.is_control() { ' ' } else { first });
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let (word, behind) = rest.split_at(end);
        // An identity hash has as few digits as it happens to need.
        let hashed = name.ends_with('@') && is_hex(word, 5);
        if hashed || is_hex(word, 8) {
            name.push('*');
        } else {
            without_numbers(word, &mut name);
        }
        rest = behind;
    }
    uuids(&name)
}

fn without_numbers(word: &str, name: &mut String) {
    for c in word.chars() {
        match c {
            c if c.is_ascii_digit() && name.ends_with('*') => {}
            c if c.is_ascii_digit() => name.push('*'),
            c => name.push(c),
        }
    }
}

/// Between the long ends of a UUID are three groups of four, which may have any letters left.
fn uuids(name: &str) -> String {
    let groups: Vec<&str> = name.split('-').collect();
    let mut kept: Vec<&str> = Vec::with_capacity(groups.len());
    let mut at = 0;
    while at < groups.len() {
        let is_short =
            |group: &str| group.len() <= 4 && group.bytes().all(|byte| byte == b'*' || byte.is_ascii_hexdigit());
        let is_uuid = groups.len() >= at + 5
            && groups[at].ends_with('*')
            && groups[at + 1..at + 4].iter().all(|group| is_short(group))
            && groups[at + 4].starts_with('*')
            && groups[at + 1..at + 4].iter().any(|group| group.contains('*'));
        kept.push(groups[at]);
        // The first group stands for all, the last with what follows it.
        at += 1;
        if is_uuid {
            let tail = &groups[at + 3][1..];
            at += 4;
            if !tail.is_empty() {
                kept.push(tail);
            }
        }
    }
    kept.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_threads_have_no_numbers() {
        for (raw, lasting) in [
            ("http-nio-8080-exec-12", "http-nio-*-exec-*"),
            ("pool-1-thread-12", "pool-*-thread-*"),
            ("ThreadPoolExecutor-0_3", "ThreadPoolExecutor-*_*"),
            ("Thread-7 (worker)", "Thread-* (worker)"),
            ("job 3f2a9c1b", "job *"),
            ("Timer@6d06d69c", "Timer@*"),
            ("upload-123e4567-e89b-12d3-a456-426614174000", "upload-*"),
            ("main", "main"),
            ("ForkJoinPool.commonPool-worker-3", "ForkJoinPool.commonPool-worker-*"),
        ] {
            assert_eq!(thread(raw), lasting, "{raw}");
        }
    }

    #[test]
    fn threads_for_different_work_keep_different_names() {
        assert_ne!(thread("mailer-1"), thread("indexer-1"));
        assert_ne!(thread("http-nio-8080-exec-1"), thread("http-nio-8080-Poller"));
        assert_eq!(thread("facade"), "facade");
    }
}
