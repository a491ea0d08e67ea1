//! Documents whose parsed form is far larger, or far deeper, than their text.

use super::trial::{Answers, MIB, Trial, family};

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
