//! Digests of all that a plan sends.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::plan::{PlannedStep, Requests, plan};
use crate::policy::Policy;

/// Digest (BLAKE3, hex) of each phase with load, as it stands in a recording too, and of all of them.
pub(super) struct Digests {
    phases: Vec<(String, String)>,
    all: String,
}

/// Makes every request of the plan.
pub(super) fn digests(policy: &Policy) -> Digests {
    let requests = Requests::new(&policy.load);
    let mut all = blake3::Hasher::new();
    let mut phases = Vec::new();
    for step in &plan(policy).steps {
        let PlannedStep::Load { phase, first, requests: count } = step else { continue };
        let mut digest = blake3::Hasher::new();
        for index in *first..first + count {
            if let Some(request) = requests.get(phase, index) {
                digest.update(&request.digest());
            }
        }
        let digest = digest.finalize().to_hex().to_string();
        all.update(digest.as_bytes());
        phases.push((phase.to_string(), digest));
    }
    Digests { phases, all: all.finalize().to_hex().to_string() }
}

/// For people.
pub(super) fn terminal(digests: &Digests) -> String {
    let widest = digests.phases.iter().map(|(phase, _)| phase.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for (phase, digest) in &digests.phases {
        let _ = writeln!(text, "{phase:<widest$}  {digest}");
    }
    let _ = writeln!(text, "all bytes {}", digests.all);
    text
}

/// For programs.
pub(super) fn json(digests: &Digests) -> Value {
    let phases = digests.phases.iter().map(|(phase, digest)| json!({ "phase": phase, "digest": digest }));
    json!({ "schema": 1, "phases": phases.collect::<Vec<_>>(), "all": digests.all })
}
