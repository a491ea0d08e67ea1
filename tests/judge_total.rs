//! Comparing and judging are total: whatever a recording holds, there is a verdict.

#![expect(clippy::unwrap_used, reason = "what a test makes by hand is there")]

#[path = "judge/rules.rs"]
mod rules;
#[path = "judge/run.rs"]
#[expect(dead_code, reason = "shared with the tests of each detector")]
mod run;

use plimsoll::policy::{PhaseFilter, Rules};
use plimsoll::record::{Phase, Recording};
use proptest::prelude::*;
use run::{dumps, phase_record, verdict_on};

fn every_rule() -> Rules {
    let mut rules = rules::slope(100.0);
    rules.bounds = rules::maximum("rss.peak", PhaseFilter::All, 1 << 30).bounds;
    rules.bounds.extend(rules::growth("live.floor", 2.0, 1 << 19).bounds);
    rules.owners = rules::owner("**", Some(1 << 20), Some(100.0)).owners;
    rules.recoveries = rules::recovery().recoveries;
    rules.headroom = rules::headroom(1 << 29).headroom;
    rules.waivers = vec![rules::waiver("**", 1 << 20, 31)];
    rules
}

fn phase() -> impl Strategy<Value = Phase> {
    prop_oneof![
        Just(Phase::WarmUp),
        Just(Phase::CoolDown),
        (0..14_u32).prop_map(|round| Phase::Steady { round }),
        ("[ab]", 0..5_u32).prop_map(|(payload, round)| Phase::Ugly { payload, round }),
    ]
}

fn amount() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), Just(1 << 60), 0..1_000_u64, 40_000_000..50_000_000_u64]
}

prop_compose! {
    fn recording()(
        phases in prop::collection::vec((phase(), amount(), amount(), any::<bool>()), 0..24),
        complete in any::<bool>(),
        entries in prop::option::of([0..10_000_u64, 0..10_000_u64]),
    ) -> Recording {
        let mut run = Recording { complete, ..Recording::default() };
        for (phase, requests, live, read) in phases {
            let mut record = phase_record(phase, requests, live);
            if !read {
                record.floor.clear();
            }
            run.phases.push(record);
        }
        if let Some(entries) = entries {
            dumps(&mut run, "Cache.ENTRIES", entries, 100);
        }
        run
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_recordings_have_a_verdict_and_always_the_same(
        candidate in prop::collection::vec(recording(), 0..4),
        baseline in prop::collection::vec(recording(), 0..4),
    ) {
        let verdict = verdict_on(&every_rule(), &candidate, &baseline);
        prop_assert!(!verdict.headline.is_empty());
        prop_assert!(verdict.exit_code() <= 4);
        prop_assert_eq!(verdict, verdict_on(&every_rule(), &candidate, &baseline));
    }
}
