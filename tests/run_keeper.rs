//! The keeper: whatever the service does and however its keeper is told to end, nothing is left.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use plimsoll::run::keeper::{Exit, Group, Keeper, KeeperError, Order, Report};

const PLIMSOLL: &str = env!("CARGO_BIN_EXE_plimsoll");

fn order(folder: &Path, script: &str) -> Order {
    Order {
        command: ["sh", "-c", script].map(str::to_owned).to_vec(),
        directory: folder.to_owned(),
        env: BTreeMap::from([("GREETING".to_owned(), "ahoy".to_owned())]),
        log: folder.join("log.txt"),
        group: None,
        patience_ms: 500,
        watch: None,
        scratch: None,
    }
}

/// A temporary folder with something in it.
fn scratch(folder: &Path) -> PathBuf {
    let scratch = folder.join("scratch");
    let made = std::fs::create_dir(&scratch).and_then(|()| std::fs::write(scratch.join("file"), ""));
    assert!(made.is_ok(), "{made:?}");
    scratch
}

fn alive(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

fn until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !condition() {
        assert!(Instant::now() < deadline, "{what} within 20 s");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The pids that a script wrote into a file, one a line.
fn pids(file: &Path, count: usize) -> Vec<u32> {
    let read = || -> Vec<u32> {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        text.lines().filter_map(|line| line.trim().parse().ok()).collect()
    };
    until("pids", || read().len() >= count);
    read()
}

/// A service that forks a child, and a daemon that left its session and its parents; all of them ignore SIGTERM.
const STUBBORN: &str = "trap '' TERM; echo $$ >> pids; (echo $(exec sh -c 'echo $PPID') >> pids; sleep 300; sleep 300) & \
    setsid sh -c '(trap \"\" TERM; setsid sh -c \"echo \\$\\$ >> pids; sleep 300; sleep 300\" &) ; exit 0' & \
    sleep 300; sleep 300";

#[tokio::test]
async fn a_stubborn_tree_with_a_daemon_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let scratch = scratch(folder.path());
    let order = Order { scratch: Some(scratch.clone()), ..order(folder.path(), STUBBORN) };
    let (mut keeper, started) = Keeper::start(Path::new(PLIMSOLL), &order).await.unwrap();
    let pids = pids(&folder.path().join("pids"), 3);
    assert!(pids.contains(&started.pid));
    assert!(pids.iter().all(|pid| alive(*pid)));
    keeper.stop().await.unwrap();
    assert!(!pids.iter().any(|pid| alive(*pid)), "{pids:?}");
    assert!(scratch.join("file").exists(), "whoever is alive removes its own folder");
}

#[tokio::test]
async fn the_tree_ends_when_plimsoll_is_gone_and_its_temporary_folder_goes() {
    let folder = tempfile::tempdir().unwrap();
    let scratch = scratch(folder.path());
    let order = Order { scratch: Some(scratch.clone()), ..order(folder.path(), STUBBORN) };
    let (keeper, _) = Keeper::start(Path::new(PLIMSOLL), &order).await.unwrap();
    let pids = pids(&folder.path().join("pids"), 3);
    let own = keeper.pid();
    drop(keeper);
    until("no process", || !pids.iter().any(|pid| alive(*pid)));
    until("no keeper", || !alive(own));
    assert!(!scratch.exists() && folder.path().join("log.txt").exists());
}

#[tokio::test]
async fn the_service_ends_when_its_keeper_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let (mut keeper, started) =
        Keeper::start(Path::new(PLIMSOLL), &order(folder.path(), "trap '' TERM; sleep 300")).await.unwrap();
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(keeper.pid() as i32), nix::sys::signal::Signal::SIGKILL).unwrap();
    assert_eq!(keeper.next().await, None);
    until("no service", || !alive(started.pid));
}

#[tokio::test]
async fn output_and_end_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let mut order = order(folder.path(), "echo $GREETING; echo rea >&2; printf 'I am rea'; echo dy; exit 7");
    order.watch = Some("am ready".to_owned());
    let (mut keeper, _) = Keeper::start(Path::new(PLIMSOLL), &order).await.unwrap();
    let mut reports = vec![keeper.next().await.unwrap(), keeper.next().await.unwrap()];
    reports.sort_by_key(|report| *report != Report::Seen);
    assert_eq!(reports, [Report::Seen, Report::Exited(Exit { code: Some(7), signal: None })]);
    keeper.stop().await.unwrap();
    let log = std::fs::read_to_string(&order.log).unwrap();
    assert_eq!(log, "ahoy\nrea\nI am ready\n");
}

#[tokio::test]
async fn a_command_that_does_not_exist_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut order = order(folder.path(), "");
    order.command = vec!["no-such-program".to_owned()];
    let error = Keeper::start(Path::new(PLIMSOLL), &order).await.unwrap_err();
    assert!(matches!(error, KeeperError::NoService(_)));
    assert!(error.to_string().contains("`no-such-program` was not found"), "{error}");
    order.directory = folder.path().join("nowhere");
    let error = Keeper::start(Path::new(PLIMSOLL), &order).await.unwrap_err();
    assert!(error.to_string().contains("does not exist"), "{error}");
}

#[tokio::test]
async fn a_log_that_cannot_be_written_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut order = order(folder.path(), "echo one; echo two; exit 3");
    order.log = "/dev/full".into();
    let (mut keeper, _) = Keeper::start(Path::new(PLIMSOLL), &order).await.unwrap();
    let mut reports = vec![keeper.next().await.unwrap(), keeper.next().await.unwrap()];
    reports.sort_by_key(|report| matches!(report, Report::Exited(_)));
    assert!(matches!(reports[0], Report::LogLost { .. }), "{reports:?}");
    assert_eq!(reports[1], Report::Exited(Exit { code: Some(3), signal: None }));
    keeper.stop().await.unwrap();
}

#[tokio::test]
async fn a_missing_group_does_not_keep_the_service_from_running() {
    let folder = tempfile::tempdir().unwrap();
    let mut order = order(folder.path(), "sleep 300");
    order.group = Some(Group { folder: folder.path().join("no-group") });
    let (mut keeper, started) = Keeper::start(Path::new(PLIMSOLL), &order).await.unwrap();
    assert!(!started.grouped);
    keeper.kill().await.unwrap();
    assert!(!alive(started.pid));
}
