mod hostile;
mod sample;

use super::{json, markdown, terminal};
use sample::Sample;

fn plain(sample: &Sample, width: usize) -> String {
    anstream::adapter::strip_str(&terminal::render(&sample.report(), width)).to_string()
}

fn samples() -> [(&'static str, Sample); 6] {
    [
        ("leak", sample::leak()),
        ("pass", sample::pass()),
        ("no-baseline", sample::no_baseline()),
        ("incomparable", sample::incomparable()),
        ("oom-killed", sample::oom_killed()),
        ("inconclusive", sample::inconclusive()),
    ]
}

#[test]
fn each_outcome_is_told_to_people() {
    for (name, sample) in samples() {
        insta::assert_snapshot!(format!("terminal-{name}"), plain(&sample, 100));
    }
}

#[test]
fn each_outcome_is_told_to_a_pull_request() {
    for (name, sample) in samples() {
        insta::assert_snapshot!(format!("markdown-{name}"), markdown::render(&sample.report()));
    }
}

#[test]
fn a_leak_is_told_to_programs() {
    insta::assert_snapshot!("json-leak", json::render(&sample::leak().report()).unwrap());
}

#[test]
fn the_outcome_has_its_color() {
    let first = |sample: Sample| terminal::render(&sample.report(), 100).lines().next().unwrap().to_owned();
    insta::assert_snapshot!("terminal-color", format!("{:?}\n{:?}", first(sample::leak()), first(sample::pass())));
}

#[test]
fn a_narrow_terminal_gets_narrow_lines_and_a_wide_one_whole_names() {
    insta::assert_snapshot!("terminal-leak-narrow", plain(&sample::leak(), 80));
    for (name, sample) in samples() {
        for width in [80, 100, 120] {
            for line in plain(&sample, width).lines() {
                assert!(line.chars().count() <= width, "{name} at {width}: {line}");
            }
        }
    }
    assert!(plain(&sample::leak(), 140).contains("java.lang.ThreadLocal → entries: java.util.HashMap"));
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    for (_, sample) in samples() {
        assert_eq!(terminal::render(&sample.report(), 100), terminal::render(&sample.report(), 100));
        assert_eq!(markdown::render(&sample.report()), markdown::render(&sample.report()));
    }
}
