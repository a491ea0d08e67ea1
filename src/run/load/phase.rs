//! One phase: the schedule, and what becomes of it when there is no room.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::LoadError;
use super::address::Address;
use super::exchange::{Job, Made};
use super::metronome::{Metronome, step_aside};
use super::request_head::RequestHead;
use super::sender::Progress;
use super::session::Session;
use super::slots::Slots;
use super::tallies::Slips;
use crate::plan::{PlannedRequest, Requests, round_of};
use crate::policy::{AfterStall, Arrivals, Connections, Load};
use crate::record::{LoadTally, Phase};
use crate::units::{Bytes, Elapsed};

/// A generator that wakes up later than this moves the schedule instead of catching up: a burst would be
/// a peak of its own making.
const SLIP: Duration = Duration::from_millis(10);

/// Bytes of all bodies of a phase, at most: beyond this is a slip of the pen.
const MOST_BYTES: u64 = 1 << 40;

/// A phase may take three times its planned time, and this.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// The connections of a burst are opened so long before it.
const LEAD: Duration = Duration::from_millis(100);

/// What is to be sent.
pub(super) struct Sending {
    pub(super) load: Arc<Load>,
    pub(super) plan: Arc<Requests>,
    pub(super) session: Arc<Session>,
    pub(super) phase: Phase,
    pub(super) first: u64,
    pub(super) requests: u64,
    pub(super) public: bool,
}

impl Sending {
    /// Sends all of it and waits for all answers.
    pub(super) async fn run(self, progress: Arc<Progress>) -> Result<LoadTally, LoadError> {
        let no_requests = || LoadError::NoRequests { phase: self.phase.clone() };
        let arrivals = round_of(&self.load, &self.phase).ok_or_else(no_requests)?.arrivals;
        let address = Address::resolve(&self.load.base_url, self.load.authority.as_deref(), self.public)?;
        let host = address.host.clone();
        let width = self.burst();
        let in_flight = match arrivals {
            Arrivals::Users(users) => users as usize,
            Arrivals::Rate(_) | Arrivals::Ramp { .. } => (self.load.in_flight as usize).max(width),
        };
        let address = Arc::new(address.speaking_http2(self.load.http2));
        let plan = self.session.plan(&self.load, &self.plan, &address).await?;
        let keep = self.load.connections != Connections::PerRequest;
        let users = matches!(arrivals, Arrivals::Users(_));
        let mut slots = Slots::new(in_flight, users, keep, address, self.load.timeout.0, progress);
        let mut metronome = Metronome::new()?;
        self.bounded()?;
        let deadline = Instant::now() + self.patience(arrivals);
        let mut digest = blake3::Hasher::new();
        let mut memory = Memory::default();
        let mut schedule = Schedule::new(arrivals, self.load.after_stall, self.requests, width as u64);
        for number in 0..self.requests {
            let index = self.first + number;
            let made = memory.of(plan.get(&self.phase, index).ok_or_else(no_requests)?, &host)?;
            let key = made.planned.key.as_deref();
            // What a login gave differs from run to run: the digest is of what was planned without it.
            digest.update(&match self.load.login {
                None => made.digest,
                Some(_) => self.plan.get(&self.phase, index).ok_or_else(no_requests)?.digest(),
            });
            if width > 1 && number.is_multiple_of(width as u64) {
                slots.drained().await;
                metronome.until(schedule.due(number) - LEAD).await?;
                slots.open(width).await?;
                schedule.make_room(number);
            }
            let now = Instant::now();
            if now > deadline {
                let (after, planned) = (Elapsed(self.patience(arrivals)), self.requests);
                return Err(LoadError::Stuck { phase: self.phase, after, sent: number, planned });
            }
            let due = schedule.due(number);
            if now < due {
                metronome.until(due).await?;
            }
            let (slot, waited) = match slots.free(key) {
                Some(slot) => (slot, false),
                None => (slots.freed(key).await, true),
            };
            let (due, ready) = schedule.begin(number, waited, Instant::now());
            slots.send(slot, Job { made: made.clone(), due, ready, sent: ready })?;
            // Lets the slot send before the next request is made.
            if (number + 1).is_multiple_of(width as u64) {
                step_aside().await;
            }
        }
        slots.drained().await;
        let slips = Slips { planned: schedule.due(self.requests) - schedule.due(0), ..schedule.slips };
        let mut tally = slots.tallies().sum(slips, digest.finalize().to_hex().to_string());
        for (name, tally) in &mut tally.requests {
            tally.route = self.route(name).unwrap_or_default();
        }
        Ok(tally)
    }

    /// Method and path of a request as the policy names them.
    fn route(&self, name: &str) -> Option<String> {
        let ugly = self.load.ugly.iter().map(|ugly| &ugly.request);
        let request = self.load.requests.iter().chain(ugly).find(|request| request.name == name)?;
        Some(format!("{} {}", request.method, request.path))
    }

    /// A phase sends at most [`MOST_BYTES`].
    fn bounded(&self) -> Result<(), LoadError> {
        let each = self.plan.get(&self.phase, self.first).map_or(0, |planned| planned.body.size());
        let bytes = each.saturating_mul(self.requests);
        match bytes > MOST_BYTES {
            true => Err(LoadError::TooMuch { phase: self.phase.clone(), bytes: Bytes(bytes), most: Bytes(MOST_BYTES) }),
            false => Ok(()),
        }
    }

    /// How long a phase may take: a service that answers each request just before its time-out must not hold a
    /// run for days.
    fn patience(&self, arrivals: Arrivals) -> Duration {
        let planned = arrivals.lasts(self.requests).map_or(Duration::ZERO, |lasts| lasts.0);
        planned.saturating_mul(3).saturating_add(PATIENCE)
    }

    /// How many are sent at once.
    fn burst(&self) -> usize {
        let payload = self.phase.payload();
        let ugly = self.load.ugly.iter().find(|ugly| Some(ugly.request.name.as_str()) == payload);
        ugly.map_or(1, |ugly| ugly.width.max(1) as usize)
    }
}

/// What was made of the last request of each name: most are the same each time.
#[derive(Default)]
struct Memory(HashMap<Arc<str>, Arc<Made>>);

impl Memory {
    fn of(&mut self, planned: Arc<PlannedRequest>, host: &str) -> Result<Arc<Made>, LoadError> {
        if let Some(made) = self.0.get(&planned.name)
            && (Arc::ptr_eq(&made.planned, &planned) || made.planned == planned)
        {
            return Ok(made.clone());
        }
        let made = Arc::new(Made { head: RequestHead::new(&planned, host)?, digest: planned.digest(), planned });
        self.0.insert(made.planned.name.clone(), made.clone());
        Ok(made)
    }
}

/// When each request is due.
struct Schedule {
    start: Instant,
    arrivals: Arrivals,
    requests: u64,
    width: u64,
    after_stall: AfterStall,
    slips: Slips,
    /// So much of what the service shifted was caught up with.
    caught_up: Duration,
}

impl Schedule {
    fn new(arrivals: Arrivals, after_stall: AfterStall, requests: u64, width: u64) -> Self {
        // Bursts need a moment for their connections.
        let start = if width > 1 { Instant::now() + LEAD } else { Instant::now() };
        Self { start, arrivals, requests, width, after_stall, slips: Slips::default(), caught_up: Duration::ZERO }
    }

    /// Bursts keep the rate on average.
    fn due(&self, number: u64) -> Instant {
        let number = (number / self.width * self.width) as f64;
        let seconds = match self.arrivals {
            Arrivals::Rate(rate) => number / rate.0,
            // Requests so far are the integral of the rate, which goes evenly from `from` to `to`.
            Arrivals::Ramp { from, to } => {
                let rising = (to.0 * to.0 - from.0 * from.0) / self.requests.max(1) as f64;
                2.0 * number / (from.0 + (from.0 * from.0 + rising * number).max(0.0).sqrt())
            }
            // Due as soon as a user is free.
            Arrivals::Users(_) => 0.0,
        };
        let planned = Duration::try_from_secs_f64(seconds);
        self.start + self.behind() + self.slips.own + planned.unwrap_or(FOREVER)
    }

    /// By how much the schedule is behind the planned one because of the service.
    fn behind(&self) -> Duration {
        self.slips.shifted - self.caught_up
    }

    /// A burst that had to wait for answers or connections moves the schedule.
    fn make_room(&mut self, number: u64) {
        self.slips.shifted += Instant::now().saturating_duration_since(self.due(number));
    }

    /// Brings the request after this one forward by half of its distance, if the schedule is behind and that is wanted.
    fn catch_up(&mut self, number: u64) {
        if self.after_stall == AfterStall::CatchUp {
            let distance = self.due(number + 1).saturating_duration_since(self.due(number));
            self.caught_up = self.slips.shifted.min(self.caught_up + distance / 2);
        }
    }

    /// A request that was due goes now; returns when it was due, and since when only the generator was in its
    /// way. A user's request is due when the user is free. The rest of
    /// the schedule moves by as much as this request waited for room, or by a long slip of our own.
    fn begin(&mut self, number: u64, waited: bool, now: Instant) -> (Instant, Instant) {
        if let Arrivals::Users(_) = self.arrivals {
            return (now, now);
        }
        let due = self.due(number);
        let late = now.saturating_duration_since(due);
        let planned = match self.after_stall {
            AfterStall::Shift => due,
            AfterStall::CatchUp => due - self.behind(),
        };
        if waited {
            self.slips.shifted += late;
        } else if late > SLIP {
            self.slips.own += late;
        }
        self.catch_up(number);
        (planned, if waited { now } else { due })
    }
}

const FOREVER: Duration = Duration::from_secs(365 * 86_400);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::RequestRate;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    /// When requests are due after the tenth of 100/s waited for a second: in ms from the start, and the schedule.
    fn after_a_stall(after_stall: AfterStall, numbers: &[u64]) -> (Vec<Duration>, Schedule) {
        let mut schedule = Schedule::new(Arrivals::Rate(RequestRate(100.0)), after_stall, 1000, 1);
        let mut due = Vec::new();
        for number in 0..=numbers.iter().copied().max().unwrap_or(0) {
            let at = schedule.due(number);
            if numbers.contains(&number) {
                due.push(at - schedule.start);
            }
            let stalled = if number == 10 { MS(1000) } else { MS(0) };
            schedule.begin(number, number == 10, at + stalled);
        }
        (due, schedule)
    }

    #[test]
    fn a_stall_shifts_the_schedule() {
        let (due, schedule) = after_a_stall(AfterStall::Shift, &[10, 11, 12, 400]);
        assert_eq!(due, [MS(100), MS(1110), MS(1120), MS(5000)]);
        assert_eq!(schedule.slips.shifted, MS(1000));
    }

    #[test]
    fn a_schedule_catches_up_at_twice_the_rate_and_no_further() {
        let (due, schedule) = after_a_stall(AfterStall::CatchUp, &[10, 11, 12, 209, 210, 211, 400]);
        assert_eq!(due, [MS(100), MS(1105), MS(1110), MS(2095), MS(2100), MS(2110), MS(4000)]);
        assert_eq!(schedule.slips.shifted, MS(1000), "what was caught up with was a stall all the same");
    }

    #[test]
    fn latencies_of_what_catches_up_count_from_the_plan() {
        let (_, mut schedule) = after_a_stall(AfterStall::CatchUp, &[10]);
        let at = schedule.due(11);
        let (planned, ready) = schedule.begin(11, false, at);
        assert_eq!((planned - schedule.start, ready), (MS(110), at));
    }
}
