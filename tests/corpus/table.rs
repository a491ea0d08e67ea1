//! The recorded curves as recordings, and how often the verdict is right on them.

use std::collections::BTreeMap;
use std::io::Read;

use plimsoll::compare::compare;
use plimsoll::diag::Place;
use plimsoll::policy::{Bound, Growth, Level, PhaseFilter, Rules, Slope};
use plimsoll::record::{Event, Fingerprint, LoadTally, Phase, Reading, Recording, RequestTally};
use plimsoll::units::{ByteRate, Elapsed, Gauge, Metric, Percent, Statistic};
use plimsoll::verdict::{Outcome, judge};

pub const RUNTIMES: [&str; 3] = ["jvm", "node", "python"];
pub const FLAT: [&str; 4] = ["clean", "noisy", "spike", "step5"];
pub const CACHES: [&str; 3] = ["cacheF", "cacheM", "cacheS"];

/// How the runs or pairs of one kind were judged.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    pub regressed: u32,
    pub unsure: u32,
    pub passed: u32,
}

impl Tally {
    pub fn all(self) -> u32 {
        self.regressed + self.unsure + self.passed
    }

    fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Regressed => self.regressed += 1,
            Outcome::Inconclusive | Outcome::NoBaseline => self.unsure += 1,
            Outcome::Pass => self.passed += 1,
            other => panic!("whole runs came to {other:?}"),
        }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&format!("{} / {} / {}", self.regressed, self.unsure, self.passed))
    }
}

/// A checkpoint: requests completed, live floor in bytes, peak RSS since the last one in KiB.
type Checkpoint = (u64, u64, u64);

/// All runs with a forced collection, by runtime and variant, in the order in which they were recorded.
pub struct Corpus(BTreeMap<(String, String), Vec<Recording>>);

impl Corpus {
    pub fn read() -> Self {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/corpus/curves.csv.gz");
        let mut text = String::new();
        flate2::read::GzDecoder::new(std::fs::File::open(file).unwrap()).read_to_string(&mut text).unwrap();
        let mut curves: BTreeMap<(String, String, u32, u32), Vec<Checkpoint>> = BTreeMap::new();
        for line in text.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            if cells[2] == "gc" && cells[5] == "C" {
                let key = (cells[0].into(), cells[1].into(), cells[3].parse().unwrap(), cells[4].parse().unwrap());
                let number = |column: usize| cells[column].parse().unwrap();
                curves.entry(key).or_default().push((number(7), number(10), number(12)));
            }
        }
        let mut runs: BTreeMap<(String, String), Vec<Recording>> = BTreeMap::new();
        for ((runtime, variant, ..), checkpoints) in curves {
            assert_eq!(checkpoints.len(), 13, "a run of {runtime} {variant}");
            runs.entry((runtime, variant)).or_default().push(recording(&checkpoints));
        }
        Self(runs)
    }

    fn group(&self, runtime: &str, variant: &str) -> &[Recording] {
        &self.0[&(runtime.to_owned(), variant.to_owned())]
    }

    /// Independent groups of `2 × repeats` runs of one variant: nothing changed, so nothing may be found.
    pub fn unchanged(&self, variants: &[&str], repeats: usize, rules: &Rules) -> Tally {
        let mut tally = Tally::default();
        for runtime in RUNTIMES {
            for variant in variants {
                for runs in self.group(runtime, variant).chunks_exact(2 * repeats) {
                    tally.add(outcome(rules, &runs[repeats..], &runs[..repeats]));
                }
            }
        }
        tally
    }

    /// Runs of a variant against clean runs, each used once.
    pub fn changed(&self, variant: &str, repeats: usize, rules: &Rules) -> Tally {
        let mut tally = Tally::default();
        for runtime in RUNTIMES {
            let clean = self.group(runtime, "clean").chunks_exact(repeats);
            for (runs, base) in self.group(runtime, variant).chunks_exact(repeats).zip(clean) {
                tally.add(outcome(rules, runs, base));
            }
        }
        tally
    }

    /// Single runs without a baseline.
    pub fn alone(&self, variants: &[&str], rules: &Rules) -> Tally {
        let mut tally = Tally::default();
        for runtime in RUNTIMES {
            for run in variants.iter().flat_map(|variant| self.group(runtime, variant)) {
                tally.add(outcome(rules, std::slice::from_ref(run), &[]));
            }
        }
        tally
    }
}

fn outcome(rules: &Rules, candidate: &[Recording], baseline: &[Recording]) -> Outcome {
    judge(rules, &compare(candidate, baseline), candidate, jiff::civil::date(2026, 1, 1)).outcome
}

fn recording(checkpoints: &[Checkpoint]) -> Recording {
    let mut events = vec![Event::Identified { fingerprint: Fingerprint::default() }];
    let mut before = 0;
    for (round, (requests, live, peak)) in checkpoints.iter().enumerate() {
        let phase = if round == 0 { Phase::WarmUp } else { Phase::Steady { round: round as u32 } };
        let at = Elapsed::from_millis(round as u64);
        let sent = RequestTally { sent: requests - before, ..RequestTally::default() };
        before = *requests;
        let tally = LoadTally { requests: [("mix".to_owned(), sent)].into(), ..LoadTally::default() };
        events.push(Event::PhaseBegan { at, phase: phase.clone() });
        events.push(Event::Loaded { at, phase: phase.clone(), tally });
        let floor: Reading = [(Gauge::Live, *live)].into();
        let peak: Reading = [(Gauge::Rss, *peak << 10)].into();
        events.push(Event::Settled { at, phase, floor, peak, processes: Vec::new() });
    }
    events.push(Event::Ended { at: Elapsed::from_millis(99), complete: true });
    Recording::fold(events)
}

/// The slope of the live floor alone, at a tolerance in bytes per request.
pub fn slope(tolerance: f64) -> Rules {
    let slope = Slope {
        place: Place::default(),
        level: Level::Block,
        gauge: Gauge::Live,
        phase: PhaseFilter::Steady,
        max: ByteRate(tolerance),
    };
    Rules { slopes: vec![slope], ..Rules::default() }
}

/// Growth of a metric by more than a share and an amount.
pub fn growth(gauge: Gauge, statistic: Statistic, percent: f64, absolute: u64) -> Rules {
    let bound = Bound {
        place: Place::default(),
        level: Level::Block,
        metric: Metric { gauge, statistic },
        phase: PhaseFilter::Steady,
        max: None,
        max_growth: Some(Growth { relative: Percent(percent), absolute }),
    };
    Rules { bounds: vec![bound], ..Rules::default() }
}

/// The level rule of the shipped policy.
pub fn floor_level() -> Rules {
    growth(Gauge::Live, Statistic::Floor, 2.0, 512 << 10)
}

/// The peak rule of the shipped policy.
pub fn peak_level() -> Rules {
    growth(Gauge::Rss, Statistic::Peak, 30.0, 16 << 20)
}
