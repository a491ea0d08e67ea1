//! The rules of one file, and how they stand over those of the files it extends.

use globset::Glob;

use super::metric::read_metric;
use super::waiver::read_waivers;
use super::{At, Section};
use crate::diag::{Code, Diagnostics, Mark};
use crate::policy::section::read_quantity;
use crate::policy::{Bound, Growth, Headroom, Level, OwnerRule, PhaseFilter, Recovery, Slope, Waiver};
use crate::units::{ByteRate, Bytes, Elapsed, Percent, RequestRate, Statistic};

/// What the rules of a file say.
#[derive(Debug, Default)]
pub(in crate::policy) struct RulesDraft {
    pub bounds: Vec<Stated<Bound>>,
    pub slopes: Vec<Stated<Slope>>,
    pub owners: Vec<Stated<OwnerRule>>,
    pub recoveries: Vec<Stated<Recovery>>,
    pub headroom: Vec<Stated<Headroom>>,
    pub waivers: Vec<Waiver>,
    /// `[verdict] warnings = "block"`.
    pub warnings_block: Option<bool>,
    /// `[verdict] unsure = "fail"`.
    pub fail_when_unsure: Option<bool>,
}

/// A rule as a file states it.
#[derive(Debug, Clone)]
pub(in crate::policy) struct Stated<R> {
    pub rule: R,
    /// Which limits it states, as bits: [`ABSOLUTE`], [`GROWTH`]; none where it only sets the level.
    pub limits: u8,
    pub mark: Mark,
    /// Whether it stands in the user's own file.
    pub own: bool,
    /// Whether it set the level of an inherited rule.
    pub met: bool,
}

/// The first of a rule's limits.
pub(in crate::policy) const ABSOLUTE: u8 = 1;
/// The second of a rule's limits.
pub(in crate::policy) const GROWTH: u8 = 2;

const LEVELS: [(&str, Level); 3] = [("block", Level::Block), ("warn", Level::Warn), ("off", Level::Off)];
const PHASES: [(&str, PhaseFilter); 3] =
    [("all", PhaseFilter::All), ("steady", PhaseFilter::Steady), ("ugly", PhaseFilter::Ugly)];

impl RulesDraft {
    pub fn read(top: &mut Section<'_>, out: &mut Diagnostics) -> Self {
        let bounds = each(top.sections("bound", out), read_bound, out);
        let slopes = each(top.sections("slope", out), read_slope, out);
        let owners = each(top.sections("owner", out), read_owner, out);
        let recoveries = each(top.sections("recovery", out), read_recovery, out);
        let headroom = each(top.section("headroom", out).into_iter().collect(), read_headroom, out);
        let waivers = read_waivers(top.sections("waiver", out), out);
        let mut draft = Self { bounds, slopes, owners, recoveries, headroom, waivers, ..Self::default() };
        if let Some(mut verdict) = top.section("verdict", out) {
            let words = [("warn", false), ("block", true)];
            draft.warnings_block = verdict.word("warnings", &words, out).map(|at| at.value);
            draft.fail_when_unsure = verdict.word("unsure", &[("pass", false), ("fail", true)], out).map(|at| at.value);
            verdict.finish(out);
        }
        draft
    }

    /// Whether no rule states a limit.
    pub fn is_empty(&self) -> bool {
        self.bounds.iter().all(|rule| rule.limits == 0)
            && self.slopes.iter().all(|rule| rule.limits == 0)
            && self.owners.iter().all(|rule| rule.limits == 0)
            && self.recoveries.iter().all(|rule| rule.limits == 0)
            && self.headroom.iter().all(|rule| rule.limits == 0)
    }
}

fn each<'a, R>(
    sections: Vec<Section<'a>>,
    read: impl Fn(&mut Section<'a>, &mut Diagnostics) -> Option<(R, u8)>,
    out: &mut Diagnostics,
) -> Vec<Stated<R>> {
    let mut rules = Vec::with_capacity(sections.len());
    for mut section in sections {
        let rule = read(&mut section, out);
        let mark = section.mark.clone();
        section.finish(out);
        rules.extend(rule.map(|(rule, limits)| Stated { rule, limits, mark, own: true, met: false }));
    }
    rules
}

fn read_bound(section: &mut Section<'_>, out: &mut Diagnostics) -> Option<(Bound, u8)> {
    let metric = read_metric(section, "rss.peak", out);
    let level = read_level(section, out);
    let phase = read_phase(section, out);
    let counts = metric.as_ref().is_some_and(|metric| metric.value.gauge.is_count());
    let max = read_amount("max", counts, section, out);
    let max_growth = read_growth(counts, section, out);
    let metric = metric?;
    if metric.value.statistic == Statistic::Slope {
        let message = format!("`{}` is no level that a bound could limit", metric.value);
        let cure =
            format!("write `[[slope]]` with `metric = \"{}.floor\"` and `per = \"request\"`", metric.value.gauge);
        out.push(Code::ImpossibleMetric, &metric.mark, message, cure);
        return None;
    }
    let limits = limits(section, &["max"], &["max-growth"]);
    Some((Bound { place: section.mark.place(), level, metric: metric.value, phase, max, max_growth }, limits))
}

fn read_growth(counts: bool, section: &mut Section<'_>, out: &mut Diagnostics) -> Option<Growth> {
    let mut growth = section.section("max-growth", out)?;
    let relative = growth.quantity::<Percent>("relative", "2 %", out);
    let before = out.len();
    let absolute = read_amount("absolute", counts, &mut growth, out);
    if relative.is_some() && absolute.is_none() && out.len() == before {
        let message = "growth in percent alone fires on a small service that grew by a page";
        let example = if counts { "`absolute = 4`" } else { "`absolute = \"512 KiB\"`" };
        out.push(Code::RelativeOnly, &growth.mark, message, format!("add {example}: both must be exceeded"));
    }
    let mark = growth.mark.clone();
    growth.finish(out);
    if relative.is_none() && absolute.is_none() && out.len() == before {
        out.push(Code::RuleWithoutLimit, &mark, "`max-growth` limits nothing", "add `relative` and `absolute`");
    }
    Some(Growth { relative: relative.map_or(Percent(0.0), |at| at.value), absolute: absolute? })
}

fn read_slope(section: &mut Section<'_>, out: &mut Diagnostics) -> Option<(Slope, u8)> {
    let metric = read_metric(section, "live.floor", out);
    let level = read_level(section, out);
    let phase = read_phase(section, out);
    section.word("per", &[("request", ())], out);
    let counts = metric.as_ref().is_some_and(|metric| metric.value.gauge.is_count());
    let max = read_rate("max", counts, section, out);
    let metric = metric?;
    if !matches!(metric.value.statistic, Statistic::Floor | Statistic::Slope) {
        let message = format!("`{}` has no slope: slopes are of floors", metric.value);
        out.push(
            Code::ImpossibleMetric,
            &metric.mark,
            message,
            format!("write `metric = \"{}.floor\"`", metric.value.gauge),
        );
        return None;
    }
    let slope =
        Slope { place: section.mark.place(), level, gauge: metric.value.gauge, phase, max: max.unwrap_or_default() };
    Some((slope, limits(section, &["max"], &[])))
}

fn read_owner(section: &mut Section<'_>, out: &mut Diagnostics) -> Option<(OwnerRule, u8)> {
    let pattern = section.text("match", out);
    let level = read_level(section, out);
    let max_growth = section.quantity::<Bytes>("max-growth", "4 MiB", out).map(|at| at.value);
    let max_growth_per_request = read_rate("max-growth-per-request", false, section, out);
    if let Some(pattern) = &pattern {
        check_pattern(pattern, out);
    }
    let pattern = pattern.map_or_else(|| "**".to_owned(), |at| at.value);
    let limits = limits(section, &["max-growth"], &["max-growth-per-request"]);
    Some((OwnerRule { place: section.mark.place(), level, pattern, max_growth, max_growth_per_request }, limits))
}

fn read_recovery(section: &mut Section<'_>, out: &mut Diagnostics) -> Option<(Recovery, u8)> {
    let metric = read_metric(section, "rss.end", out);
    let level = read_level(section, out);
    let within = section.quantity::<Elapsed>("within", "15 s", out).map(|at| at.value);
    let to = section.quantity::<Percent>("to", "110 %", out);
    if let Some(to) = &to
        && to.value.0 < 100.0
    {
        let message = format!("`{}` is less than before the payload", to.value);
        out.push(Code::OutOfRange, &to.mark, message, "write a share of the level before it, at least `\"100 %\"`");
    }
    let metric = metric?;
    if metric.value.statistic != Statistic::End {
        let message = format!("`{}` cannot be watched coming down", metric.value);
        out.push(
            Code::ImpossibleMetric,
            &metric.mark,
            message,
            format!("write `metric = \"{}.end\"`", metric.value.gauge),
        );
        return None;
    }
    let limits = limits(section, &["within", "to"], &[]);
    let within = within.unwrap_or(Elapsed::from_millis(15_000));
    let to = to.map_or(Percent(110.0), |at| at.value);
    Some((Recovery { place: section.mark.place(), level, gauge: metric.value.gauge, within, to }, limits))
}

fn read_headroom(section: &mut Section<'_>, out: &mut Diagnostics) -> Option<(Headroom, u8)> {
    let level = read_level(section, out);
    let limit = section.quantity::<Bytes>("limit", "512 MiB", out);
    let rate = section.quantity::<RequestRate>("rate", "220/s", out);
    let survive = section.quantity::<Elapsed>("survive", "7 d", out);
    let place = section.mark.place();
    match (limit, rate, survive) {
        (Some(limit), Some(rate), Some(survive)) => {
            let headroom = Headroom { place, level, limit: limit.value, rate: rate.value, survive: survive.value };
            Some((headroom, ABSOLUTE))
        }
        (None, None, None) => {
            let headroom =
                Headroom { place, level, limit: Bytes(0), rate: RequestRate(1.0), survive: Elapsed::default() };
            Some((headroom, 0))
        }
        _ => {
            let cure = "write for example `limit = \"512 MiB\"`, `rate = \"220/s\"`, `survive = \"7 d\"`";
            let message = "`headroom` needs `limit`, `rate` and `survive` together";
            out.push(Code::MissingKey, &section.mark, message, cure);
            None
        }
    }
}

/// Which limits a rule states; a wrong value states one all the same, and was reported.
fn limits(section: &Section<'_>, absolute: &[&str], growth: &[&str]) -> u8 {
    let states = |keys: &[&str], bit| if keys.iter().any(|key| section.has(key)) { bit } else { 0 };
    states(absolute, ABSOLUTE) | states(growth, GROWTH)
}

fn read_level(section: &mut Section<'_>, out: &mut Diagnostics) -> Level {
    section.word("level", &LEVELS, out).map_or(Level::Block, |at| at.value)
}

fn read_phase(section: &mut Section<'_>, out: &mut Diagnostics) -> PhaseFilter {
    section.word("phase", &PHASES, out).map_or(PhaseFilter::All, |at| at.value)
}

/// A size for gauges of bytes, a whole number for gauges that count.
fn read_amount(key: &'static str, counts: bool, section: &mut Section<'_>, out: &mut Diagnostics) -> Option<u64> {
    if counts {
        return section.integer(key, 0..=1_000_000_000_000, out).map(|at| at.value);
    }
    section.quantity::<Bytes>(key, "64 MiB", out).map(|at| at.value.0)
}

/// A size for each request, or a plain number for gauges that count.
fn read_rate(key: &'static str, counts: bool, section: &mut Section<'_>, out: &mut Diagnostics) -> Option<ByteRate> {
    let At { value, mark } = section.value(key)?;
    if counts {
        let number = value.as_float().map(|f| f.as_str()).or(value.as_integer().map(|i| i.as_str()));
        let number = number.and_then(|text| text.parse::<f64>().ok()).filter(|n| n.is_finite() && *n >= 0.0);
        if number.is_none() {
            out.push(Code::WrongType, &mark, format!("`{key}` is no number here"), "write a number, such as `0.01`");
        }
        return number.map(ByteRate);
    }
    read_quantity(key, value, "100 B", &mark, out)
}

/// Reports a glob over owner paths that cannot be compiled.
pub(super) fn check_pattern(pattern: &At<String>, out: &mut Diagnostics) {
    if let Err(error) = Glob::new(&pattern.value) {
        let message = format!("`{}` is no pattern: {}", pattern.value, error.kind());
        let cure = "`*` and `?` stand for anything; write `\\[` and `\\{` for the signs themselves";
        out.push(Code::BadPattern, &pattern.mark, message, cure);
    }
}
