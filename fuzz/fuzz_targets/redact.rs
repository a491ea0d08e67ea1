//! Redaction: what comes out is a dump again, of the same weight, and redacting it changes nothing more.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use plimsoll::heap::{HeapSummary, Keep, Mapping, Options, redact, summarize_content};

fuzz_target!(|content: &[u8]| {
    let keep = Keep { thread_names: true };
    let path = Path::new("x");
    let mut once = Vec::new();
    if redact(&Mapping::held(content.to_vec()), path, &mut once, keep).is_err() {
        return;
    }
    assert!(!content.starts_with(b"JAVA") || once.len() <= content.len());
    let mut twice = Vec::new();
    redact(&Mapping::held(once.clone()), path, &mut twice, keep).expect("a redacted dump is a dump");
    assert_eq!(once, twice);
    let weight = |content: &[u8]| {
        let summary = summarize_content(Mapping::held(content.to_vec()), path, &Options::default());
        summary.ok().map(|HeapSummary { total, objects, references, .. }| (total, objects, references))
    };
    assert_eq!(weight(content), weight(&once));
});
