//! The verdict on the recorded runs: it does not cry wolf, and it misses nothing that matters.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test makes by hand is there")]

#[path = "corpus/table.rs"]
mod table;

use table::{CACHES, Corpus, FLAT, floor_level, peak_level, slope};

#[test]
fn unchanged_services_are_never_regressed() {
    let corpus = Corpus::read();
    for tolerance in [50.0, 100.0] {
        for (variants, pairs) in [(&FLAT[..], 195), (&CACHES[..], 135)] {
            let tally = corpus.unchanged(variants, 1, &slope(tolerance));
            assert_eq!((tally.regressed, tally.all()), (0, pairs), "{variants:?} at {tolerance}");
        }
    }
    let flat = corpus.unchanged(&FLAT, 1, &slope(100.0));
    assert!(flat.unsure <= 2, "flat services that must run again: {flat}");
}

#[test]
fn leaks_are_found_with_one_pair() {
    let corpus = Corpus::read();
    let narrow = corpus.changed("leak100", 1, &slope(50.0));
    assert!(narrow.regressed >= 92 && narrow.passed == 0 && narrow.all() == 93, "{narrow}");
    assert_eq!(corpus.changed("leak1k", 1, &slope(50.0)).regressed, 93);
    assert_eq!(corpus.changed("leak1k", 1, &slope(100.0)).regressed, 93);
    let large = corpus.changed("leak10k", 1, &slope(100.0));
    assert_eq!(large.regressed, large.all());
}

#[test]
fn three_pairs_settle_what_one_left_open() {
    let corpus = Corpus::read();
    for tolerance in [50.0, 100.0] {
        let (flat, caches) =
            (corpus.unchanged(&FLAT, 3, &slope(tolerance)), corpus.unchanged(&CACHES, 3, &slope(tolerance)));
        assert_eq!((flat.regressed, flat.unsure), (0, 0), "flat at {tolerance}");
        assert_eq!(caches.unsure, 0, "caches at {tolerance}");
    }
    assert_eq!(corpus.unchanged(&CACHES, 3, &slope(100.0)).regressed, 0);
    let leak = corpus.changed("leak100", 3, &slope(50.0));
    assert_eq!(leak.regressed, leak.all());
}

#[test]
fn without_a_baseline_nothing_regresses_that_is_no_leak_and_no_leak_passes() {
    let corpus = Corpus::read();
    for tolerance in [100.0, 200.0] {
        for variants in [&FLAT[..], &CACHES[..]] {
            assert_eq!(corpus.alone(variants, &slope(tolerance)).regressed, 0, "{variants:?} at {tolerance}");
        }
    }
    let leak = corpus.alone(&["leak1k"], &slope(200.0));
    assert!(leak.passed == 0 && leak.regressed >= 40, "{leak}");
    let large = corpus.alone(&["leak10k"], &slope(200.0));
    assert_eq!(large.regressed, large.all());
}

#[test]
fn a_step_of_the_level_is_found_and_an_unchanged_level_is_not() {
    let corpus = Corpus::read();
    assert_eq!(corpus.unchanged(&FLAT, 1, &floor_level()).regressed, 0);
    assert_eq!(corpus.changed("step5", 1, &floor_level()).regressed, 93);
}

#[test]
fn a_transient_of_64_mib_is_found_in_the_peak_and_an_unchanged_peak_is_not() {
    let corpus = Corpus::read();
    assert_eq!(corpus.unchanged(&["clean"], 1, &peak_level()).regressed, 0);
    let spike = corpus.changed("spike", 1, &peak_level());
    assert!(spike.regressed >= 91, "{spike}");
}
