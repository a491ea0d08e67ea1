//! Policy files, and the diagnostics that point into them.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll::diag::Source;
use plimsoll::policy::{built_in, parse};

fuzz_target!(|text: &str| {
    let source = Source::new("plimsoll.toml", text);
    let loader = |name: &str| match name {
        "self.toml" => Ok(text.to_owned()),
        name => built_in(name).map(str::to_owned).ok_or_else(|| "there is no such file".to_owned()),
    };
    if let Err(diagnostics) = parse(&source, &loader) {
        assert!(!diagnostics.render(false).is_empty());
    }
});
