//! Text that expands, and text where little is expected.

use super::trial::{Answers, MIB, Trial, family};

#[test]
fn unicode_expansion() {
    let trial = Trial::of("text.py", family("unicode-expansion", &[]));
    Trial { naive: 70 * MIB, hardened: 4 * MIB, ..trial }.run();
}

#[test]
fn giant_header() {
    let trial = Trial::of("text.go", family("giant-header", &[("size", 32 << 20)]));
    Trial { naive: 40 * MIB, hardened: 8 * MIB, answers: Answers::Status(431), ..trial }.run();
}

#[test]
fn giant_url() {
    let trial = Trial::of("text.go", family("giant-url", &[("size", 32 << 20)]));
    Trial { naive: 40 * MIB, hardened: 8 * MIB, answers: Answers::Status(431), ..trial }.run();
}

#[test]
fn many_headers() {
    let trial = Trial::of("text.go", family("many-headers", &[("count", 400_000)]));
    Trial { naive: 30 * MIB, hardened: 8 * MIB, answers: Answers::Status(431), ..trial }.run();
}
