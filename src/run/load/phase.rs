//! One phase: the schedule, and what becomes of it when there is no room.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::LoadError;
use super::address::Address;
use super::exchange::Job;
use super::metronome::Metronome;
use super::outgoing;
use super::sender::Progress;
use super::slots::Slots;
use super::tallies::Slips;
use crate::plan::{Requests, round_of};
use crate::policy::Load;
use crate::record::{LoadTally, Phase};

/// A generator that wakes up later than this moves the schedule instead of catching up: a burst would be
/// a peak of its own making.
const SLIP: Duration = Duration::from_millis(10);

/// The connections of a burst are opened so long before it.
const LEAD: Duration = Duration::from_millis(100);

/// What is to be sent.
pub(super) struct Sending {
    pub(super) load: Arc<Load>,
    pub(super) plan: Arc<Requests>,
    pub(super) phase: Phase,
    pub(super) first: u64,
    pub(super) requests: u64,
    pub(super) public: bool,
}

impl Sending {
    /// Sends all of it and waits for all answers.
    pub(super) async fn run(self, progress: Arc<Progress>) -> Result<LoadTally, LoadError> {
        let no_requests = || LoadError::NoRequests { phase: self.phase.clone() };
        let rate = round_of(&self.load, &self.phase).ok_or_else(no_requests)?.rate;
        let address = Address::resolve(&self.load.base_url, self.load.authority.as_deref(), self.public)?;
        let host = address.host.clone();
        let width = self.burst();
        let in_flight = (self.load.in_flight as usize).max(width);
        let mut slots = Slots::new(in_flight, address, self.load.timeout.0, progress);
        let metronome = Metronome::new()?;
        let mut digest = blake3::Hasher::new();
        let mut schedule = Schedule::new(rate.0, width as u64);
        for number in 0..self.requests {
            let planned = self.plan.get(&self.phase, self.first + number).ok_or_else(no_requests)?;
            digest.update(&planned.digest());
            let head = outgoing::head(&planned, &host)?;
            if width > 1 && number.is_multiple_of(width as u64) {
                slots.drained().await;
                metronome.until(schedule.due(number) - LEAD).await?;
                slots.open(width).await?;
                schedule.make_room(number);
            }
            let due = schedule.due(number);
            metronome.until(due).await?;
            let (slot, waited) = match slots.free() {
                Some(slot) => (slot, false),
                None => (slots.freed().await, true),
            };
            let ready = schedule.begin(due, waited);
            slots.send(slot, Job { planned, head, due, ready })?;
            // Lets the slot send before the next request is made.
            if (number + 1).is_multiple_of(width as u64) {
                tokio::task::yield_now().await;
            }
        }
        slots.drained().await;
        let slips = Slips { planned: schedule.due(self.requests) - schedule.due(0), ..schedule.slips };
        Ok(slots.tallies().sum(slips, digest.finalize().to_hex().to_string()))
    }

    /// How many are sent at once.
    fn burst(&self) -> usize {
        match &self.phase {
            Phase::Ugly { payload, .. } => {
                let ugly = self.load.ugly.iter().find(|ugly| ugly.request.name == *payload);
                ugly.map_or(1, |ugly| ugly.width.max(1) as usize)
            }
            _ => 1,
        }
    }
}

/// When each request is due.
struct Schedule {
    start: Instant,
    gap: f64,
    width: u64,
    slips: Slips,
}

impl Schedule {
    fn new(rate: f64, width: u64) -> Self {
        // Bursts need a moment for their connections.
        let start = if width > 1 { Instant::now() + LEAD } else { Instant::now() };
        Self { start, gap: 1.0 / rate, width, slips: Slips::default() }
    }

    /// Bursts keep the rate on average.
    fn due(&self, number: u64) -> Instant {
        let planned = Duration::try_from_secs_f64(self.gap * (number / self.width * self.width) as f64);
        self.start + self.slips.shifted + self.slips.own + planned.unwrap_or(FOREVER)
    }

    /// A burst that had to wait for answers or connections moves the schedule.
    fn make_room(&mut self, number: u64) {
        self.slips.shifted += Instant::now().saturating_duration_since(self.due(number));
    }

    /// A request that was due goes now; returns since when only the generator was in its way. The rest of
    /// the schedule moves by as much as this request waited for room, or by a long slip of our own.
    fn begin(&mut self, due: Instant, waited: bool) -> Instant {
        let now = Instant::now();
        let late = now.saturating_duration_since(due);
        if waited {
            self.slips.shifted += late;
            return now;
        }
        if late > SLIP {
            self.slips.own += late;
        }
        due
    }
}

const FOREVER: Duration = Duration::from_secs(365 * 86_400);
