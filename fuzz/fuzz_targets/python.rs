//! Python graphs: the parser, the graph, the dominators and the owners.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use plimsoll::heap::{Mapping, Options, summarize_content};

fuzz_target!(|content: &[u8]| {
    // The beginning is no work for the fuzzer.
    let content = [b"PLIMPY1\n", content].concat();
    let _ = summarize_content(Mapping::held(content), Path::new("x"), &Options::default());
});
