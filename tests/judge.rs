//! Every detector of the verdict in both directions, on recordings made by hand.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test makes by hand is there")]

#[path = "judge/rules.rs"]
mod rules;
#[path = "judge/run.rs"]
mod run;

use std::time::Duration;

use plimsoll::policy::{Level, PhaseFilter, Rules};
use plimsoll::record::{Incident, Recording};
use plimsoll::units::{Elapsed, Gauge};
use plimsoll::verdict::{Finding, Outcome, Standing, Verdict};
use run::{MIB, dumps, incident, run, ugly, verdict, verdict_on};

fn flat(ripple: usize) -> Recording {
    run(ripple, |_| 0.0)
}

fn leaky(ripple: usize, per_request: f64) -> Recording {
    run(ripple, |requests| requests as f64 * per_request)
}

fn filling(ripple: usize, size: f64, requests_until: f64) -> Recording {
    run(ripple, |requests| size * (1.0 - (-(requests as f64) / requests_until).exp()))
}

fn found<'a>(verdict: &'a Verdict, code: &str) -> &'a Finding {
    let finding = verdict.findings.iter().find(|finding| finding.code == code);
    finding.unwrap_or_else(|| panic!("no `{code}` in {verdict:#?}"))
}

#[test]
fn a_leak_regresses_and_the_same_service_passes() {
    let rules = rules::slope(100.0);
    let verdict_leaky = verdict(&rules, &leaky(1, 1000.0), Some(&flat(0)));
    assert_eq!((verdict_leaky.outcome, verdict_leaky.exit_code()), (Outcome::Regressed, 1));
    let finding = found(&verdict_leaky, "slope-exceeded");
    assert_eq!((finding.shape, finding.place.as_ref().unwrap().line), (Some("retention"), 10));
    let verdict_flat = verdict(&rules, &flat(1), Some(&flat(0)));
    assert_eq!((verdict_flat.outcome, verdict_flat.findings.len()), (Outcome::Pass, 0));
    assert!(verdict_flat.headline.contains("would have been seen"), "{}", verdict_flat.headline);
}

#[test]
fn a_drift_that_the_baseline_has_too_passes() {
    let rules = rules::slope(100.0);
    assert_eq!(verdict(&rules, &leaky(1, 700.0), Some(&leaky(0, 700.0))).outcome, Outcome::Pass);
}

#[test]
fn without_a_baseline_a_straight_leak_regresses_and_a_filling_cache_waits_for_one() {
    let rules = rules::slope(100.0);
    assert_eq!(verdict(&rules, &leaky(0, 1000.0), None).outcome, Outcome::Regressed);
    let cache = verdict(&rules, &filling(0, 5e6, 3000.0), None);
    assert_eq!((cache.outcome, cache.exit_code()), (Outcome::NoBaseline, 0));
    assert_eq!(found(&cache, "slope-exceeded").standing, Standing::Unsure);
    assert_eq!(verdict(&rules, &flat(0), None).outcome, Outcome::Pass);
}

#[test]
fn without_a_baseline_an_owner_that_grows_as_ever_settles_a_bent_curve() {
    let rules = rules::slope(100.0);
    // A leak of 600 B for each request, below a warm-up that keeps 2 MB more at first.
    let drift = |requests: u64| 600.0 * requests as f64 + 2e6 * (1.0 - (-(requests as f64) / 900.0).exp());
    let mut leak = run(0, drift);
    assert_eq!(verdict(&rules, &leak, None).outcome, Outcome::NoBaseline);
    dumps(&mut leak, "Cache.ENTRIES", [3500, 4000], 600);
    assert_eq!(verdict(&rules, &leak, None).outcome, Outcome::Regressed);
    let mut cache = filling(0, 5e6, 6000.0);
    dumps(&mut cache, "Cache.ENTRIES", [3500, 3800], 600);
    assert_eq!(verdict(&rules, &cache, None).outcome, Outcome::NoBaseline);
}

#[test]
fn new_bounded_growth_is_judged_by_its_level() {
    let cache = filling(1, 5e6, 800.0);
    let over = verdict(&rules::slope(100.0), &cache, Some(&flat(0)));
    assert_eq!(over.outcome, Outcome::Regressed);
    assert_eq!(found(&over, "growth-exceeded").shape, Some("plateau"));
    let mut budget = rules::slope(100.0);
    budget.bounds = rules::growth("live.floor", 20.0, 6 * MIB).bounds;
    assert_eq!(verdict(&budget, &cache, Some(&flat(0))).outcome, Outcome::Pass);
    // The slope's plateau and the bound's level are one thing, told once.
    budget.bounds = rules::growth("live.floor", 2.0, MIB / 2).bounds;
    let both = verdict(&budget, &cache, Some(&flat(0)));
    assert_eq!((both.findings.len(), both.findings[0].shape), (1, Some("plateau")));
}

#[test]
fn a_step_is_judged_by_its_level() {
    let step = |size: f64| run(1, move |requests| if requests > 1500 { size } else { 0.0 });
    let over = verdict(&rules::slope(100.0), &step(4e6), Some(&flat(0)));
    assert_eq!(found(&over, "growth-exceeded").shape, Some("step"));
    assert_eq!(verdict(&rules::slope(100.0), &step(4e5), Some(&flat(0))).outcome, Outcome::Pass);
}

#[test]
fn a_grey_slope_is_unsure_for_one_run_and_settled_by_three() {
    let rules = rules::slope(100.0);
    let grey = verdict(&rules, &leaky(1, 102.0), Some(&flat(0)));
    assert_eq!((grey.outcome, grey.exit_code()), (Outcome::Inconclusive, 0));
    let strict = Rules { fail_when_unsure: true, ..rules.clone() };
    assert_eq!(verdict(&strict, &leaky(1, 102.0), Some(&flat(0))).exit_code(), 4);
    let three = |rate: f64| [leaky(1, rate), leaky(1, rate + 1.0), leaky(1, rate + 2.0)];
    assert_eq!(verdict_on(&rules, &three(101.0), &[flat(0), flat(0), flat(0)]).outcome, Outcome::Regressed);
    assert_eq!(verdict_on(&rules, &three(91.0), &[flat(0), flat(0), flat(0)]).outcome, Outcome::Pass);
}

#[test]
fn a_leak_of_one_payload_is_found_with_its_name_and_a_first_use_is_not() {
    let rules = rules::slope(1024.0);
    let (mut leak, mut first_use) = (flat(0), flat(0));
    ugly(&mut leak, "image-bomb", |round| 3 * MIB + round * 10 * 200 * 1024);
    ugly(&mut first_use, "image-bomb", |_| 3 * MIB);
    for baseline in [None, Some(&first_use)] {
        let verdict = verdict(&rules, &leak, baseline);
        let finding = found(&verdict, "slope-exceeded");
        assert_eq!((verdict.outcome, finding.subject.payload.as_deref()), (Outcome::Regressed, Some("image-bomb")));
    }
    let once = verdict(&rules, &first_use, None);
    assert!(matches!(once.outcome, Outcome::Pass | Outcome::NoBaseline), "{once:#?}");
}

#[test]
fn noise_over_a_few_requests_is_no_slope() {
    let mut noisy = flat(0);
    ugly(&mut noisy, "deep-json", |round| round * 20 * 1024);
    assert_eq!(verdict(&rules::slope(100.0), &noisy, None).outcome, Outcome::Pass);
}

#[test]
fn an_absolute_bound_names_the_payload() {
    let mut spiky = flat(0);
    ugly(&mut spiky, "gzip-bomb", |_| 0);
    spiky.phases.last_mut().unwrap().peak.insert(Gauge::Rss, 500 * MIB);
    let rules = rules::maximum("rss.peak", PhaseFilter::Ugly, 480 * MIB);
    let over = verdict(&rules, &spiky, None);
    let finding = found(&over, "bound-exceeded");
    assert_eq!((finding.subject.payload.as_deref(), finding.shape), (Some("gzip-bomb"), Some("spike")));
    spiky.phases.last_mut().unwrap().peak.insert(Gauge::Rss, 479 * MIB);
    assert_eq!(verdict(&rules, &spiky, None).outcome, Outcome::Pass);
}

#[test]
fn growth_needs_its_share_and_its_amount_and_more_than_the_noise() {
    let higher = |bytes: f64| run(1, move |_| bytes);
    let rules = rules::growth("live.floor", 2.0, MIB / 2);
    assert_eq!(verdict(&rules, &higher(2e6), Some(&flat(0))).outcome, Outcome::Regressed);
    assert_eq!(verdict(&rules, &higher(6e5), Some(&flat(0))).outcome, Outcome::Pass);
    let wide = [flat(0), higher(4e6), higher(1e3)];
    let noisy = verdict_on(&rules, &[higher(3e6)], &wide);
    assert_eq!(found(&noisy, "growth-exceeded").standing, Standing::Unsure);
}

#[test]
fn a_rule_that_found_nothing_to_judge_is_no_pass() {
    for rules in [rules::maximum("gpu.peak", PhaseFilter::All, 1), rules::recovery(), rules::headroom(1 << 30)] {
        let mut blind = flat(0);
        blind.phases.iter_mut().for_each(|record| record.peak.clear());
        let verdict = verdict(&rules, &blind, None);
        assert_eq!(verdict.outcome, Outcome::Inconclusive, "{verdict:#?}");
        assert!(found(&verdict, "no-data").message.contains("plimsoll.toml:"));
    }
}

#[test]
fn an_owner_that_leaks_is_named_with_entries_and_bytes() {
    let mut rules = rules::slope(100.0);
    rules.owners = rules::owner("**", None, Some(100.0)).owners;
    let (mut leak, mut base) = (leaky(1, 2400.0), flat(0));
    dumps(&mut leak, "RouteCache.CACHE", [3500, 4000], 2400);
    dumps(&mut base, "RouteCache.CACHE", [100, 100], 2400);
    let verdict = verdict(&rules, &leak, Some(&base));
    assert_eq!(verdict.outcome, Outcome::Regressed);
    let path = "static RouteCache.CACHE: Cache → .map: java.util.HashMap";
    let finding = found(&verdict, "owner-grows-per-request");
    assert_eq!(finding.subject.owner.as_ref().unwrap().to_string(), path);
    for part in [path, "+3,400 entries", "2.34 KiB each", "2.34 KiB/request"] {
        assert!(finding.message.contains(part), "`{part}` in {}", finding.message);
    }
    assert!(found(&verdict, "slope-exceeded").message.contains(path));
}

#[test]
fn an_owner_that_the_floors_do_not_bear_out_is_no_finding() {
    let per_request = rules::owner("**", None, Some(100.0));
    let total = rules::owner("**", Some(4 * MIB), None);
    // It grows between the dumps, but the live floor has long been flat.
    let (mut churn, mut base) = (flat(1), flat(0));
    dumps(&mut churn, "RouteCache.CACHE", [3500, 4000], 2400);
    dumps(&mut base, "RouteCache.CACHE", [100, 100], 2400);
    assert_eq!(verdict(&per_request, &churn, Some(&base)).outcome, Outcome::Pass);
    // The field was renamed: eight mebibytes moved, nothing grew.
    let (mut renamed, mut base) = (flat(1), flat(0));
    dumps(&mut renamed, "RouteCache.ROUTES", [3500, 3500], 2400);
    dumps(&mut base, "RouteCache.CACHE", [3500, 3500], 2400);
    assert_eq!(verdict(&total, &renamed, Some(&base)).outcome, Outcome::Pass);
    // And where the level did rise by it, it is one.
    let mut grown = run(1, |_| 8e6);
    dumps(&mut grown, "RouteCache.ROUTES", [3500, 3500], 2400);
    let verdict = verdict(&total, &grown, Some(&flat_with_dumps()));
    assert_eq!(found(&verdict, "owner-grew").standing, Standing::Fires);
}

fn flat_with_dumps() -> Recording {
    let mut base = flat(0);
    dumps(&mut base, "RouteCache.ROUTES", [10, 10], 2400);
    base
}

#[test]
fn growth_that_the_baselines_owner_has_too_is_not_this_changes() {
    let rules = rules::owner("**", None, Some(100.0));
    let (mut candidate, mut base) = (leaky(1, 500.0), leaky(0, 500.0));
    dumps(&mut candidate, "RouteCache.CACHE", [3500, 4000], 500);
    dumps(&mut base, "RouteCache.CACHE", [3500, 4000], 500);
    assert_eq!(verdict(&rules, &candidate, Some(&base)).outcome, Outcome::Pass);
}

#[test]
fn a_gauge_that_stays_up_after_a_payload_is_found_and_one_that_comes_down_is_not() {
    let with = |after: u64| {
        let mut run = flat(0);
        ugly(&mut run, "upload", |_| 0);
        let reading = |mib: u64| [(Gauge::Rss, mib * MIB)].into();
        let seconds = |seconds| Elapsed(Duration::from_secs(seconds));
        // The last reading comes too late to count.
        run.phases.last_mut().unwrap().recovery =
            vec![(seconds(1), reading(300)), (seconds(14), reading(after)), (seconds(20), reading(90))];
        run
    };
    let stayed = verdict(&rules::recovery(), &with(200), None);
    assert_eq!(found(&stayed, "not-recovered").subject.payload.as_deref(), Some("upload"));
    assert_eq!(verdict(&rules::recovery(), &with(105), None).outcome, Outcome::Pass);
}

#[test]
fn headroom_is_short_for_a_leak_and_long_for_a_flat_service() {
    let short = verdict(&rules::headroom(512 * MIB), &leaky(0, 1000.0), None);
    assert!(found(&short, "headroom-short").message.contains("reached after 30 min"), "{}", short.headline);
    assert_eq!(verdict(&rules::headroom(512 * MIB), &flat(0), None).outcome, Outcome::Pass);
    assert_eq!(verdict(&rules::headroom(100 * MIB), &flat(0), None).outcome, Outcome::Regressed);
    let bent = verdict(&rules::headroom(512 * MIB), &filling(0, 5e6, 2500.0), None);
    assert_eq!((bent.outcome, found(&bent, "headroom-short").level), (Outcome::Pass, Level::Warn));
}

#[test]
fn a_death_a_kill_and_a_hang_are_findings_with_the_payloads_name() {
    let incidents = [
        ("service-died", Incident::Died { code: None, signal: Some(11) }),
        ("oom-killed", Incident::OomKilled { kills: 2 }),
        ("service-hung", Incident::Hung { unanswered: 8 }),
        ("worker-died", Incident::WorkerDied { pid: 77 }),
    ];
    for (code, what) in incidents {
        let mut run = flat(0);
        ugly(&mut run, "deep-json", |_| 0);
        incident(&mut run, what);
        // A run that the service ended is a finding, not an error.
        run.complete = false;
        let verdict = verdict(&Rules::default(), &run, Some(&flat(0)));
        assert_eq!((verdict.outcome, verdict.exit_code()), (Outcome::Regressed, 1), "{code}");
        assert_eq!(found(&verdict, code).subject.payload.as_deref(), Some("deep-json"));
        assert!(verdict.headline.contains("`deep-json`"), "{}", verdict.headline);
    }
}

#[test]
fn a_run_that_was_cut_short_or_not_measured_is_an_error() {
    let mut cut = flat(0);
    cut.complete = false;
    assert_eq!(verdict(&Rules::default(), &cut, None).exit_code(), 3);
    let mut slow = flat(0);
    slow.phases.iter_mut().for_each(|record| record.tally.pacing.overrun = true);
    assert_eq!(verdict(&Rules::default(), &slow, None).outcome, Outcome::Error);
    let mut refused = flat(0);
    for record in &mut refused.phases {
        for tally in record.tally.requests.values_mut() {
            tally.failures.insert("status 500".into(), tally.sent);
        }
    }
    assert_eq!(verdict(&Rules::default(), &refused, None).outcome, Outcome::Error);
    assert_eq!(verdict_on(&Rules::default(), &[], &[]).outcome, Outcome::Error);
}

#[test]
fn a_single_slip_of_the_generator_leaves_out_its_round_and_is_told() {
    let mut run = leaky(0, 1000.0);
    run.phases[5].tally.pacing.overrun = true;
    run.phases[5].floor.insert(Gauge::Live, 900 * MIB);
    let verdict = verdict(&rules::slope(100.0), &run, Some(&flat(0)));
    assert_eq!(verdict.outcome, Outcome::Regressed);
    assert!(found(&verdict, "generator-overrun").message.contains("`steady 5`"));
    assert!(!found(&verdict, "slope-exceeded").message.contains("MiB"));
}

#[test]
fn a_payload_that_is_let_in_is_a_finding_and_a_broken_connection_a_warning() {
    let failing = |what: &str| {
        let mut run = flat(0);
        ugly(&mut run, "image-bomb", |_| 0);
        let tally = run.phases.last_mut().unwrap().tally.requests.get_mut("mix").unwrap();
        tally.failures.insert(what.into(), 10);
        verdict(&Rules::default(), &run, None).outcome
    };
    assert_eq!(failing("status 200"), Outcome::Regressed);
    assert_eq!(failing("reset"), Outcome::Warn);
}

#[test]
fn another_environment_is_incomparable_and_never_regressed_by_comparison() {
    let mut rules = rules::growth("live.floor", 2.0, MIB / 2);
    rules.fail_when_unsure = true;
    let mut other = run(0, |_| 9e6);
    other.fingerprint.facts.insert("runtime-version".into(), "21".into());
    let verdict = verdict(&rules, &other, Some(&flat(0)));
    assert_eq!((verdict.outcome, verdict.exit_code()), (Outcome::Incomparable, 4));
    assert!(verdict.headline.contains("runtime-version"), "{}", verdict.headline);
}

#[test]
fn a_waiver_covers_its_owner_and_the_slope_that_it_explains_until_its_day() {
    let mut rules = rules::slope(100.0);
    rules.owners = rules::owner("**", None, Some(100.0)).owners;
    let (mut leak, mut base) = (leaky(1, 1000.0), flat(0));
    dumps(&mut leak, "SymbolTable.NAMES", [3500, 4000], 1000);
    dumps(&mut base, "SymbolTable.NAMES", [0, 0], 1000);
    let mut with = |waivers| {
        rules.waivers = waivers;
        verdict(&rules, &leak, Some(&base))
    };
    let covered = with(vec![rules::waiver("static SymbolTable.*", 20 * MIB, 31)]);
    assert_eq!(covered.outcome, Outcome::Waived, "{covered:#?}");
    assert_eq!(covered.exit_code(), 0);
    assert!(covered.waiver_notes[0].contains("covers 2 findings"), "{:?}", covered.waiver_notes);
    let soon = with(vec![rules::waiver("static SymbolTable.*", 20 * MIB, 17)]);
    assert!(soon.waiver_notes[1].contains("ends on 2026-01-17"));
    for (waiver, note) in [
        (rules::waiver("static SymbolTable.*", 20 * MIB, 14), "ended on"),
        (rules::waiver("static SymbolTable.*", MIB, 31), "not needed"),
        (rules::waiver("static Other.*", 20 * MIB, 31), "not needed"),
    ] {
        let verdict = with(vec![waiver]);
        assert_eq!(verdict.outcome, Outcome::Regressed);
        assert!(verdict.waiver_notes[0].contains(note), "{:?}", verdict.waiver_notes);
    }
}

#[test]
fn a_waiver_does_not_hide_a_second_leak_beside_its_owner() {
    let mut rules = rules::slope(100.0);
    rules.waivers = vec![rules::waiver("static SymbolTable.*", 20 * MIB, 31)];
    let (mut leak, mut base) = (leaky(1, 1500.0), flat(0));
    dumps(&mut leak, "SymbolTable.NAMES", [3500, 4000], 1000);
    dumps(&mut base, "SymbolTable.NAMES", [0, 0], 1000);
    assert_eq!(verdict(&rules, &leak, Some(&base)).outcome, Outcome::Regressed);
}

#[test]
fn a_rule_that_warns_does_not_block_and_one_that_is_off_says_nothing() {
    let mut rules = rules::slope(100.0);
    rules.slopes[0].level = Level::Warn;
    assert_eq!(verdict(&rules, &leaky(1, 1000.0), Some(&flat(0))).outcome, Outcome::Warn);
    rules.slopes[0].level = Level::Off;
    assert!(verdict(&rules, &leaky(1, 1000.0), Some(&flat(0))).findings.is_empty());
}

#[test]
fn the_same_input_has_the_same_verdict() {
    let rules = rules::slope(100.0);
    let (candidate, baseline) = (leaky(1, 1000.0), flat(0));
    assert_eq!(verdict(&rules, &candidate, Some(&baseline)), verdict(&rules, &candidate, Some(&baseline)));
}

#[test]
fn growth_outside_the_managed_heap_is_called_native_unless_a_dump_shows_its_owner() {
    let mut leak = leaky(1, 1000.0);
    for record in &mut leak.phases {
        record.floor.insert(Gauge::Native, record.floor[&Gauge::Live] - 30 * MIB);
    }
    let rules = rules::slope(100.0);
    assert_eq!(found(&verdict(&rules, &leak, None), "slope-exceeded").shape, Some("native"));
    dumps(&mut leak, "Cache.ENTRIES", [3500, 4000], 1000);
    assert_eq!(found(&verdict(&rules, &leak, None), "slope-exceeded").shape, Some("retention"));
}
