//! Analyzes the dumps of a run, one after the other, in a thread where it disturbs nobody.

use std::fs;

use super::{Taken, word};
use crate::heap::{self, HeapSummary};
use crate::record::{Dump, Event};
use crate::run::error::RunError;
use crate::run::interrupt::Interrupt;
use crate::run::journal::Journal;
use crate::run::setup::{End, Setup};

/// Analyzes all dumps, records what is in them, and removes them unless they are to be kept. After a Ctrl-C,
/// which is returned, and after an interrupted run, nothing is analyzed any more.
pub(in crate::run) async fn analyze(
    taken: Vec<Taken>,
    setup: &Setup<'_>,
    end: End,
    interrupt: &mut Interrupt,
    journal: &mut Journal<'_>,
) -> Result<Option<&'static str>, RunError> {
    let mut interrupted = match end {
        End::Interrupted(signal) => Some(signal),
        End::Complete | End::Service => None,
    };
    for dump in taken {
        if interrupted.is_none() {
            interrupted = tokio::select! {
                analyzed = analyze_one(&dump, journal) => analyzed.map(|()| None)?,
                signal = interrupt.wait() => Some(signal),
            };
        }
        if !setup.keep_dumps {
            let _gone = fs::remove_file(&dump.file);
        }
    }
    Ok(interrupted)
}

async fn analyze_one(dump: &Taken, journal: &mut Journal<'_>) -> Result<(), RunError> {
    journal.observer().stage(&format!("analyzing the {} heap dump of {}", word(dump.point), dump.process));
    let file = dump.file.clone();
    let summary = tokio::task::spawn_blocking(move || {
        heap::summarize(&file, &heap::Options::default()).map_err(|error| error.to_string())
    });
    match summary.await.unwrap_or_else(|error| Err(error.to_string())) {
        Ok(summary) => journal.record(Event::Dumped { dump: analyzed(dump, summary) }),
        Err(why) => journal.unseen(format!("owners of `{}` ({} dump)", dump.process, word(dump.point)), why),
    }
}

fn analyzed(taken: &Taken, summary: HeapSummary) -> Dump {
    let file = taken.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Dump {
        point: taken.point,
        payload: taken.payload.clone(),
        process: taken.process.clone(),
        runtime: taken.runtime,
        requests: taken.requests,
        file: format!("dumps/{file}"),
        pause: taken.pause,
        summary,
    }
}
