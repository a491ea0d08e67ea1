//! Documents whose parsed form is far larger, or far deeper, than their text.

use plimsoll::payload::Value;

use super::trial::{Answers, MIB, Moves, Trial, family};

#[test]
fn deep_json() {
    let trial = Trial::of("documents.cjs", family("deep-json", &[]));
    Trial { naive: 10 * MIB, hardened: 4 * MIB, answers: Answers::Status(400), ..trial }.run();
}

#[test]
fn wide_json() {
    let trial = Trial::of("documents.py", family("wide-json", &[]));
    Trial { naive: 15 * MIB, hardened: 4 * MIB, ..trial }.run();
}

#[test]
fn giant_string() {
    let trial = Trial::of("documents.py", family("giant-string", &[]));
    Trial { hardened: 4 * MIB, ..trial }.run();
}

#[test]
fn json_empties() {
    let trial = Trial::of("documents.py", family("json-empties", &[]));
    Trial { hardened: 4 * MIB, ..trial }.run();
}

#[test]
fn json_duplicates() {
    let trial = Trial::of("documents.py", family("json-duplicates", &[]));
    Trial { naive: 75 * MIB, hardened: 4 * MIB, ..trial }.run();
}

#[test]
fn json_number() {
    let trial = Trial::of("documents.java", family("json-number", &[("digits", 400_000)]));
    let trial = Trial { moves: Moves::Cpu, naive: 1100, hardened: 600, ..trial };
    Trial { answers: Answers::Status(400), ..trial }.run();
}

#[test]
fn json_collisions() {
    let trial = Trial::of("documents.java", family("json-collisions", &[("keys", 25_000)]));
    let trial = Trial { moves: Moves::Cpu, naive: 900, hardened: 600, ..trial };
    Trial { answers: Answers::Status(400), ..trial }.run();
}

#[test]
fn xml_entities_of_entities() {
    let trial = Trial::of("documents.java", family("xml-entities", &[("size", 12_000_000)]));
    Trial { naive: 80 * MIB, hardened: 25 * MIB, answers: Answers::Status(400), ..trial }.run();
}

#[test]
fn one_long_xml_entity() {
    let choice = family("xml-entities", &[("size", 24_000_000)]).with("shape", Value::Text("quadratic".into()));
    let trial = Trial::of("documents.java", choice);
    Trial { naive: 80 * MIB, hardened: 25 * MIB, answers: Answers::Status(400), ..trial }.run();
}

#[test]
fn xml_attributes() {
    let trial = Trial::of("documents.py", family("xml-attributes", &[]));
    Trial { naive: 50 * MIB, hardened: 4 * MIB, ..trial }.run();
}

#[test]
fn xml_elements() {
    let trial = Trial::of("documents.py", family("xml-elements", &[]));
    Trial { hardened: 10 * MIB, ..trial }.run();
}

#[test]
fn yaml_aliases() {
    let trial = Trial::of("documents.py", family("yaml-aliases", &[]));
    Trial { hardened: 4 * MIB, answers: Answers::Status(400), ..trial }.run();
}

#[test]
fn csv_of_many_columns() {
    let trial = Trial::of("documents.py", family("csv-width", &[]));
    Trial { naive: 50 * MIB, hardened: 4 * MIB, ..trial }.run();
}

#[test]
fn csv_with_an_open_quote() {
    let trial = Trial::of("documents.py", family("csv-width", &[("open-quote", 1)]));
    Trial { naive: 25 * MIB, hardened: 4 * MIB, ..trial }.run();
}

#[test]
fn xlsx() {
    let trial = Trial::of("documents.py", family("xlsx-bomb", &[("cells", 240_000)]));
    Trial { naive: 40 * MIB, hardened: 4 * MIB, ..trial }.run();
}

#[test]
fn pdf() {
    let trial = Trial::of("documents.py", family("pdf-objects", &[]));
    Trial { naive: 250 * MIB, hardened: 10 * MIB, answers: Answers::Status(422), ..trial }.run();
}
