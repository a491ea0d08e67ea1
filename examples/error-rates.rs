//! Prints how often the verdict is right on the recorded corpus: `cargo run --release --example error-rates`.

#[path = "../tests/corpus/table.rs"]
mod table;

fn main() {
    let runs = table::runs();
    println!("one pair of runs each, slope of the live floor; regressed / unsure / passed of pairs");
    println!(
        "{:>16} {:>22} {:>22} {:>22} {:>22}",
        "tolerance", "flat, unchanged", "caches, unchanged", "100 B/request", "1 KiB/request"
    );
    for tolerance in [50.0, 75.0, 100.0, 200.0, 500.0] {
        let rates = table::rates(&runs, tolerance);
        let told = [rates.flat, rates.caches, rates.leak_100, rates.leak_1k]
            .map(|tally| format!("{} / {} / {} of {}", tally.regressed, tally.unsure, tally.passed, tally.pairs()));
        println!("{:>14} B {:>22} {:>22} {:>22} {:>22}", tolerance, told[0], told[1], told[2], told[3]);
    }
}
