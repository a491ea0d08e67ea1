//! What grew between two dumps: owners matched by path, each growth told once, where it accumulates.
//!
//! All of a path above a growing container grows with it, and so do the rows of what it holds. The one
//! to name is where *one becomes many*: from the top down as long as somebody below grew without
//! becoming more, and no further. So a map whose entries multiply is told as the map, with entries and
//! bytes for each, not as its holder and not as the `byte[]` in each value. What went the other way than what is
//! above it is looked for as well: a cache that was emptied does not hide the leak beside it.

mod alike;
mod course;
mod descent;
mod moved;
mod strays;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::{Bound, HeapSummary, Limits, Owner, OwnerPath, Step, pattern};
use crate::units::{ByteDelta, Bytes};

/// Owners whose retained size changed by less are not told.
pub const LEAST_GROWTH: Bytes = Bytes(1024);

/// And neither those whose retained size changed by a smaller share of the larger dump: they may have
/// fallen below what a summary tells.
const LEAST_SHARE: f64 = 0.0002;

/// What is new and what is gone is one thing if their sizes differ by no more than this share.
const ALIKE: f64 = 0.02;

/// So many more of one name are no more of the program's own classes.
const MANY_CLASSES: u64 = 16;

/// An owner grew with what is below it if it has no more besides than one part in so many, and if no interval brought
/// less than this part of what each did.
const GATHERED: i64 = 4;
/// Steps up to such an owner.
const GATHERED_STEPS: usize = 3;

/// What is code but for one part in so many is code.
const BESIDE_CODE: u64 = 4;

/// What became of an owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// It is in the later dump only.
    New,
    /// It retains more.
    Grown,
    /// It retains less.
    Shrunk,
    /// It is in the earlier dump only.
    Gone,
}

/// The growth of one owner between two dumps.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnerGrowth {
    /// The container or holder at which the growth accumulates.
    pub path: OwnerPath,
    /// What became of it.
    pub change: Change,
    /// Retained in the earlier dump.
    pub retained_before: Bytes,
    /// Retained in the later dump.
    pub retained_after: Bytes,
    /// The difference.
    pub delta: ByteDelta,
    /// Objects of this path in the earlier and the later dump.
    pub count: (u64, u64),
    /// Entries (of a container) or held objects of the kind that multiplied, in the earlier and the
    /// later dump; `None` where nothing is held in numbers.
    pub entries: Option<(u64, u64)>,
    /// Growth for each entry that was added; `None` where none was.
    pub bytes_per_entry: Option<Bytes>,
    /// The known pattern of leaks that it looks like, and what to look at.
    pub pattern: Option<(&'static str, &'static str)>,
}

/// The growth of one owner over a series of dumps.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnerTrend {
    /// From the first dump to the last.
    pub growth: OwnerGrowth,
    /// Retained in each dump.
    pub retained: Vec<Bytes>,
    /// From each dump to the next.
    pub intervals: Vec<ByteDelta>,
    /// Whether its bytes or entries changed in the same direction in every interval: a cache that is full does not.
    pub every_interval: bool,
    /// Whether it hardly grew in some interval, as what is nearly full does.
    pub levels_off: bool,
    /// Whether nearly all of its growth is what the virtual machine makes of code.
    pub is_code: bool,
}

impl OwnerTrend {
    /// Whether it grew in each of several intervals, which a cache that fills does not. What the virtual machine makes of
    /// code that runs is none, however it grew.
    pub fn is_retention(&self) -> bool {
        let keeps_on = self.every_interval && !self.levels_off && self.growth.delta.0 > 0;
        let OwnerGrowth { path, count, entries, .. } = &self.growth;
        let more = |(before, after): (u64, u64)| after.saturating_sub(before);
        let classes_multiply = path.is_of_classes() && more(*count) >= MANY_CLASSES;
        // A cache of compiled templates is code, too.
        let functions_multiply = more(*count).max(entries.map_or(0, more)) >= MANY_CLASSES;
        let is_of_runtime = path.is_of_runtime() || (self.is_code && !functions_multiply);
        self.intervals.len() > 1 && keeps_on && (classes_multiply || !is_of_runtime)
    }
}

/// Owners that changed between two dumps, largest growth first, then shrinkage. Total: dumps of different
/// services have nothing but new and gone owners.
pub fn diff(before: &HeapSummary, after: &HeapSummary) -> Vec<OwnerGrowth> {
    let dumps = [before, after];
    growths(&dumps, &alike::alike(&dumps))
}

/// As [`diff`] from the first to the last of dumps whose owners are called alike.
fn growths(series: &[&HeapSummary], dumps: &[Vec<Owner>]) -> Vec<OwnerGrowth> {
    let ([before, .., after], [old, .., new]) = (series, dumps) else { return Vec::new() };
    let whole = before.total.max(after.total);
    let cut = series.iter().map(|dump| cut(&dump.owners)).max().unwrap_or(0);
    let least = LEAST_GROWTH.0.max((whole.as_f64() * LEAST_SHARE) as u64).max(cut);
    let mut growths = descent::growths(old, new, least);
    settle_moves(&mut growths, dumps, least);
    growths.iter_mut().for_each(|growth| follow(growth, dumps, least));
    gather(&mut growths, dumps);
    strays::settle(&mut growths, (before, old), (after, new), least);
    for growth in &mut growths {
        growth.pattern = pattern::of(&growth.path, old, new);
    }
    growths.sort_by(|a, b| b.delta.cmp(&a.delta).then_with(|| a.path.cmp(&b.path)));
    growths
}

/// What rows retain that are certainly told: if there are too many, the smallest are left out.
fn cut(owners: &[Owner]) -> u64 {
    let (mut rows, mut least) = (0, u64::MAX);
    let mut work: Vec<&Owner> = owners.iter().collect();
    while let Some(owner) = work.pop() {
        (rows, least) = (rows + 1, least.min(owner.retained.0));
        work.extend(&owner.children);
    }
    if rows < Limits::default().rows { 0 } else { least.saturating_add(1) }
}

/// As [`diff`] from the first dump to the last of a series, with what happened between; of three dumps or more, only
/// what is retention looks like a leak. Empty for fewer than two dumps.
pub fn trend(series: &[HeapSummary]) -> Vec<OwnerTrend> {
    if series.len() < 2 {
        return Vec::new();
    }
    let series: Vec<&HeapSummary> = series.iter().collect();
    let dumps = alike::alike(&series);
    let growths = growths(&series, &dumps);
    let told: BTreeSet<OwnerPath> = growths.iter().map(|growth| growth.path.clone()).collect();
    let trend = |growth: OwnerGrowth| {
        let find = |owners| match exact(owners, &growth.path) {
            Some(owner) => Some(owner),
            // What has a row of its own is told there.
            None => moved::find(owners, &growth.path).filter(|(path, _)| !told.contains(path)).map(|(_, owner)| owner),
        };
        let rows: Vec<Option<&Owner>> = dumps.iter().map(|owners| find(owners)).collect();
        let mut retained: Vec<Bytes> = rows.iter().map(|row| row.map_or(Bytes(0), |owner| owner.retained)).collect();
        (retained[0], retained[rows.len() - 1]) = (growth.retained_before, growth.retained_after);
        let intervals: Vec<ByteDelta> = retained.windows(2).map(|pair| pair[1].since(pair[0])).collect();
        let course = course::Course::of(&rows, &intervals, growth.delta);
        let mut trend = OwnerTrend {
            growth,
            retained,
            intervals,
            every_interval: course.every_interval(),
            levels_off: course.levels_off(),
            is_code: false,
        };
        trend.is_code = is_code([rows[0], rows[rows.len() - 1]], trend.growth.delta);
        if series.len() > 2 {
            // What evicts by a rule that no dump tells may as well keep all.
            let evicts = rows[rows.len() - 1].is_some_and(|owner| owner.marks.bound == Some(Bound::Evicts));
            let fits = |fills: bool| if trend.is_retention() { !fills || !evicts } else { fills };
            let pattern = trend.growth.pattern.filter(|(name, _)| fits(*name == pattern::FILLS));
            trend.growth.pattern = pattern;
        }
        trend
    };
    growths.into_iter().map(trend).collect()
}

/// Whether at most one part in so many of a growth is other than what the machine makes of code, in rows below.
fn is_code(rows: [Option<&Owner>; 2], growth: ByteDelta) -> bool {
    let [before, after] = rows.map(|row| row.map_or(0, code));
    let other = growth.0.unsigned_abs().saturating_sub(after.saturating_sub(before));
    growth.0 > 0 && other <= growth.0.unsigned_abs() / BESIDE_CODE
}

/// Bytes of code in an owner.
fn code(owner: &Owner) -> u64 {
    let (mut work, mut bytes) = (vec![owner], 0_u64);
    while let Some(next) = work.pop() {
        if next.step.is_code() {
            bytes = bytes.saturating_add(next.retained.0);
        } else {
            work.extend(&next.children);
        }
    }
    bytes
}

/// What there was more of at first, and then only more in each of them, accumulates where it did in the end, if that is
/// most of it: a pool that started all of its threads is no owner of what these keep.
fn follow(growth: &mut OwnerGrowth, dumps: &[Vec<Owner>], least: u64) {
    let [first, .., before, last] = dumps else { return };
    let (Some(was), Some(is)) = (exact(before, &growth.path), exact(last, &growth.path)) else { return };
    let late = is.retained.0.saturating_sub(was.retained.0);
    if growth.count.0 >= growth.count.1 || was.count != is.count || late < least {
        return;
    }
    let below = descent::growths(&was.children, &is.children, least);
    let below = below.into_iter().filter(|below| below.delta.0 > 0 && below.delta.0.unsigned_abs() >= late / 2);
    if let Some(below) = below.max_by_key(|below| below.delta) {
        let path = OwnerPath([growth.path.0.as_slice(), &below.path.0].concat());
        let below = OwnerGrowth::between(path, first, last);
        if below.delta.0 >= growth.delta.0 / 2 {
            *growth = below;
        }
    }
}

/// What went back in some interval while an owner above it, with no more growth than that, grew in each, is told there:
/// a table that is rehashed bit by bit has its entries now in the one field and now in the other.
fn gather(growths: &mut Vec<OwnerGrowth>, dumps: &[Vec<Owner>]) {
    let [first, _, .., last] = dumps else { return };
    let intervals = |path: &OwnerPath| -> Vec<i64> {
        let size = |dump: &Vec<Owner>| exact(dump, path).map_or(Bytes(0), |owner| owner.retained);
        dumps.windows(2).map(|pair| size(&pair[1]).since(size(&pair[0])).0).collect()
    };
    let mut gathered = BTreeSet::new();
    for growth in growths.iter().filter(|growth| growth.delta.0 > 0) {
        if intervals(&growth.path).iter().all(|change| *change >= 0) {
            continue;
        }
        let keeps_on = |above: &OwnerPath| {
            let changes = intervals(above);
            let whole = changes.iter().fold(0_i64, |whole, change| whole.saturating_add(*change));
            let each = whole / changes.len() as i64;
            let has_more = whole.saturating_sub(growth.delta.0) > growth.delta.0 / GATHERED;
            !has_more && changes.iter().all(|change| *change > 0 && *change >= each / GATHERED)
        };
        let above = (1..growth.path.0.len()).rev().map(|steps| &growth.path.0[..steps]);
        // A module or thread is no data structure.
        let above = above.take_while(|steps| steps.last().is_some_and(|step| !step.class.is_empty()));
        gathered.extend(above.take(GATHERED_STEPS).map(|steps| OwnerPath(steps.to_vec())).find(keeps_on));
    }
    growths.retain(|growth| !gathered.iter().any(|above| growth.path.0.starts_with(&above.0)));
    growths.extend(gathered.into_iter().map(|path| OwnerGrowth::between(path, first, last)));
}

/// What is new in one place and was in another one before grew by the difference, and who was above it did not shrink
/// by it.
fn settle_moves(growths: &mut Vec<OwnerGrowth>, dumps: &[Vec<Owner>], least: u64) {
    let [before, .., after] = dumps else { return };
    let mut left: BTreeMap<OwnerPath, u64> = BTreeMap::new();
    for growth in growths.iter_mut().filter(|growth| growth.change == Change::New) {
        if let (Some((path, was)), Some((_, is))) =
            (moved::find(before, &growth.path), moved::alone(after, &growth.path))
        {
            let stays = exact(after, &path).map_or(0, |owner| owner.retained.0);
            *growth = OwnerGrowth::told(growth.path.clone(), Some(was), Some(is));
            left.insert(path, was.retained.0.saturating_sub(stays));
        }
    }
    growths.retain(|growth| !left.contains_key(&growth.path));
    for growth in growths.iter_mut().filter(|growth| growth.delta.0 < 0) {
        let below = left.iter().filter(|(path, _)| path.0.starts_with(&growth.path.0));
        let moved = below.fold(0_u64, |sum, (_, bytes)| sum.saturating_add(*bytes));
        growth.retained_after.0 += moved.min(growth.delta.0.unsigned_abs());
        growth.settle();
    }
    growths.retain(|growth| growth.delta.0.unsigned_abs() >= least);
    settle_alike(growths, dumps, least);
}

/// What is new and what is gone below one owner, and alike to the bytes, is one thing: the owner grew by the difference.
/// In the dumps between the two it is the one or the other.
fn settle_alike(growths: &mut Vec<OwnerGrowth>, dumps: &[Vec<Owner>], least: u64) {
    let [before, between @ .., after] = dumps else { return };
    let size = |dump: &Vec<Owner>, path: &OwnerPath| exact(dump, path).map_or(0, |owner| owner.retained.0);
    let row = |growth| -> (&OwnerGrowth, Vec<u64>) {
        (growth, between.iter().map(|dump| size(dump, &growth.path)).collect())
    };
    let of = |change: Change| growths.iter().filter(move |growth| growth.change == change).map(row);
    let gone: Vec<_> = of(Change::Gone).collect();
    let (mut settled, mut above) = (BTreeSet::new(), BTreeSet::new());
    for (new, sizes) in of(Change::New) {
        let is_size = |bytes: u64| bytes.abs_diff(new.delta.0.unsigned_abs()) as f64 <= ALIKE * new.delta.0 as f64;
        let is_alike = |(gone, others): &&(&OwnerGrowth, Vec<u64>)| {
            let mut both = sizes.iter().zip(others).map(|(one, other)| one.saturating_add(*other));
            is_size(gone.delta.0.unsigned_abs()) && !settled.contains(&gone.path) && both.all(is_size)
        };
        let common =
            |gone: &OwnerGrowth| new.path.0.iter().zip(&gone.path.0).take_while(|(one, other)| one == other).count();
        let gone = gone.iter().filter(is_alike).map(|(gone, _)| (common(gone), gone)).max_by_key(|(common, _)| *common);
        if let Some((common, gone)) = gone.filter(|(common, _)| *common > 0) {
            above.insert(OwnerPath(new.path.0[..common].to_vec()));
            settled.extend([new.path.clone(), gone.path.clone()]);
        }
    }
    growths.retain(|growth| !settled.contains(&growth.path));
    let is_told = |path: &OwnerPath| growths.iter().any(|growth| growth.path.0.starts_with(&path.0));
    let above = above.into_iter().filter(|path| !is_told(path));
    let more = above.map(|path| OwnerGrowth::between(path, before, after));
    let more: Vec<OwnerGrowth> = more.filter(|growth| growth.delta.0.unsigned_abs() >= least).collect();
    growths.extend(more);
}

/// The owner of a path in a tree; if there is none, the one that stands elsewhere and is the only one of its kind.
pub fn owner<'a>(owners: &'a [Owner], path: &OwnerPath) -> Option<&'a Owner> {
    let moved = || moved::find(owners, path).map(|(_, owner)| owner);
    exact(owners, path).or_else(moved).or_else(|| of_same_source(owners, path))
}

/// The owner below the only class or script of this name, whether or not its package or folders are told.
fn of_same_source<'a>(owners: &'a [Owner], path: &OwnerPath) -> Option<&'a Owner> {
    let (top, below) = path.0.split_first()?;
    let is_same = |step: &Step| step.class == top.class && Step::is_same_source(&step.edge, &top.edge);
    let mut same = owners.iter().filter(|owner| is_same(&owner.step));
    let found = same.next().filter(|_| same.next().is_none())?;
    if below.is_empty() { Some(found) } else { exact(&found.children, &OwnerPath(below.to_vec())) }
}

fn exact<'a>(owners: &'a [Owner], path: &OwnerPath) -> Option<&'a Owner> {
    let mut level = owners;
    let mut found = None;
    for step in &path.0 {
        let owner = level.iter().find(|owner| owner.step == *step)?;
        level = &owner.children;
        found = Some(owner);
    }
    found
}

impl OwnerGrowth {
    /// Entries, or objects where it is no container, more than before; `None` where neither changed.
    pub fn added(&self) -> Option<i64> {
        let (before, after) = self.entries.unwrap_or(self.count);
        let added = i128::from(after) - i128::from(before);
        (added != 0).then(|| added.clamp(i64::MIN.into(), i64::MAX.into()) as i64)
    }

    /// What follows from the sizes before and after.
    fn settle(&mut self) {
        self.delta = self.retained_after.since(self.retained_before);
        let added = self.added().filter(|added| added.signum() == self.delta.0.signum());
        self.bytes_per_entry = added.map(|added| Bytes(self.delta.0.unsigned_abs() / added.unsigned_abs()));
        match self.change {
            Change::New if self.retained_before.0 > 0 => self.change = Change::Grown,
            Change::Gone if self.retained_after.0 > 0 => self.change = Change::Shrunk,
            _ => {}
        }
    }

    /// The growth of a path between two trees.
    fn between(path: OwnerPath, before: &[Owner], after: &[Owner]) -> Self {
        let [before, after] = [before, after].map(|owners| exact(owners, &path));
        Self::told(path, before, after)
    }

    fn told(path: OwnerPath, before: Option<&Owner>, after: Option<&Owner>) -> Self {
        let size = |owner: Option<&Owner>| owner.map(|owner| owner.retained).unwrap_or_default();
        let number = |owner: Option<&Owner>| owner.map_or(0, |owner| owner.count);
        let delta = size(after).since(size(before));
        let change = match (before, after) {
            (None, _) => Change::New,
            (_, None) => Change::Gone,
            _ if delta.0 < 0 => Change::Shrunk,
            _ => Change::Grown,
        };
        let mut growth = Self {
            path,
            change,
            retained_before: size(before),
            retained_after: size(after),
            delta,
            count: (number(before), number(after)),
            entries: descent::entries(before, after),
            bytes_per_entry: None,
            pattern: None,
        };
        growth.settle();
        growth
    }
}

impl Change {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Grown => "grown",
            Self::Shrunk => "shrunk",
            Self::Gone => "gone",
        }
    }
}
