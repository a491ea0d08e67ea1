//! No family without a trial.

use plimsoll::payload::families;

const TRIALS: &str = concat!(
    include_str!("archives.rs"),
    include_str!("connections.rs"),
    include_str!("documents.rs"),
    include_str!("images.rs"),
    include_str!("keys.rs"),
    include_str!("retries.rs"),
    include_str!("text.rs"),
    include_str!("uploads.rs"),
    include_str!("work.rs"),
);

#[test]
fn every_family_is_tried_in_both_directions() {
    let untried: Vec<&str> =
        families().map(|family| family.name).filter(|name| !TRIALS.contains(&format!("family(\"{name}\""))).collect();
    assert!(untried.is_empty(), "no trial of {untried:?}");
}
