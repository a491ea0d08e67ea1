//! Another program that sends the ordinary mix in place of Plimsoll's own engine.

use crate::units::Elapsed;

/// Another load engine. Phases, samples, floors and ugly payloads stay Plimsoll's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Engine {
    /// What is started, once for each phase.
    pub kind: EngineKind,
    /// Where it is started: the folder of the file that names it. It stays the same when the service of another commit
    /// is measured.
    pub folder: String,
    /// Digest (BLAKE3, hex) over the script and the other files that decide what is sent.
    pub digest: String,
    /// How long one phase may take; without it Plimsoll allows ten times as long as planned, and two minutes.
    pub within: Option<Elapsed>,
}

/// What is started. Paths count from the working directory of Plimsoll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineKind {
    /// `k6 run` of this script; the planned number is one of iterations.
    K6 {
        /// JavaScript or TypeScript.
        script: String,
    },
    /// `locust --headless` with this file; the planned number is one of requests.
    Locust {
        /// Python.
        file: String,
        /// Worker processes on this machine below a master; 0 is one process alone.
        workers: u32,
    },
    /// `vegeta attack` with these targets.
    Vegeta {
        /// In vegeta's `http` format; a target may be a path, which gets the base URL.
        targets: String,
    },
    /// Any program that writes its counts where it is told.
    Command {
        /// Program and arguments, with placeholders such as `{requests}`; no shell.
        words: Vec<String>,
        /// What it writes.
        format: TallyFormat,
    },
}

/// In which form an engine tells what it counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TallyFormat {
    /// The stream of `k6 run --out json=FILE`.
    K6Json,
    /// What `locust --json-file FILE` leaves at the end.
    LocustJson,
    /// The stream of `vegeta encode -to json`.
    VegetaJson,
    /// What `oha --output-format json` leaves at the end.
    OhaJson,
    /// The lines of `h2load --log-file=FILE`.
    H2loadLog,
    /// Plimsoll's own lines, for everything else.
    Tally,
}

impl TallyFormat {
    /// All, by the word that policies use.
    pub const ALL: [(&'static str, Self); 6] = [
        ("k6-json", Self::K6Json),
        ("locust-json", Self::LocustJson),
        ("vegeta-json", Self::VegetaJson),
        ("oha-json", Self::OhaJson),
        ("h2load-log", Self::H2loadLog),
        ("tally", Self::Tally),
    ];

    /// The word that policies use.
    pub fn word(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, format)| *format == self).map_or("", |(word, _)| word)
    }
}

impl Engine {
    /// The name of the program, for messages.
    pub fn name(&self) -> &str {
        match &self.kind {
            EngineKind::K6 { .. } => "k6",
            EngineKind::Locust { .. } => "locust",
            EngineKind::Vegeta { .. } => "vegeta",
            EngineKind::Command { words, .. } => {
                let program = words.first().map_or("", String::as_str);
                program.rsplit('/').next().unwrap_or(program)
            }
        }
    }
}

/// What `{name}` in the words of a command may be.
pub const PLACEHOLDERS: [&str; 9] =
    ["first", "in-flight", "output", "phase", "rate", "requests", "round", "seed", "target"];
