//! Ctrl-C and its kin.

use std::io;
use std::sync::{Arc, OnceLock};

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Signals that ask a run to end. While this lives they no longer end Plimsoll by themselves.
#[derive(Debug)]
pub struct Interrupt {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Interrupt {
    /// Begins to listen; needs a tokio runtime.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for the next one; its name.
    pub(crate) async fn wait(&mut self) -> &'static str {
        tokio::select! {
            Some(()) = self.interrupt.recv() => "SIGINT",
            Some(()) = self.terminate.recv() => "SIGTERM",
            Some(()) = self.hangup.recv() => "SIGHUP",
            else => std::future::pending().await,
        }
    }
}

/// Remembers the first signal, whatever goes on meanwhile: for work between two runs that is no event loop's.
#[derive(Debug)]
pub struct Watch {
    seen: Arc<OnceLock<&'static str>>,
    // Ends the listening when it is dropped.
    _runtime: tokio::runtime::Runtime,
}

impl Watch {
    /// Begins to listen.
    ///
    /// # Errors
    /// When the system gives no thread or no handler.
    pub fn begin() -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let seen = Arc::new(OnceLock::new());
        let mut interrupt = {
            let _entered = runtime.enter();
            Interrupt::listen()?
        };
        let told = Arc::clone(&seen);
        runtime.spawn(async move {
            let signal = interrupt.wait().await;
            told.get_or_init(|| signal);
        });
        Ok(Self { seen, _runtime: runtime })
    }

    /// The name of the first signal, if one came.
    pub fn seen(&self) -> Option<&'static str> {
        self.seen.get().copied()
    }
}
