//! One request, from the connection to its outcome, by the client's behaviour.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::{JoinSet, unconstrained};
use tokio::time::Sleep;

use super::address::Address;
use super::line::Line;
use super::outcome::{End, Failure, Outcome, Seen};
use super::request_head::RequestHead;
use super::talk;
use crate::payload::Talk;
use crate::plan::PlannedRequest;

/// What is made of a planned request before it is sent.
pub(super) struct Made {
    pub(super) planned: Arc<PlannedRequest>,
    /// Its head, already checked.
    pub(super) head: RequestHead,
    pub(super) digest: [u8; 32],
}

/// A request with its time.
pub(super) struct Job {
    pub(super) made: Arc<Made>,
    /// When it was planned to be sent.
    pub(super) due: Instant,
    /// When nothing but the generator was in its way any more.
    pub(super) ready: Instant,
    /// When it was really sent.
    pub(super) sent: Instant,
}

/// Sends the request of a job as a library does and waits for what comes of it, until `timer` ends.
pub(super) async fn exchange(line: &mut Option<Line>, job: Job, address: &Address, timer: Pin<&mut Sleep>) -> Outcome {
    let mut seen = Seen::default();
    let end = in_time(on_line(line, &job, address, &mut seen), timer).await;
    seen.bytes_out = line.as_ref().map_or(0, Line::sent);
    let outcome = outcome(&job, end, seen);
    // A client has to close what carries no other request (RFC 9112, section 9.6).
    line.take_if(|line| !(matches!(end, End::Answered(_)) && line.goes_on()));
    outcome
}

/// Has the talks of a job's request, side by side; one outcome for each, told as it comes.
pub(super) async fn talk(
    job: Job,
    talks: Vec<Talk>,
    address: &Arc<Address>,
    timeout: Duration,
    tell: impl Fn(Outcome),
) {
    // Dropped with this future, which ends every connection.
    let mut running = JoinSet::new();
    for talk in talks {
        let address = address.clone();
        running.spawn(async move { talk::run(talk, &address, timeout).await });
    }
    while let Some(ended) = running.join_next().await {
        let (end, seen) = ended.unwrap_or((End::Failed(Failure::Unreachable), Seen::default()));
        tell(outcome(&job, end, seen));
    }
}

fn outcome(job: &Job, end: End, seen: Seen) -> Outcome {
    let now = Instant::now();
    let since =
        |instant: Instant| u64::try_from(now.saturating_duration_since(instant).as_micros()).unwrap_or(u64::MAX);
    let (latency_us, from_send_us) = (since(job.due), since(job.sent));
    let planned = &job.made.planned;
    Outcome { name: planned.name.clone(), expect: planned.expect, end, seen, latency_us, from_send_us }
}

/// The timer is asked even after the exchange used up what a task may do in one go: where data is always there it does
/// so each time, and would be read for ever.
async fn in_time(exchange: impl Future<Output = Result<u16, Failure>>, timer: Pin<&mut Sleep>) -> End {
    tokio::select! {
        biased;
        answered = exchange => answered.map_or_else(End::Failed, End::Answered),
        () = unconstrained(timer) => End::Failed(Failure::Timeout),
    }
}

/// A request is never sent twice, with one exception that the service cannot see: the kept connection
/// turned out to be closed before a single byte of the request was written.
async fn on_line(line: &mut Option<Line>, job: &Job, address: &Address, seen: &mut Seen) -> Result<u16, Failure> {
    let (head, body) = (&job.made.head, &job.made.planned.body);
    if let Some(kept) = line.as_mut().filter(|kept| kept.fresh(job.sent)) {
        match kept.exchange(head, body, seen).await {
            Err(_) if !kept.began() => {}
            other => return other,
        }
    }
    *line = None;
    let new = line.insert(Line::open(address).await?);
    new.exchange(head, body, seen).await
}

#[cfg(test)]
mod tests;
