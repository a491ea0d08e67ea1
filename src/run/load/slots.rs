//! Places for requests in flight, each with a connection of its own.

use std::collections::HashMap;
use std::pin::{Pin, pin};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::time::{Sleep, sleep};

use super::LoadError;
use super::address::Address;
use super::exchange::{Job, exchange, talk};
use super::line::Line;
use super::outcome::Outcome;
use super::sender::Progress;
use super::tallies::Tallies;

/// More connections at a time than this are no clients of one machine.
const MOST_KEYS: usize = 10_000;

/// No request is waited for longer than a day.
const LONGEST: Duration = Duration::from_secs(86_400);

/// The slots of a phase. They are tasks of the runtime on which [`Slots`] is used, and end with it.
pub(super) struct Slots {
    shared: Arc<Shared>,
    doors: Vec<Arc<Door>>,
    /// Which slot belongs to which key, where each client has a connection of its own.
    keys: HashMap<String, usize>,
    most: usize,
    /// Whether each slot is a user, who is there from the beginning.
    users: bool,
}

/// Where a slot is told what to do: room for one order, which is all that a free slot can be given.
#[derive(Default)]
struct Door {
    order: Mutex<Option<Order>>,
    called: Notify,
}

enum Order {
    /// Send this.
    Send(Job),
    /// Open a connection, so that the next request goes at once.
    Open,
}

struct Shared {
    /// Last in, first out: as few connections as the load needs.
    idle: Mutex<Vec<usize>>,
    freed: Notify,
    tallies: Mutex<Tallies>,
    progress: Arc<Progress>,
    address: Arc<Address>,
    timeout: Duration,
    /// Whether connections are kept alive.
    keep: bool,
}

impl Slots {
    /// At most `most` requests will be in flight.
    /// `users`: whether each slot is a user; `keep`: whether connections are kept alive.
    pub(super) fn new(
        most: usize,
        users: bool,
        keep: bool,
        address: Arc<Address>,
        timeout: Duration,
        progress: Arc<Progress>,
    ) -> Self {
        let (idle, freed, tallies) = (Mutex::default(), Notify::new(), Mutex::new(Tallies::new()));
        let timeout = timeout.min(LONGEST);
        let shared = Arc::new(Shared { idle, freed, tallies, progress, address, timeout, keep });
        Self { shared, doors: Vec::new(), keys: HashMap::new(), most: most.max(1), users }
    }

    /// A slot, if one is free; the slot of this key, if there is a key. Beyond [`MOST_KEYS`] keys share.
    pub(super) fn free(&mut self, key: Option<&str>) -> Option<usize> {
        let Some(key) = key else { return self.any() };
        let own = self.keys.get(key).copied();
        let own = own.or_else(|| (self.keys.len() >= MOST_KEYS).then(|| self.doors.len() - 1));
        if let Some(slot) = own {
            let mut idle = self.shared.idle();
            let at = idle.iter().position(|free| *free == slot)?;
            return Some(idle.swap_remove(at));
        }
        let slot = self.add();
        self.keys.insert(key.to_owned(), slot);
        Some(slot)
    }

    fn add(&mut self) -> usize {
        let slot = self.doors.len();
        let door = Arc::new(Door::default());
        self.doors.push(door.clone());
        tokio::spawn(serve(slot, self.shared.clone(), door));
        slot
    }

    fn any(&mut self) -> Option<usize> {
        let room = self.doors.len() < self.most;
        if self.users && room {
            return Some(self.add());
        }
        let idle = self.shared.idle().pop();
        idle.or_else(|| room.then(|| self.add()))
    }

    /// A slot, as soon as one is free.
    pub(super) async fn freed(&mut self, key: Option<&str>) -> usize {
        loop {
            if let Some(slot) = self.free(key) {
                return slot;
            }
            self.shared.freed.notified().await;
        }
    }

    /// Waits until nothing is in flight.
    pub(super) async fn drained(&self) {
        while self.shared.idle().len() < self.doors.len() {
            self.shared.freed.notified().await;
        }
    }

    /// Opens `width` connections and waits until they stand.
    pub(super) async fn open(&mut self, width: usize) -> Result<(), LoadError> {
        let slots: Vec<usize> = std::iter::from_fn(|| self.any()).take(width).collect();
        for slot in slots {
            self.order(slot, Order::Open)?;
        }
        self.drained().await;
        Ok(())
    }

    /// Lets a free slot send.
    pub(super) fn send(&self, slot: usize, job: Job) -> Result<(), LoadError> {
        self.order(slot, Order::Send(job))
    }

    fn order(&self, slot: usize, order: Order) -> Result<(), LoadError> {
        self.doors.get(slot).ok_or(LoadError::Stopped)?.give(order);
        Ok(())
    }

    /// What the phase came to; nothing may be in flight any more.
    pub(super) fn tallies(self) -> Tallies {
        std::mem::replace(&mut *self.shared.tallies(), Tallies::new())
    }
}

impl Door {
    fn give(&self, order: Order) {
        *self.order.lock().unwrap_or_else(PoisonError::into_inner) = Some(order);
        self.called.notify_one();
    }

    async fn next(&self) -> Order {
        loop {
            if let Some(order) = self.order.lock().unwrap_or_else(PoisonError::into_inner).take() {
                return order;
            }
            self.called.notified().await;
        }
    }
}

impl Shared {
    fn idle(&self) -> MutexGuard<'_, Vec<usize>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tallies(&self) -> MutexGuard<'_, Tallies> {
        self.tallies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn send(&self, line: &mut Option<Line>, mut job: Job, mut timer: Pin<&mut Sleep>) {
        job.sent = Instant::now();
        let late = job.sent.saturating_duration_since(job.ready);
        match job.made.planned.talks(&self.address.host) {
            None => {
                self.begin(&job, late);
                timer.as_mut().reset((job.sent + self.timeout).into());
                let outcome = exchange(line, job, &self.address, timer).await;
                self.end(&outcome);
            }
            Some(talks) => {
                talks.iter().for_each(|_| self.begin(&job, late));
                talk(job, talks, &self.address, self.timeout, |outcome| self.end(&outcome)).await;
            }
        }
    }

    fn begin(&self, job: &Job, late: Duration) {
        self.tallies().begin(&job.made.planned.name, late);
        self.progress.sent.fetch_add(1, Relaxed);
    }

    fn end(&self, outcome: &Outcome) {
        let failed = self.tallies().end(outcome);
        if outcome.seen.status.is_some() {
            self.progress.answered.fetch_add(1, Relaxed);
        }
        self.progress.failed.fetch_add(u64::from(failed), Relaxed);
    }
}

async fn serve(slot: usize, shared: Arc<Shared>, door: Arc<Door>) {
    let mut line: Option<Line> = None;
    // One for all requests: to move a timer on is cheaper than to make one.
    let mut timer = pin!(sleep(shared.timeout));
    loop {
        match next(&mut line, &door).await {
            Order::Send(job) => shared.send(&mut line, job, timer.as_mut()).await,
            Order::Open if line.as_ref().is_some_and(|line| line.fresh(Instant::now())) => {}
            Order::Open => {
                let open = tokio::time::timeout(shared.timeout, Line::open(&shared.address));
                line = open.await.ok().and_then(Result::ok);
            }
        }
        if !shared.keep {
            line = None;
        }
        shared.idle().push(slot);
        shared.freed.notify_one();
    }
}

/// Waits for an order; an idle connection that the service closes meanwhile is closed here too.
async fn next(line: &mut Option<Line>, door: &Door) -> Order {
    if let Some(open) = line {
        tokio::select! {
            biased;
            order = door.next() => return order,
            () = open.closed() => {}
        }
        *line = None;
    }
    door.next().await
}
