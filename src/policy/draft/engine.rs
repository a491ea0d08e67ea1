//! The keys of `[load]` that let another program send the ordinary mix.

use super::service::read_command;
use super::template::fields;
use super::{At, Section};
use crate::diag::{Code, Diagnostics, Mark};
use crate::policy::engine::PLACEHOLDERS;
use crate::policy::section::suggest;
use crate::policy::{EngineKind, TallyFormat};
use crate::units::Elapsed;

/// What a file says about another engine; its paths count from that file.
#[derive(Debug, Clone)]
pub(in crate::policy) struct EngineDraft {
    pub kind: EngineKind,
    /// Folder of the file, once that is known.
    pub folder: String,
    /// Other files that decide what is sent.
    pub files: Vec<String>,
    pub within: Option<Elapsed>,
    /// Where the engine is named.
    pub mark: Mark,
    /// Of all files, once they were read.
    pub digest: Option<String>,
}

const MOST_WORKERS: u64 = 64;

impl EngineDraft {
    /// Reads the keys; `None` where no engine is named.
    pub fn read(section: &mut Section<'_>, out: &mut Diagnostics) -> Option<Self> {
        let scripts = ["k6", "locust", "vegeta"].map(|key| (key, section.text(key, out)));
        let command = read_command("command", section, out);
        let formats = TallyFormat::ALL;
        let format = section.word("format", &formats, out);
        let workers = section.integer("workers", 1..=MOST_WORKERS, out);
        let files = section.texts("files", "[\"users.csv\"]", out);
        let within = section.quantity::<Elapsed>("engine-within", "10 min", out);
        let mut engines: Vec<(EngineKind, Mark)> = Vec::new();
        for (key, path) in scripts {
            let Some(At { value, mark }) = path else { continue };
            check_path(key, &value, &mark, out);
            let workers = workers.as_ref().map_or(0, |at| at.value as u32);
            engines.push((kind(key, value, workers), mark));
        }
        if let Some(At { value: words, mark }) = command {
            check_placeholders(&words, &mark, out);
            let format = format.as_ref().map(|at| at.value).unwrap_or_else(|| {
                let words: Vec<&str> = formats.iter().map(|(word, _)| *word).collect();
                let message = "`command` needs a `format`: how it tells what it counted";
                out.push(Code::MissingKey, &mark, message, format!("write `format` as one of {}", words.join(", ")));
                TallyFormat::Tally
            });
            engines.push((EngineKind::Command { words, format }, mark));
        }
        if let [_, (_, second), ..] = &engines[..] {
            out.push(Code::Conflict, second, "two programs cannot send the same load", "keep one of them");
        }
        let engine = engines.into_iter().next();
        let is_command = matches!(engine, Some((EngineKind::Command { .. }, _)));
        let is_locust = matches!(engine, Some((EngineKind::Locust { .. }, _)));
        let stray = [
            ("format", format.map(|at| at.mark), is_command, "`command`"),
            ("workers", workers.map(|at| at.mark), is_locust, "`locust`"),
            ("files", files.as_ref().map(|at| at.mark.clone()), engine.is_some(), "an engine"),
            ("engine-within", within.as_ref().map(|at| at.mark.clone()), engine.is_some(), "an engine"),
        ];
        for (key, mark, fits, whose) in stray {
            if let Some(mark) = mark.filter(|_| !fits) {
                out.push(Code::Conflict, &mark, format!("`{key}` belongs to {whose}"), format!("remove `{key}`"));
            }
        }
        let (kind, mark) = engine?;
        let files = files.map(|at| at.value).unwrap_or_default();
        Some(Self { kind, folder: ".".to_owned(), files, within: within.map(|at| at.value), mark, digest: None })
    }

    /// The script, where there is one, and the other files, to be given their paths.
    pub fn paths(&mut self) -> Vec<&mut String> {
        let script = match &mut self.kind {
            EngineKind::K6 { script } => Some(script),
            EngineKind::Locust { file, .. } => Some(file),
            EngineKind::Vegeta { targets } => Some(targets),
            EngineKind::Command { .. } => None,
        };
        script.into_iter().chain(&mut self.files).collect()
    }
}

fn kind(key: &str, path: String, workers: u32) -> EngineKind {
    match key {
        "k6" => EngineKind::K6 { script: path },
        "locust" => EngineKind::Locust { file: path, workers },
        _ => EngineKind::Vegeta { targets: path },
    }
}

/// A comma separates files for locust, and a `-` in front makes an option of a path.
fn check_path(key: &str, path: &str, mark: &Mark, out: &mut Diagnostics) {
    if path.trim().is_empty() || path.starts_with('-') || path.contains([',', '\0', '\n']) {
        let message = format!("`{}` cannot be the file for `{key}`", path.escape_debug());
        out.push(Code::OutOfRange, mark, message, "name one file, without commas");
    }
}

fn check_placeholders(words: &[String], mark: &Mark, out: &mut Diagnostics) {
    for name in words.iter().flat_map(|word| fields(word)).filter(|name| !PLACEHOLDERS.contains(name)) {
        let cure = suggest(name, PLACEHOLDERS.into_iter(), "write");
        out.push(Code::UnknownField, mark, format!("nothing stands for `{{{name}}}` in a command"), cure);
    }
}
