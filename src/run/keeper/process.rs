//! The keeper's own process: starts the service, passes its output on, ends its tree.

use std::collections::BTreeSet;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use nix::sys::prctl;
use nix::unistd::Pid;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::net::unix::pipe::Receiver;
use tokio::signal::unix::{SignalKind, signal};

use super::log::Log;
use super::spawn::{Spawned, spawn};
use super::wire::Command;
use super::{Order, Report, end, reap};

/// How long the service may take to end when Plimsoll is not there any more to wait for it.
const ORPHAN_PATIENCE: Duration = Duration::from_secs(5);
/// How long SIGKILL is repeated before the keeper gives up.
const KILLING: Duration = Duration::from_secs(20);
/// The largest order that is read.
const ORDER: u64 = 4 << 20;

/// Runs the keeper: the whole of `plimsoll __keeper`.
pub fn main() -> ExitCode {
    let kept = order().and_then(|order| {
        prctl::set_child_subreaper(true)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(keep(&order))
    });
    match kept {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&Report::Failed { why: error.to_string() });
            ExitCode::from(3)
        }
    }
}

/// Reads the order byte by byte: what follows it belongs to the event loop.
fn order() -> io::Result<Order> {
    let mut line = Vec::new();
    let mut control = io::stdin().as_fd().try_clone_to_owned().map(std::fs::File::from)?.take(ORDER);
    let mut byte = [0];
    while control.read(&mut byte)? == 1 && byte != *b"\n" {
        line.extend_from_slice(&byte);
    }
    serde_json::from_slice(&line)
        .map_err(|_| io::Error::other("this command is for plimsoll's own use: try `plimsoll run`"))
}

/// Says something on the report pipe; when nobody listens any more the control pipe tells.
fn say(report: &Report) {
    let mut line = serde_json::to_vec(report).unwrap_or_default();
    line.push(b'\n');
    let mut out = io::stdout().lock();
    let _nobody_listens = out.write_all(&line).and_then(|()| out.flush());
}

/// The live state of the keeper.
struct Watch<'a> {
    order: &'a Order,
    main: Pid,
    log: Log,
    sought: Option<Vec<u8>>,
    /// The end of the output so far, where the sought text may have begun.
    seam: Vec<u8>,
}

/// What the end of the tree is at.
enum Stage {
    Running,
    Asked { until: Instant },
    Killing { until: Instant },
}

async fn keep(order: &Order) -> io::Result<()> {
    let mut deaths = signal(SignalKind::child())?;
    let mut term = signal(SignalKind::terminate())?;
    // Plimsoll decides what a Ctrl-C means; the handlers only keep these two from ending the keeper.
    let _interrupt = signal(SignalKind::interrupt())?;
    let _hangup = signal(SignalKind::hangup())?;
    let mut control = BufReader::new(Receiver::from_owned_fd(io::stdin().as_fd().try_clone_to_owned()?)?).lines();
    let log = Log::create(&order.log)
        .map_err(|error| io::Error::new(error.kind(), format!("cannot write `{}`: {error}", order.log.display())))?;
    let Spawned { pid, grouped, output } = spawn(order).map_err(io::Error::other)?;
    let mut output = Some(Receiver::from_owned_fd(output.into())?);
    say(&Report::Started { pid: pid.as_raw().cast_unsigned(), grouped });
    let sought = order.watch.as_ref().map(|text| text.clone().into_bytes());
    let mut watch = Watch { order, main: pid, log, sought, seam: Vec::new() };
    let mut stage = Stage::Running;
    let mut told_more = true;
    let mut buffer = vec![0; 64 << 10];
    loop {
        let pause = match stage {
            Stage::Running => Duration::from_secs(3600),
            Stage::Asked { .. } => Duration::from_millis(10),
            Stage::Killing { .. } => Duration::from_millis(3),
        };
        tokio::select! {
            told = next(&mut control), if told_more => {
                told_more = told.is_some();
                stage = watch.told(told, stage);
            }
            _ = deaths.recv() => watch.reap(),
            _ = term.recv() => stage = watch.told(Some(Command::Stop), stage),
            read = read(&mut output, &mut buffer) => match read {
                Some(count) => watch.output(&buffer[..count]),
                None => output = None,
            },
            () = tokio::time::sleep(pause) => {}
        }
        if let Some(left) = watch.advance(&mut stage) {
            watch.drain(&mut output, &mut buffer);
            watch.finish(left);
            if let Some(scratch) = order.scratch.as_ref().filter(|_| !told_more) {
                let _gone = std::fs::remove_dir_all(scratch);
            }
            return Ok(());
        }
    }
}

/// The next command; `None` when Plimsoll is gone.
async fn next(control: &mut Lines<BufReader<Receiver>>) -> Option<Command> {
    loop {
        match control.next_line().await {
            Ok(Some(line)) => match serde_json::from_str(&line) {
                Ok(command) => return Some(command),
                Err(_) => continue,
            },
            Ok(None) | Err(_) => return None,
        }
    }
}

/// Reads output; never returns again once there is none to come.
async fn read(output: &mut Option<Receiver>, buffer: &mut [u8]) -> Option<usize> {
    match output {
        Some(pipe) => pipe.read(buffer).await.ok().filter(|count| *count > 0),
        None => std::future::pending().await,
    }
}

impl Watch<'_> {
    fn told(&self, told: Option<Command>, stage: Stage) -> Stage {
        let patience = Duration::from_millis(self.order.patience_ms);
        match (told, stage) {
            (Some(Command::Kill), _) => self.kill(),
            (Some(Command::Stop), Stage::Running) => self.ask(patience),
            (None, Stage::Running) => self.ask(patience.min(ORPHAN_PATIENCE)),
            (None, Stage::Asked { until }) => Stage::Asked { until: until.min(Instant::now() + ORPHAN_PATIENCE) },
            (_, stage) => stage,
        }
    }

    fn ask(&self, patience: Duration) -> Stage {
        end::ask(self.main, &self.living());
        Stage::Asked { until: Instant::now() + patience }
    }

    fn kill(&self) -> Stage {
        end::kill_all(self.order.group.as_ref(), &self.living());
        Stage::Killing { until: Instant::now() + KILLING }
    }

    fn living(&self) -> BTreeSet<u32> {
        end::living(std::process::id(), self.order.group.as_ref())
    }

    fn reap(&self) {
        if let Some(exit) = reap::reap(self.main) {
            say(&Report::Exited(exit));
        }
    }

    /// Goes on with the end of the tree; what is left of it when that is over.
    fn advance(&self, stage: &mut Stage) -> Option<BTreeSet<u32>> {
        if matches!(stage, Stage::Running) {
            return None;
        }
        self.reap();
        let living = self.living();
        if living.is_empty() {
            return Some(living);
        }
        let now = Instant::now();
        match *stage {
            Stage::Asked { until } if now >= until => *stage = self.kill(),
            Stage::Killing { until } if now >= until => return Some(living),
            Stage::Killing { .. } => end::kill_all(self.order.group.as_ref(), &living),
            _ => {}
        }
        None
    }

    fn output(&mut self, bytes: &[u8]) {
        self.seek(bytes);
        if let Err(error) = self.log.write(bytes) {
            say(&Report::LogLost { why: error.to_string() });
        }
    }

    fn seek(&mut self, bytes: &[u8]) {
        let Some(sought) = &self.sought else { return };
        self.seam.extend_from_slice(bytes);
        if sought.is_empty() || self.seam.windows(sought.len()).any(|window| window == sought) {
            self.sought = None;
            self.seam = Vec::new();
            say(&Report::Seen);
        } else {
            let seam = self.seam.len().saturating_sub(sought.len() - 1);
            self.seam.drain(..seam);
        }
    }

    /// Takes what the pipe still holds; everything that could write to it is dead.
    fn drain(&mut self, output: &mut Option<Receiver>, buffer: &mut [u8]) {
        while let Some(count) = output.as_ref().and_then(|pipe| pipe.try_read(buffer).ok()).filter(|count| *count > 0) {
            self.output(&buffer[..count]);
        }
    }

    fn finish(&mut self, left: BTreeSet<u32>) {
        if let Err(error) = self.log.finish() {
            say(&Report::LogLost { why: error.to_string() });
        }
        if let Some(group) = &self.order.group {
            remove(group);
        }
        say(&Report::Gone { left: left.into_iter().collect() });
    }
}

/// Removes the group; the kernel lets go of a killed process a moment after it was reaped.
fn remove(group: &super::Group) {
    let until = Instant::now() + Duration::from_secs(2);
    while end::remove(group).is_err() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(5));
    }
}
