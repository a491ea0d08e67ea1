//! HPROF: the parser, the graph, the dominators, the owners and every name in them.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use plimsoll::heap::hprof::{self, Referents};
use plimsoll::heap::{Mapping, Naming, Options, summarize_content};

fuzz_target!(|content: &[u8]| {
    let options = Options { keep_unreachable: true, referents: Referents::Mat, ..Options::default() };
    if !hprof::recognizes(content) {
        return;
    }
    let Ok(dump) = hprof::read(Mapping::held(content.to_vec()), &hprof::Options::default()) else { return };
    for node in dump.graph.objects() {
        dump.names.references(node, &mut |_, _| {});
        dump.names.label(node);
        dump.names.key(node);
    }
    summarize_content(Mapping::held(content.to_vec()), Path::new("x"), &options).expect("it was read once already");
});
