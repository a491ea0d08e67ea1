//! Ctrl-C and its kin.

use std::future::poll_fn;
use std::io;
use std::task::Poll;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch::{Receiver, channel};

/// Signals that ask a run to end. While this lives they no longer end Plimsoll by themselves.
#[derive(Debug)]
pub struct Interrupt {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
    /// The first signal before this listened, if one came then.
    earlier: Option<Receiver<Option<&'static str>>>,
}

impl Interrupt {
    /// Begins to listen; needs a tokio runtime.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            earlier: None,
        })
    }

    /// Begins to listen where a watch goes on: what it saw, or sees only now, counts too.
    ///
    /// # Errors
    /// When the system gives no handler.
    pub fn since(watch: &Watch) -> io::Result<Self> {
        Ok(Self { earlier: Some(watch.seen.clone()), ..Self::listen()? })
    }

    /// Waits for the next one; its name.
    pub(crate) async fn wait(&mut self) -> &'static str {
        let signal = tokio::select! {
            Some(()) = self.interrupt.recv() => "SIGINT",
            Some(()) = self.terminate.recv() => "SIGTERM",
            Some(()) = self.hangup.recv() => "SIGHUP",
            Some(signal) = first(&mut self.earlier) => signal,
            else => std::future::pending().await,
        };
        if self.earlier.take().is_some() {
            // One signal may have been told by both.
            poll_fn(|context| {
                let own = [&mut self.interrupt, &mut self.terminate, &mut self.hangup];
                for signal in own {
                    let _ = signal.poll_recv(context);
                }
                Poll::Ready(())
            })
            .await;
        }
        signal
    }
}

/// What a watch has seen, as soon as it has; `None` if it never will.
async fn first(earlier: &mut Option<Receiver<Option<&'static str>>>) -> Option<&'static str> {
    *earlier.as_mut()?.wait_for(Option::is_some).await.ok()?
}

/// Remembers the first signal, whatever goes on meanwhile: for work between two runs that is no event loop's.
#[derive(Debug)]
pub struct Watch {
    seen: Receiver<Option<&'static str>>,
    // Ends the listening when it is dropped.
    runtime: tokio::runtime::Runtime,
}

impl Watch {
    /// Begins to listen.
    ///
    /// # Errors
    /// When the system gives no thread or no handler.
    pub fn begin() -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let (tell, seen) = channel(None);
        let mut interrupt = {
            let _entered = runtime.enter();
            Interrupt::listen()?
        };
        runtime.spawn(async move {
            tell.send_replace(Some(interrupt.wait().await));
        });
        Ok(Self { seen, runtime })
    }

    /// Does this as soon as the first signal comes, with its name.
    pub fn at_first(&self, act: impl FnOnce(&'static str) + Send + 'static) {
        let mut seen = Some(self.seen.clone());
        self.runtime.spawn(async move {
            if let Some(signal) = first(&mut seen).await {
                act(signal);
            }
        });
    }

    /// The name of the first signal, if one came.
    pub fn seen(&self) -> Option<&'static str> {
        *self.seen.borrow()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// As of a watch that has this to tell once it is told to.
    fn interrupt(seen: Receiver<Option<&'static str>>) -> Interrupt {
        Interrupt { earlier: Some(seen), ..Interrupt::listen().unwrap() }
    }

    #[tokio::test]
    async fn a_signal_that_the_watch_tells_late_counts_once() {
        let (tell, seen) = channel(None);
        let mut interrupt = interrupt(seen);
        let waiting = tokio::spawn(async move {
            let signal = interrupt.wait().await;
            (signal, tokio::time::timeout(Duration::from_millis(50), interrupt.wait()).await.is_err())
        });
        tokio::task::yield_now().await;
        tell.send_replace(Some("SIGINT"));
        assert_eq!(waiting.await.unwrap(), ("SIGINT", true));
    }

    #[tokio::test]
    async fn a_watch_that_sees_nothing_ends_nothing() {
        let (tell, seen) = channel(None);
        let mut interrupt = interrupt(seen);
        drop(tell);
        assert!(tokio::time::timeout(Duration::from_millis(50), interrupt.wait()).await.is_err());
    }
}
