//! Events on their way: kept by the observer first, then folded into the recording.

use super::error::RunError;
use super::setup::Observer;
use crate::record::{Event, Phase, Recording, Unseen};

/// The one place through which all events of a run pass.
pub(super) struct Journal<'a> {
    observer: &'a mut dyn Observer,
    recording: Recording,
}

impl<'a> Journal<'a> {
    /// An empty recording.
    pub fn new(observer: &'a mut dyn Observer) -> Self {
        Self { observer, recording: Recording::default() }
    }

    /// Keeps an event.
    pub fn record(&mut self, event: Event) -> Result<(), RunError> {
        self.observer.event(&event).map_err(RunError::Record)?;
        self.recording.apply(event);
        Ok(())
    }

    /// Keeps what could not be measured, once.
    pub fn unseen(&mut self, what: impl Into<String>, why: impl Into<String>) -> Result<(), RunError> {
        self.notice(Unseen { what: what.into(), why: why.into() })
    }

    /// Keeps what could not be measured, once.
    pub fn notice(&mut self, unseen: Unseen) -> Result<(), RunError> {
        if self.recording.unseen.contains(&unseen) { Ok(()) } else { self.record(Event::Unseen { unseen }) }
    }

    /// What was folded so far.
    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    /// The phase that runs, or ran last.
    pub fn phase(&self) -> Option<&Phase> {
        self.recording.phases.last().map(|record| &record.phase)
    }

    /// Whoever watches.
    pub fn observer(&mut self) -> &mut dyn Observer {
        self.observer
    }

    /// Gives the recording away.
    pub fn into_recording(self) -> Recording {
        self.recording
    }
}
