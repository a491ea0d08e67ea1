//! Prints how often the verdict is right on the recorded corpus: `cargo run --release --example error-rates`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the corpus is part of the repository")]

#[path = "../tests/corpus/table.rs"]
mod table;

use table::{CACHES, Corpus, FLAT, Tally, floor_level, peak_level, slope};

fn main() {
    let corpus = Corpus::read();
    println!("each cell: regressed / unsure / passed");
    for repeats in [1, 3] {
        println!("\nslope of the live floor against a baseline, {repeats} run(s) on each side");
        header(&["flat, same", "caches, same", "100 B/request", "1 KiB/request", "10 KiB/request", "new cache"]);
        for tolerance in [50.0, 75.0, 100.0, 200.0, 500.0] {
            let rules = slope(tolerance);
            let mut tallies =
                vec![corpus.unchanged(&FLAT, repeats, &rules), corpus.unchanged(&CACHES, repeats, &rules)];
            tallies.extend(
                ["leak100", "leak1k", "leak10k", "cacheM"].map(|variant| corpus.changed(variant, repeats, &rules)),
            );
            row(&format!("{tolerance} B/request"), &tallies);
        }
    }
    println!("\nslope of the live floor of a single run, no baseline");
    header(&["flat", "caches", "100 B/request", "1 KiB/request", "10 KiB/request", "slow cache"]);
    for tolerance in [50.0, 100.0, 200.0, 500.0] {
        let groups: [&[&str]; 6] = [&FLAT, &["cacheF", "cacheM"], &["leak100"], &["leak1k"], &["leak10k"], &["cacheS"]];
        row(&format!("{tolerance} B/request"), &groups.map(|variants| corpus.alone(variants, &slope(tolerance))));
    }
    println!("\nlevels of the shipped policy");
    header(&["unchanged", "changed"]);
    row("live.floor", &[corpus.unchanged(&FLAT, 1, &floor_level()), corpus.changed("step5", 1, &floor_level())]);
    row("rss.peak", &[corpus.unchanged(&["clean"], 1, &peak_level()), corpus.changed("spike", 1, &peak_level())]);
}

fn header(columns: &[&str]) {
    print!("{:>16}", "");
    columns.iter().for_each(|column| print!(" {column:>16}"));
    println!();
}

fn row(name: &str, tallies: &[Tally]) {
    print!("{name:>16}");
    tallies.iter().for_each(|tally| print!(" {tally:>16}"));
    println!("   of {}", tallies.iter().map(|tally| tally.all().to_string()).collect::<Vec<_>>().join(", "));
}
