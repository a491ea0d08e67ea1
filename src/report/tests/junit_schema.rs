//! JUnit XML is held against a schema by a validator that others wrote (libxml2, through lxml).

use std::path::Path;
use std::process::{Command, Stdio};

use super::hostile::{NAMES, named};
use super::samples;
use crate::report::junit;

/// Says of each file whether the schema, and the counts of its cases, hold.
const VALIDATE: &str = r#"
import sys
from lxml import etree
schema = etree.XMLSchema(etree.parse(sys.argv[1]))
for path in sys.argv[2:]:
    try:
        page = etree.parse(path)
    except etree.XMLSyntaxError as error:
        print(path, error)
        continue
    if not schema.validate(page):
        print(path, schema.error_log.last_error)
        continue
    for suite in page.iter("testsuite"):
        kinds = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}
        for name, element in kinds.items():
            if int(suite.get(name)) != len(list(suite.iter(element))):
                print(path, name, "is miscounted")
"#;

/// What the validator has against these pages.
fn complaints(pages: &[String]) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tools = Command::new(root.join("scripts/ci-tools")).stderr(Stdio::inherit()).output().unwrap();
    let tools = String::from_utf8(tools.stdout).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut validate = Command::new(Path::new(tools.trim()).join("venv/bin/python"));
    validate.args(["-c", VALIDATE]).arg(root.join("fixtures/junit/junit.xsd"));
    for (i, page) in pages.iter().enumerate() {
        let path = folder.path().join(format!("{i}.xml"));
        std::fs::write(&path, page).unwrap();
        validate.arg(path);
    }
    let output = validate.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_outcome_and_every_name_makes_a_page_that_holds_against_the_schema() {
    let mut pages: Vec<String> = samples().iter().map(|(_, sample)| junit::render(&sample.report())).collect();
    for name in NAMES {
        let mut sample = named(name);
        pages.push(junit::render(&sample.report()));
        // A time stamp comes from a recording that anybody may have written.
        sample.recording.started = name.into();
        pages.push(junit::render(&sample.report()));
    }
    assert_eq!(complaints(&pages), "");
}

#[test]
fn the_validator_sees_what_is_wrong() {
    let page = junit::render(&super::sample::leak().report());
    let wrong = [
        page.replace("<testcase classname", "<case classname").replace("</testcase>", "</case>"),
        page.replacen("failures=\"2\"", "failures=\"some\"", 1),
        page.replacen(" classname=\"", " class=\"", 1),
        page.replacen("</failure>", "", 1),
        page.replacen("<testcase", "<testcase name=\"\" classname=\"c\"/><testcase", 1),
    ];
    assert_eq!(complaints(&wrong).lines().count(), wrong.len(), "{}", complaints(&wrong));
}
