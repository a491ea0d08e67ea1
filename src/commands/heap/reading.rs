//! How dumps are read: options, progress, and several at once where there is memory for it.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::Refusal;
use super::memory::available;
use crate::commands::Global;
use crate::heap::{self, Format, HeapError, HeapSummary, Limits, Mapping, Options, Snapshot};
use crate::units::Bytes;

/// Anonymous memory of an analysis for each byte of the dump, at most.
const MEMORY: f64 = 0.8;
/// Share of the memory there is that one analysis may take.
const SPARE: f64 = 0.9;
/// Owners that retain a smaller share of the dump's length are not told when dumps are compared.
const SHARE: f64 = 0.000_06;

/// How dumps are read.
#[derive(Debug, clap::Args)]
pub(super) struct Reading {
    /// Count objects that no root reaches as well.
    #[arg(long)]
    keep_unreachable: bool,
    /// Which reference objects of a JVM keep alive what they refer to.
    #[arg(long, value_enum, value_name = "POLICY", default_value_t = Referents::NotWeak)]
    referents: Referents,
}

/// Which reference objects of a JVM keep alive what they refer to.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Referents {
    /// Strong and soft references.
    NotWeak,
    /// All, as Eclipse MAT counts by default; all that a native-image starts with are roots then.
    Mat,
}

impl Reading {
    /// The options, with the limits of the owner tree.
    pub(super) fn options(&self, limits: Limits) -> Options {
        let referents = match self.referents {
            Referents::NotWeak => heap::Referents::NotWeak,
            Referents::Mat => heap::Referents::Mat,
        };
        let memory = Some(Bytes((available().as_f64() * SPARE) as u64));
        Options { limits, referents, keep_unreachable: self.keep_unreachable, memory, keep_references: false }
    }

    /// Reads one dump.
    pub(super) fn open(&self, file: &Path, limits: Limits, progress: &Progress) -> anyhow::Result<Snapshot> {
        progress.stage(&format!("reading `{}`", file.display()));
        Ok(Snapshot::open(file, &self.options(limits))?)
    }

    /// Reads one dump so that it can be asked for paths.
    pub(super) fn open_for_paths(&self, file: &Path, limits: Limits, progress: &Progress) -> anyhow::Result<Snapshot> {
        progress.stage(&format!("reading `{}`", file.display()));
        Ok(Snapshot::open(file, &Options { keep_references: true, ..self.options(limits) })?)
    }

    /// Reads several dumps of one kind and asks each the same, two at a time where memory allows.
    pub(super) fn several<T: Send>(
        &self,
        files: &[PathBuf],
        progress: &Progress,
        ask: impl Fn(&Snapshot) -> T + Sync,
    ) -> anyhow::Result<Vec<(Format, T)>> {
        if files.iter().filter(|file| *file == Path::new("-")).count() > 1 {
            return Err(Refusal(
                "standard input is one dump and `-` stands here twice: name the others as files".to_owned(),
            )
            .into());
        }
        let names: Vec<String> = files.iter().map(|file| format!("`{}`", file.display())).collect();
        progress.stage(&format!("reading {}", names.join(", ")));
        let mut mappings = Vec::with_capacity(files.len());
        for file in files {
            mappings.push(Mapping::open(file)?);
        }
        let mut sizes: Vec<usize> = mappings.iter().map(|file| file.len()).collect();
        sizes.sort_unstable();
        // An owner has to be told of all dumps or of none.
        let least = sizes.last().map_or(0, |size| (*size as f64 * SHARE) as u64);
        let limits = Limits { least: Limits::default().least.max(Bytes(least)), share: 0.0, ..Limits::default() };
        let mut options = self.options(limits);
        let largest: usize = sizes.iter().rev().take(2).sum();
        let threads = if largest as f64 * MEMORY < available().as_f64() { 2 } else { 1 };
        options.memory = options.memory.map(|memory| Bytes(memory.0 / threads as u64));
        let read = |(file, mapping): (&PathBuf, Mapping)| {
            let snapshot = Snapshot::read(mapping, file, &options)?;
            Ok((snapshot.format(), ask(&snapshot)))
        };
        let answers = side_by_side(files.iter().zip(mappings).collect(), threads, read);
        let answers = answers.into_iter().collect::<Result<Vec<_>, HeapError>>()?;
        same_kind(files, answers.iter().map(|(format, _)| *format))?;
        Ok(answers)
    }

    /// Summaries of several dumps of one kind, with a caveat where they are not a series.
    pub(super) fn summaries(&self, files: &[PathBuf], progress: &Progress) -> anyhow::Result<Vec<HeapSummary>> {
        let answers = self.several(files, progress, |snapshot| (snapshot.written(), snapshot.owners().summary()))?;
        let (times, mut summaries): (Vec<_>, Vec<_>) = answers.into_iter().map(|(_, answer)| answer).unzip();
        for (summary, disorder) in summaries.iter_mut().zip(disorder(files, &times)) {
            summary.caveats.extend(disorder);
        }
        Ok(summaries)
    }
}

/// For each dump, what is wrong with its place among the others. Two dumps may be of two builds, in any order.
fn disorder(files: &[PathBuf], times: &[Option<u64>]) -> Vec<Option<String>> {
    let paths: Vec<Option<PathBuf>> = files.iter().map(|file| file.canonicalize().ok()).collect();
    let wrong = |place: usize| {
        let again = paths[..place].iter().position(|path| path.is_some() && *path == paths[place]);
        let again = again.map(|first| format!("it is the same file as dump {}", first + 1));
        let before = place.checked_sub(1).and_then(|before| times[before]);
        let falls = files.len() > 2 && times[place].zip(before).is_some_and(|(time, before)| time < before);
        let falls = falls.then(|| {
            format!("it was written before dump {place}: give the dumps in the order in which they were taken")
        });
        again.or(falls)
    };
    (0..files.len()).map(wrong).collect()
}

/// Answers in the order of the questions.
fn side_by_side<Q: Send, A: Send>(questions: Vec<Q>, threads: usize, answer: impl Fn(Q) -> A + Sync) -> Vec<A> {
    let questions: Vec<Mutex<(Option<Q>, Option<A>)>> =
        questions.into_iter().map(|question| Mutex::new((Some(question), None))).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(cell) = questions.get(next.fetch_add(1, Ordering::Relaxed)) {
            let question = cell.lock().ok().and_then(|mut cell| cell.0.take());
            let answered = question.map(&answer);
            if let Ok(mut cell) = cell.lock() {
                cell.1 = answered;
            }
        }
    };
    std::thread::scope(|scope| {
        (1..threads).for_each(|_| drop(scope.spawn(work)));
        work();
    });
    questions.into_iter().filter_map(|cell| cell.into_inner().ok()?.1).collect()
}

fn same_kind(files: &[PathBuf], mut formats: impl Iterator<Item = Format>) -> Result<(), Refusal> {
    let Some(first) = formats.next() else { return Ok(()) };
    match formats.zip(&files[1..]).find(|(format, _)| *format != first) {
        Some((other, file)) => Err(Refusal(format!(
            "`{}` is of another kind ({}) than the first dump ({}): give dumps of one runtime",
            file.display(),
            name(other),
            name(first)
        ))),
        None => Ok(()),
    }
}

/// What was cut, guessed or left out in some dumps, with the number of each where there are several.
pub(super) fn caveats<T: AsRef<[String]>>(dumps: &[T]) -> Vec<String> {
    let told = |(place, caveats): (usize, &T)| -> Vec<String> {
        let number = |caveat: &String| match dumps {
            [_] => caveat.clone(),
            _ => format!("dump {}: {caveat}", place + 1),
        };
        caveats.as_ref().iter().map(number).collect()
    };
    dumps.iter().enumerate().flat_map(told).collect()
}

/// What a format is called.
pub(super) fn name(format: Format) -> &'static str {
    match format {
        Format::Hprof => "HPROF",
        Format::V8 => "V8 heap snapshot",
        Format::Python => "Python graph",
    }
}

/// An object as the tools of its runtime call it: by an address, or by a number as Chrome shows it.
pub(super) fn object(format: Format, id: u64) -> String {
    match format {
        Format::V8 => format!("@{id}"),
        Format::Hprof | Format::Python => format!("{id:#x}"),
    }
}

/// A line that says what takes so long; nothing where nobody looks.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn new(global: &Global) -> Self {
        let bar = if global.quiet { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
        let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }

    /// Says what is being done now.
    pub(super) fn stage(&self, what: &str) {
        self.0.set_message(what.to_owned());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
