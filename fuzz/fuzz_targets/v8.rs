//! V8 heap snapshots: the parser, the graph, the dominators and the owners.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use plimsoll::heap::{Mapping, Options, summarize_content};

fuzz_target!(|content: &[u8]| {
    if content.starts_with(b"{") {
        let _ = summarize_content(Mapping::held(content.to_vec()), Path::new("x"), &Options::default());
    }
});
