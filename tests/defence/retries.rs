//! The same request again.

use super::trial::{Answers, MIB, Trial, family};

#[test]
fn retry_storm() {
    let trial = Trial::of("retries.cjs", family("retry-storm", &[("times", 30), ("every", 20)]));
    Trial { naive: 60 * MIB, hardened: 45 * MIB, answers: Answers::Either(200, 503), ..trial }.run();
}

#[test]
fn duplicate() {
    let trial = Trial::of("retries.cjs", family("duplicate", &[("copies", 10)]));
    Trial { naive: 80 * MIB, hardened: 40 * MIB, answers: Answers::Status(200), ..trial }.run();
}

#[test]
fn cancel_retry() {
    let trial = Trial::of("retries.cjs", family("cancel-retry", &[]));
    Trial { naive: 60 * MIB, hardened: 50 * MIB, answers: Answers::StatusOrEnds(200), ..trial }.run();
}
