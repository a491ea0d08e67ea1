//! A timer that is exact to some tens of microseconds; the runtime's own turns once in a millisecond.

use std::os::fd::{AsFd as _, AsRawFd, RawFd};
use std::time::Instant;

use nix::errno::Errno;
use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use super::LoadError;

/// A kernel timer.
pub(super) struct Metronome(AsyncFd<Timer>);

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
        registered.map(Self).map_err(|error| failed(error.into_parts().1))
    }

    /// Waits until `due`; at once if that is past.
    pub(super) async fn until(&self, due: Instant) -> Result<(), LoadError> {
        while let Some(left) = due.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
            let once = Expiration::OneShot(TimeSpec::from_duration(left));
            self.0.get_ref().0.set(once, TimerSetTimeFlags::empty()).map_err(failed)?;
            let mut ready = self.0.readable().await.map_err(failed)?;
            match ready.get_inner().0.wait() {
                Ok(()) | Err(Errno::EAGAIN) => ready.clear_ready(),
                Err(error) => return Err(failed(error)),
            }
        }
        Ok(())
    }
}

fn failed(source: impl Into<std::io::Error>) -> LoadError {
    LoadError::Machine { what: "keep time with a kernel timer", source: source.into() }
}
