//! The verdict is about what the change does, whichever way it goes.

use serde_json::Value;

use super::shop::{BUILD, LEAKY, SOUND, Shop, Told};

/// The JSON report of a run against `base`.
#[track_caller]
fn verdict(told: &Told) -> Value {
    serde_json::from_str(&told.out).unwrap_or_else(|error| panic!("{error}\n{}\n{}", told.out, told.err))
}

fn run(shop: &Shop) -> Told {
    shop.plimsoll(&["run", "--against", "base", "--format", "json"])
}

#[test]
fn a_change_that_leaks_is_stopped_and_the_verdict_can_be_had_again() {
    let shop = Shop::new(SOUND, LEAKY, BUILD);
    let told = run(&shop);
    let report = verdict(&told);
    assert_eq!((told.code, &report["verdict"]["outcome"]), (Some(1), &"regressed".into()), "{report:#}");
    assert_eq!(report["verdict"]["findings"][0]["code"], "growth-exceeded", "{report:#}");
    shop.is_tidy();
    let again = shop.plimsoll(&["check", "--format", "json"]);
    assert_eq!((again.code, again.out), (told.code, told.out));
}

#[test]
fn a_change_that_mends_a_leak_passes() {
    let shop = Shop::new(LEAKY, SOUND, BUILD);
    let told = run(&shop);
    let report = verdict(&told);
    assert_eq!((told.code, &report["verdict"]["outcome"]), (Some(0), &"pass".into()), "{report:#}");
    let base = shop.git(&["rev-parse", "base"]);
    assert!(told.err.contains(&base[..10]), "{}", told.err);
    shop.is_tidy();
}

#[test]
fn the_same_service_on_both_sides_passes() {
    let shop = Shop::new(LEAKY, LEAKY, BUILD);
    let told = run(&shop);
    let report = verdict(&told);
    assert_eq!((told.code, &report["verdict"]["outcome"]), (Some(0), &"pass".into()), "{report:#}");
    shop.is_tidy();
}
