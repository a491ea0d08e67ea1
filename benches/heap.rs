//! Reads the heap dumps it is given and prints what each stage took.
//!
//! `cargo bench --bench heap -- FILE.hprof..`; without a file the fixture is read. CPU and resident
//! memory of the whole process: run it under `/usr/bin/time -v`.

use std::path::PathBuf;
use std::time::Instant;

use plimsoll::heap::hprof::{self, Options};
use plimsoll::heap::{Dominators, EdgeUse, HeapError, Mapping, Node, Orphans};

fn main() -> Result<(), HeapError> {
    let files: Vec<PathBuf> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).map(Into::into).collect();
    let fixture = || vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/heap/tiny.hprof.gz")];
    for path in if files.is_empty() { fixture() } else { files } {
        measure(&path)?;
    }
    Ok(())
}

fn measure(path: &std::path::Path) -> Result<(), HeapError> {
    let start = Instant::now();
    let file = Mapping::open(path)?;
    let opened = Instant::now();
    let mut dump = hprof::read(file, &Options::default())?;
    let (read, peak) = (Instant::now(), anonymous());
    let dominators = Dominators::of(&mut dump.graph, EdgeUse::Consume, Orphans::Drop);
    let done = Instant::now();
    println!(
        "{}: {} objects, {} references, {} retained; opened in {:.3} s, read in {:.3} s ({peak} kB anonymous), dominators in {:.3} s ({} kB)",
        path.display(),
        dominators.reached(),
        dominators.references(),
        dominators.retained(Node::ROOT),
        (opened - start).as_secs_f64(),
        (read - opened).as_secs_f64(),
        (done - read).as_secs_f64(),
        anonymous(),
    );
    dump.caveats.iter().for_each(|caveat| println!("  {caveat}"));
    Ok(())
}

/// Anonymous memory of this process now, in kB.
fn anonymous() -> u64 {
    procfs::process::Process::myself().and_then(|me| me.status()).ok().and_then(|status| status.rssanon).unwrap_or(0)
}
