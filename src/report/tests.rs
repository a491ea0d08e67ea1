mod hostile;
mod junit_schema;
mod sample;

use super::source::NoTree;
use super::{annotation, comment, html, json, junit, markdown, sarif, terminal};
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
fn what_a_change_does_to_its_rules_is_told_everywhere_with_the_outcome_under_both() {
    let sample = sample::excused();
    let report = sample.report();
    insta::assert_snapshot!("markdown-excused", markdown::render(&report).split("\n- **").next().unwrap());
    insta::assert_snapshot!("terminal-excused", plain(&sample, 100).split("slope-exceeded").next().unwrap());
    let json = json::value(&report).unwrap();
    assert_eq!(json["policy-change"]["outcome"], "waived");
    assert_eq!(json["policy-change"]["added"].as_array().unwrap().len(), 2);
    let page = html::render(&report);
    assert!(page.contains("<del>block: slope of live.floor") && page.contains("&lt;b&gt;payments"), "{page}");
    assert!(comment::render(&report, SETTING, false).body.contains("**Policy changed**"));
}

#[test]
fn the_anchor_stands_in_the_footer_with_its_level_and_commit() {
    let text = comment::render(&sample::anchored().report(), SETTING, false).body;
    let line = text.split("<br>").find(|line| line.contains("anchor of")).unwrap();
    assert!(line.contains("5d1f00d") && line.contains(" then, ") && line.contains(" now"), "{line}");
    assert!(plain(&sample::anchored(), 100).contains("anchor of 2026-09-01"));
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

const SETTING: comment::Setting<'static> = comment::Setting {
    base: Some("main at 5d1f00d"),
    head: Some("0a1b2c3"),
    command: Some("plimsoll run"),
    address: Some("https://github.com/acme/quotes/actions/runs/1"),
    policy_note: None,
};

#[test]
fn a_comment_has_the_verdict_first_a_chart_and_a_marker_last() {
    for (name, sample) in [("leak", sample::leak()), ("incomparable", sample::incomparable())] {
        let comment = comment::render(&sample.report(), SETTING, false);
        assert_eq!(comment.body.lines().last(), Some(comment.marker.as_str()));
        insta::assert_snapshot!(format!("comment-{name}"), comment.body);
    }
}

#[test]
fn a_resolved_comment_says_so_and_keeps_its_marker() {
    let before = comment::render(&sample::leak().report(), SETTING, false);
    let after = comment::render(&sample::pass().report(), SETTING, true);
    assert!(after.body.starts_with("**Plimsoll: pass** (resolved) · "), "{}", after.body);
    assert_eq!(before.marker, after.marker);
    assert!(!after.body.contains("mermaid"));
}

#[test]
fn scenarios_have_comments_of_their_own() {
    assert_ne!(comment::marker("quotes"), comment::marker("quotes-ugly"));
}

#[test]
fn each_outcome_is_told_to_a_browser() {
    for (name, sample) in [("leak", sample::leak()), ("incomparable", sample::incomparable())] {
        let page = html::render(&sample.report());
        let body = page.split("</style>").nth(1).unwrap();
        insta::assert_snapshot!(format!("html-{name}"), body);
    }
}

#[test]
fn each_outcome_is_told_to_test_views_and_code_scanning() {
    for (name, sample) in samples() {
        insta::assert_snapshot!(format!("junit-{name}"), junit::render(&sample.report()));
    }
    insta::assert_snapshot!("sarif-inconclusive", sarif::render(&sample::inconclusive().report(), &NoTree).unwrap());
    insta::assert_snapshot!("sarif-leak", sarif::render(&sample::leak().report(), &NoTree).unwrap());
}

#[test]
fn annotations_stand_at_the_policy_line_and_built_in_rules_at_none() {
    let told = annotation::annotations(&sample::leak().report());
    assert_eq!((told[0].path.as_deref(), told[0].line), (Some("plimsoll.toml"), 31));
    assert_eq!((told[1].path.as_deref(), told[1].line), (None, 0));
    assert_eq!([told[0].loudness, told[1].loudness], [annotation::Loudness::Failure, annotation::Loudness::Warning]);
    assert!(told[0].message.contains("look at: thread-local map"), "{}", told[0].message);
    let unsure = annotation::annotations(&sample::inconclusive().report());
    assert!(unsure.iter().all(|one| one.loudness == annotation::Loudness::Notice));
}
