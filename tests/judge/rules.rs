//! Rules made by hand.

use std::time::Duration;

use plimsoll::policy::{Bound, Growth, Headroom, Level, OwnerRule, PhaseFilter, Recovery, Rules, Slope, Waiver};
use plimsoll::units::{ByteRate, Bytes, Elapsed, Gauge, Percent, RequestRate};

use super::run::place;

/// `[[slope]] metric = "live.floor"`.
pub fn slope(max: f64) -> Rules {
    let max = ByteRate(max);
    let rule = Slope { place: place(10), level: Level::Block, gauge: Gauge::Live, phase: PhaseFilter::All, max };
    Rules { slopes: vec![rule], ..Rules::default() }
}

/// `[[bound]]` with an absolute maximum.
pub fn maximum(metric: &str, phase: PhaseFilter, max: u64) -> Rules {
    bound(metric, phase, Some(max), None)
}

/// `[[bound]]` against the baseline.
pub fn growth(metric: &str, relative: f64, absolute: u64) -> Rules {
    bound(metric, PhaseFilter::All, None, Some(Growth { relative: Percent(relative), absolute }))
}

fn bound(metric: &str, phase: PhaseFilter, max: Option<u64>, max_growth: Option<Growth>) -> Rules {
    let metric = metric.parse().unwrap();
    let rule = Bound { place: place(20), level: Level::Block, metric, phase, max, max_growth };
    Rules { bounds: vec![rule], ..Rules::default() }
}

/// `[[owner]]`.
pub fn owner(pattern: &str, max_growth: Option<u64>, per_request: Option<f64>) -> Rules {
    let rule = OwnerRule {
        place: place(30),
        level: Level::Block,
        pattern: pattern.into(),
        max_growth: max_growth.map(Bytes),
        max_growth_per_request: per_request.map(ByteRate),
    };
    Rules { owners: vec![rule], ..Rules::default() }
}

/// `[[recovery]]` of RSS within 15 s to 110 %.
pub fn recovery() -> Rules {
    let rule = Recovery {
        place: place(40),
        level: Level::Block,
        gauge: Gauge::Rss,
        within: Elapsed(Duration::from_secs(15)),
        to: Percent(110.0),
    };
    Rules { recoveries: vec![rule], ..Rules::default() }
}

/// `[headroom]` of 512 MiB for a week at 220 requests a second.
pub fn headroom(limit: u64) -> Rules {
    let survive = Elapsed(Duration::from_secs(7 * 86_400));
    let rate = RequestRate(220.0);
    let rule = Headroom { place: place(50), level: Level::Block, limit: Bytes(limit), rate, survive };
    Rules { headroom: Some(rule), ..Rules::default() }
}

/// `[[waiver]]` of an owner until a day of January 2026.
pub fn waiver(owner: &str, allow: u64, day: i8) -> Waiver {
    Waiver {
        place: place(60),
        owner: Some(owner.into()),
        metric: None,
        allow: Some(Bytes(allow)),
        until: jiff::civil::date(2026, 1, day),
        reason: "interned symbols".into(),
        by: "payments".into(),
    }
}
