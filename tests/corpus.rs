//! The verdict on 1,054 recorded runs: it does not cry wolf, and it misses nothing that matters.

#[path = "corpus/table.rs"]
mod table;

#[test]
fn unchanged_services_pass_and_leaks_are_found() {
    let runs = table::runs();
    for tolerance in [50.0, 100.0] {
        let rates = table::rates(&runs, tolerance);
        assert_eq!((rates.flat.regressed, rates.flat.pairs()), (0, 195), "false alarms on flat services");
        assert_eq!((rates.caches.regressed, rates.caches.pairs()), (0, 135), "false alarms on filling caches");
        assert_eq!((rates.leak_1k.regressed, rates.leak_1k.pairs()), (93, 93), "1 KiB per request found");
    }
    let narrow = table::rates(&runs, 50.0).leak_100;
    assert!(narrow.regressed >= 92 && narrow.passed == 0, "100 B per request found at 50");
    assert!(table::rates(&runs, 100.0).flat.unsure <= 2, "flat services that must be run again at 100");
}
