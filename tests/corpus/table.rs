//! The recorded curves as recordings, and how often the verdict is right on them.

use std::collections::BTreeMap;
use std::io::Read;

use plimsoll::compare::compare;
use plimsoll::diag::Place;
use plimsoll::policy::{Level, PhaseFilter, Rules, Slope};
use plimsoll::record::{Event, Fingerprint, LoadTally, Phase, Reading, Recording, RequestTally};
use plimsoll::units::{ByteRate, Elapsed, Gauge};
use plimsoll::verdict::{Outcome, judge};

const RUNTIMES: [&str; 3] = ["jvm", "node", "python"];
const FLAT: [&str; 4] = ["clean", "noisy", "spike", "step5"];
const CACHES: [&str; 3] = ["cacheF", "cacheM", "cacheS"];

/// How the pairs of one kind were judged.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    pub regressed: u32,
    pub unsure: u32,
    pub passed: u32,
}

impl Tally {
    pub fn pairs(self) -> u32 {
        self.regressed + self.unsure + self.passed
    }
}

/// All runs with a forced collection, by runtime and variant, in the order in which they were recorded.
pub fn runs() -> BTreeMap<(String, String), Vec<Recording>> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/corpus/curves.csv.gz");
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(file).unwrap()).read_to_string(&mut text).unwrap();
    type Checkpoint = (u64, u64);
    let mut curves: BTreeMap<(String, String, u32, u32), Vec<Checkpoint>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        if cells[2] == "gc" && cells[5] == "C" {
            let key = (cells[0].into(), cells[1].into(), cells[3].parse().unwrap(), cells[4].parse().unwrap());
            curves.entry(key).or_default().push((cells[7].parse().unwrap(), cells[10].parse().unwrap()));
        }
    }
    let mut runs: BTreeMap<(String, String), Vec<Recording>> = BTreeMap::new();
    for ((runtime, variant, ..), checkpoints) in curves {
        if checkpoints.len() == 13 {
            runs.entry((runtime, variant)).or_default().push(recording(&checkpoints));
        }
    }
    runs
}

fn recording(checkpoints: &[(u64, u64)]) -> Recording {
    let mut events = vec![Event::Identified { fingerprint: Fingerprint::default() }];
    let mut before = 0;
    for (round, (requests, live)) in checkpoints.iter().enumerate() {
        let phase = if round == 0 { Phase::WarmUp } else { Phase::Steady { round: round as u32 } };
        let at = Elapsed::from_millis(round as u64);
        let sent = RequestTally { sent: requests - before, ..RequestTally::default() };
        before = *requests;
        let tally = LoadTally { requests: [("mix".to_owned(), sent)].into(), ..LoadTally::default() };
        events.push(Event::PhaseBegan { at, phase: phase.clone() });
        events.push(Event::Loaded { at, phase: phase.clone(), tally });
        let floor: Reading = [(Gauge::Live, *live)].into();
        events.push(Event::Settled { at, phase, floor, peak: Reading::new(), processes: Vec::new() });
    }
    events.push(Event::Ended { at: Elapsed::from_millis(99), complete: true });
    Recording::fold(events)
}

/// Judges one pair by the slope of the live floor alone.
fn outcome(tolerance: f64, candidate: &Recording, baseline: &Recording) -> Outcome {
    let slope = Slope {
        place: Place::default(),
        level: Level::Block,
        gauge: Gauge::Live,
        phase: PhaseFilter::Steady,
        max: ByteRate(tolerance),
    };
    let rules = Rules { slopes: vec![slope], ..Rules::default() };
    let candidate = std::slice::from_ref(candidate);
    let comparison = compare(candidate, std::slice::from_ref(baseline));
    judge(&rules, &comparison, candidate, jiff::civil::date(2026, 1, 1)).outcome
}

fn tally<'a>(tolerance: f64, pairs: impl Iterator<Item = (&'a Recording, &'a Recording)>) -> Tally {
    let mut tally = Tally::default();
    for (candidate, baseline) in pairs {
        match outcome(tolerance, candidate, baseline) {
            Outcome::Regressed => tally.regressed += 1,
            Outcome::Inconclusive => tally.unsure += 1,
            Outcome::Pass => tally.passed += 1,
            other => panic!("a pair of whole runs came to {other:?}"),
        }
    }
    tally
}

/// Independent pairs of runs of one and the same variant: nothing changed, so nothing may be found.
fn unchanged(runs: &BTreeMap<(String, String), Vec<Recording>>, variants: &[&str], tolerance: f64) -> Tally {
    let groups = RUNTIMES
        .iter()
        .flat_map(|runtime| variants.iter().map(|variant| &runs[&((*runtime).to_owned(), (*variant).to_owned())]));
    tally(tolerance, groups.flat_map(|group| group.chunks_exact(2).map(|pair| (&pair[1], &pair[0]))))
}

/// Pairs of a clean run and a leaking one.
fn leaking(runs: &BTreeMap<(String, String), Vec<Recording>>, variant: &str, tolerance: f64) -> Tally {
    let groups = RUNTIMES.iter().flat_map(|runtime| {
        let clean = &runs[&((*runtime).to_owned(), "clean".to_owned())];
        let leak = &runs[&((*runtime).to_owned(), variant.to_owned())];
        leak.iter().zip(clean)
    });
    tally(tolerance, groups)
}

/// The four columns of the table at one tolerance in bytes per request.
pub struct Rates {
    pub flat: Tally,
    pub caches: Tally,
    pub leak_100: Tally,
    pub leak_1k: Tally,
}

pub fn rates(runs: &BTreeMap<(String, String), Vec<Recording>>, tolerance: f64) -> Rates {
    Rates {
        flat: unchanged(runs, &FLAT, tolerance),
        caches: unchanged(runs, &CACHES, tolerance),
        leak_100: leaking(runs, "leak100", tolerance),
        leak_1k: leaking(runs, "leak1k", tolerance),
    }
}
