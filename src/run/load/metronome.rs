//! A timer that is exact to some microseconds; the runtime's own turns once in a millisecond.
//!
//! The kernel wakes a thread late: by tens of microseconds, more where a core has to leave a sleep state. So the timer
//! is set earlier by as much as it was late of late, and the rest is waited out awake.

use std::future::poll_fn;
use std::os::fd::{AsFd as _, AsRawFd, RawFd};
use std::task::Poll;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use super::LoadError;

/// Nothing is waited out awake for longer than this: that would cost the service its processor.
const LONGEST_AWAKE: Duration = Duration::from_micros(120);

/// A kernel timer.
pub(super) struct Metronome {
    timer: AsyncFd<Timer>,
    late: Lateness,
}

struct Timer(TimerFd);

impl AsRawFd for Timer {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_fd().as_raw_fd()
    }
}

impl Metronome {
    pub(super) fn new() -> Result<Self, LoadError> {
        let flags = TimerFlags::TFD_NONBLOCK | TimerFlags::TFD_CLOEXEC;
        let timer = TimerFd::new(ClockId::CLOCK_MONOTONIC, flags).map_err(failed)?;
        #[expect(unsafe_code, reason = "the runtime's only way to wait for a descriptor of one's own")]
        // SAFETY: `Timer` owns its descriptor, always names the same one, and is given out by reference only,
        // so it stays open and registered until `AsyncFd` drops it, which deregisters it first.
        let registered = unsafe { AsyncFd::register_with_interest(Timer(timer), Interest::READABLE) };
        let timer = registered.map_err(|error| failed(error.into_parts().1))?;
        Ok(Self { timer, late: Lateness::default() })
    }

    /// Waits until `due`; at once if that is past.
    pub(super) async fn until(&mut self, due: Instant) -> Result<(), LoadError> {
        let early = self.late.usual().min(LONGEST_AWAKE);
        if let Some(left) = left_until(due).filter(|left| *left > early) {
            let wanted = Instant::now() + (left - early);
            self.sleep_until(wanted).await?;
            self.late.learn(wanted.elapsed());
        }
        while left_until(due).is_some() {
            step_aside().await;
        }
        Ok(())
    }

    async fn sleep_until(&self, wanted: Instant) -> Result<(), LoadError> {
        while let Some(left) = left_until(wanted) {
            let once = Expiration::OneShot(TimeSpec::from_duration(left));
            self.timer.get_ref().0.set(once, TimerSetTimeFlags::empty()).map_err(failed)?;
            let mut ready = self.timer.readable().await.map_err(failed)?;
            match ready.get_inner().0.wait() {
                Ok(()) | Err(Errno::EAGAIN) => ready.clear_ready(),
                Err(error) => return Err(failed(error)),
            }
        }
        Ok(())
    }
}

fn left_until(due: Instant) -> Option<Duration> {
    due.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
}

/// By how much the timer is late: mean and mean deviation, as round trips are estimated (RFC 6298).
#[derive(Default)]
struct Lateness {
    mean: f64,
    deviation: f64,
}

impl Lateness {
    fn learn(&mut self, late: Duration) {
        // What is far off says nothing of the next time.
        let late = late.min(LONGEST_AWAKE * 2).as_secs_f64();
        self.deviation += ((late - self.mean).abs() - self.deviation) / 16.0;
        self.mean += (late - self.mean) / 16.0;
    }

    /// Seldom more.
    fn usual(&self) -> Duration {
        Duration::from_secs_f64(self.mean + 2.0 * self.deviation)
    }
}

/// Lets the tasks that are ready run. Unlike a yield of the runtime, which asks the kernel for events first, it costs
/// no system call.
pub(super) async fn step_aside() {
    let mut aside = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut aside, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

fn failed(source: impl Into<std::io::Error>) -> LoadError {
    LoadError::Machine { what: "keep time with a kernel timer", source: source.into() }
}
