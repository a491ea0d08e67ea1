//! What comes out of pipes and `.gz` files, on its way into a file that can be mapped.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use plimsoll::heap::{Mapping, Options, summarize_content};

fuzz_target!(|content: &[u8]| {
    let Ok(file) = Mapping::spool(content, Path::new("x")) else { return };
    assert!(file.cut().is_none_or(|cut| cut.at == file.len() as u64));
    let _ = summarize_content(file, Path::new("x"), &Options::default());
});
