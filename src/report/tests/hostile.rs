//! Names that somebody chose to hurt: the reports hold, and stay readable.

use super::sample::{self, Sample};
use crate::heap::{OwnerPath, Step};
use crate::record::{Phase, Unseen};
use crate::report::source::NoTree;
use crate::report::{comment, html, json, junit, markdown, sarif, terminal};

pub(super) const NAMES: [&str; 11] = [
    "\u{1b}[2J\u{1b}]0;owned\u{7}",
    "a|b|c",
    "<script>alert(1)</script>",
    "</details></code>",
    "@everyone #1",
    "::error file=a::b",
    "##[error]c",
    "line\n\n# title\r\n::warning::d",
    "\u{202e}gnp.exe",
    "`code` **bold** [x](http://evil.example) ![y](z) www.evil.example",
    "\\|\\`",
];

/// Every string that does not come from us is the name.
pub(super) fn named(name: &str) -> Sample {
    let mut sample = sample::leak();
    let path = OwnerPath(vec![Step { edge: name.into(), class: name.into() }]);
    sample.comparison.owners[0].path = path.clone();
    let finding = &mut sample.verdict.findings[0];
    finding.message = format!("owner `{path}` grew");
    finding.subject.payload = Some(name.into());
    finding.subject.owner = Some(path);
    finding.advice = vec![name.into()];
    finding.place = finding.place.take().map(|mut place| {
        (place.file, place.text) = (name.into(), name.into());
        place
    });
    sample.verdict.headline = sample.verdict.findings[0].message.clone();
    sample.verdict.waiver_notes = vec![name.into()];
    sample.notes = vec![name.into()];
    let recording = &mut sample.recording;
    (recording.scenario, recording.commit) = (name.into(), Some(name.into()));
    recording.fingerprint.facts.insert(name.into(), name.into());
    recording.unseen = vec![Unseen { what: name.into(), why: name.into() }];
    for record in &mut recording.phases {
        let tally = record.tally.requests.pop_first().map(|(_, tally)| tally).unwrap_or_default();
        record.tally.requests.insert(name.into(), tally);
        if let Phase::Ugly { payload, .. } = &mut record.phase {
            *payload = name.into();
        }
    }
    sample
}

#[test]
fn no_name_reaches_the_terminal_or_the_workflow() {
    for name in NAMES {
        let colored = terminal::render(&named(name).report(), 100);
        let text = anstream::adapter::strip_str(&colored).to_string();
        assert!(!text.chars().any(|c| c != '\n' && (c.is_control() || c == '\u{202e}')), "{text:?}");
        assert!(!text.lines().any(|line| line.trim_start().starts_with("::")), "{text}");
        assert!(!text.contains("##["), "{text}");
        assert!(!colored.contains("[2J") || !colored.contains("\u{1b}[2J"), "{colored:?}");
    }
}

#[test]
fn no_name_becomes_markup_a_mention_or_a_command() {
    let plain = markdown::render(&sample::leak().report());
    for name in NAMES {
        let text = markdown::render(&named(name).report());
        for forbidden in
            ["<script", "@everyone", "#1", "::", "##[", "\u{1b}", "http:", "www.", "\n# title", "[x]", "![y"]
        {
            assert!(!text.contains(forbidden), "`{forbidden}` in {text}");
        }
        for tag in ["<details>", "</details>", "<sub>", "</sub>"] {
            assert_eq!(text.matches(tag).count(), plain.matches(tag).count(), "{tag} in {text}");
        }
        assert_eq!(text.matches("<code>").count(), text.matches("</code>").count(), "{text}");
        // Cells are counted by the bars that no backslash stands before.
        let bars = |line: &str| line.replace("\\\\", "").replace("\\|", "").matches('|').count();
        let shape = |text: &str| text.lines().filter(|line| line.starts_with('|')).map(bars).collect::<Vec<_>>();
        assert!(shape(&text).iter().all(|bars| shape(&plain).contains(bars)), "{text}");
    }
}

#[test]
fn any_name_is_valid_json() {
    for name in NAMES {
        let text = json::render(&named(name).report()).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["scenario"], name);
    }
}

#[test]
fn a_comment_is_cut_from_the_bottom_and_says_so() {
    let mut sample = sample::leak();
    let finding = sample.verdict.findings[1].clone();
    sample.verdict.findings.extend((0..2000).map(|_| finding.clone()));
    let text = markdown::render(&sample.report());
    assert!(text.len() < 65_000, "{}", text.len());
    assert!(text.starts_with("**Plimsoll: regressed**"));
    assert!(text.contains("static RouteCache.CACHE"));
    assert!(text.contains("more lines are in `plimsoll report`"));
    assert!(text.contains("<sub>"));
}

#[test]
fn one_endless_name_does_not_push_the_verdict_out() {
    let name = "Äx|".repeat(40_000);
    let text = markdown::render(&named(&name).report());
    assert!(text.len() < 65_000, "{}", text.len());
    assert!(text.contains("slope-exceeded"));
    assert!(terminal::render(&named(&name).report(), 100).len() < 40 * name.len());
}

#[test]
fn a_table_with_too_many_rows_is_closed_and_counted() {
    let mut sample = sample::pass();
    let tally = sample.recording.phases[1].tally.requests["quote"].clone();
    for i in 0..3000 {
        sample.recording.phases[1].tally.requests.insert(format!("request-{i:04}"), tally.clone());
    }
    let text = markdown::render(&sample.report());
    assert!(text.len() < 65_000);
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
    assert!(text.contains("request-0000") && !text.contains("request-2999"));
}

#[test]
fn no_name_ends_the_marker_or_the_chart_of_a_comment() {
    let setting = comment::Setting {
        base: Some("--> `x` @everyone"),
        head: Some("<!-- x"),
        command: Some("plimsoll run --config 'a`b'"),
        address: Some("https://evil.example/a)(b"),
        policy_note: None,
    };
    for name in NAMES.iter().chain(&["-->", "<!-- plimsoll comment 1 0 -->", "```\n"]) {
        let mut sample = named(name);
        sample.verdict.findings[0].subject.payload = None;
        let comment = comment::render(&sample.report(), setting, false);
        assert_eq!(comment.body.matches("<!--").count(), 1, "{}", comment.body);
        assert_eq!(comment.body.matches("-->").count(), 1 + comment.body.matches(" --> ").count(), "{}", comment.body);
        assert_eq!(comment.body.matches("```").count(), 2, "{}", comment.body);
        assert!(!comment.body.contains("@everyone") && !comment.body.contains("https://evil"), "{}", comment.body);
    }
}

#[test]
fn a_comment_fits_whatever_there_is_to_tell() {
    let mut sample = named(&"ÄÄx|@".repeat(20_000));
    let finding = sample.verdict.findings[0].clone();
    sample.verdict.findings.extend((0..500).map(|_| finding.clone()));
    let body = comment::render(&sample.report(), comment::Setting::default(), false).body;
    assert!(body.len() <= comment::LONGEST, "{}", body.len());
    assert!(body.contains("more lines are in") && body.contains("<!-- plimsoll comment"));
}

#[test]
fn no_name_becomes_an_element_of_a_page_or_of_junit() {
    let tags = |text: &str| {
        let mut tags: Vec<String> =
            text.split('<').skip(1).map(|part| part.split(['>', ' ']).next().unwrap().to_owned()).collect();
        tags.dedup();
        tags.sort();
        tags.dedup();
        tags
    };
    let plain = sample::leak();
    for name in NAMES.iter().chain(&["' onload='x", "]]>", "&lt;b&gt;", "\u{0}\u{ffff}"]) {
        let sample = named(name);
        let page = html::render(&sample.report());
        let known = tags(&html::render(&plain.report()));
        assert!(tags(&page).iter().all(|tag| known.contains(tag)), "{name}: {:?}", tags(&page));
        let suite = junit::render(&sample.report());
        assert!(tags(&suite).iter().all(|tag| tags(&junit::render(&plain.report())).contains(tag)), "{suite}");
        let legal = |c: char| c == '\n' || (c >= ' ' && c != '\u{fffe}' && c != '\u{ffff}');
        assert!(suite.chars().all(legal), "{suite:?}");
    }
}

#[test]
fn any_name_is_valid_sarif_without_links_or_absolute_places() {
    for name in NAMES.iter().chain(&["/etc/passwd", "../../up", "http://evil.example/x"]) {
        let text = sarif::render(&named(name).report(), &NoTree).unwrap();
        let log: serde_json::Value = serde_json::from_str(&text).unwrap();
        let result = &log["runs"][0]["results"][0];
        let message = result["message"]["text"].as_str().unwrap();
        assert!(!message.replace("\\[", "").contains('['), "{message}");
        let place = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        assert!(!place.as_str().unwrap().contains([':', ' ', '<']), "{place}");
    }
}
