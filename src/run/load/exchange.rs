//! One request, from the connection to its outcome, by the client's behaviour.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::Request;
use tokio::task::JoinSet;

use super::address::Address;
use super::line::Line;
use super::outcome::{End, Failure, Outcome, Seen};
use super::outgoing::{self, Outgoing};
use super::talk;
use crate::payload::Talk;
use crate::plan::PlannedRequest;

/// A request with its time.
pub(super) struct Job {
    pub(super) planned: PlannedRequest,
    /// Its head, already checked.
    pub(super) head: Request<()>,
    /// When it was planned to be sent.
    pub(super) due: Instant,
    /// When nothing but the generator was in its way any more.
    pub(super) ready: Instant,
    /// When it was really sent.
    pub(super) sent: Instant,
}

/// Sends the request of a job as a library does and waits for what comes of it, at most `timeout`.
pub(super) async fn exchange(line: &mut Option<Line>, mut job: Job, address: &Address, timeout: Duration) -> Outcome {
    let mut seen = Seen::default();
    let end = polite(line, &mut job, address, timeout, &mut seen).await;
    outcome(&job, end, seen)
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
    let since = |instant: Instant| u64::try_from(instant.elapsed().as_micros()).unwrap_or(u64::MAX);
    let (latency_us, from_send_us) = (since(job.due), since(job.sent));
    Outcome { name: job.planned.name.clone(), expect: job.planned.expect, end, seen, latency_us, from_send_us }
}

async fn polite(line: &mut Option<Line>, job: &mut Job, address: &Address, timeout: Duration, seen: &mut Seen) -> End {
    let end = match tokio::time::timeout(timeout, on_line(line, job, address, seen)).await {
        Ok(Ok(status)) => End::Answered(status),
        Ok(Err(failure)) => End::Failed(failure),
        Err(_) => End::Failed(Failure::Timeout),
    };
    if let Some(used) = line {
        seen.bytes_out = used.meter.body();
        // After an answer that came before the body's end the connection is in the middle of a request.
        if !matches!(end, End::Answered(_)) || !used.meter.whole() {
            *line = None;
        }
    }
    end
}

/// A request is never sent twice, with one exception that the service cannot see: the kept connection
/// turned out to be closed before a single byte of the request was written.
async fn on_line(line: &mut Option<Line>, job: &mut Job, address: &Address, seen: &mut Seen) -> Result<u16, Failure> {
    if let Some(kept) = line.take_if(|kept| kept.fresh()) {
        let kept = line.insert(kept);
        match kept.exchange(request(job, kept), seen).await {
            Err(_) if !kept.meter.began() => {
                // It was a head once: it is one again.
                job.head = outgoing::head(&job.planned, &address.host).map_err(|_| Failure::Malformed)?;
            }
            other => return other,
        }
    }
    let new = line.insert(Line::open(address).await?);
    new.exchange(request(job, new), seen).await
}

/// The request with its body from the beginning; takes the head of the job.
fn request(job: &mut Job, line: &Line) -> Request<Outgoing> {
    let body = Outgoing::new(&job.planned.body, Arc::clone(&line.meter));
    std::mem::take(&mut job.head).map(|()| body)
}
