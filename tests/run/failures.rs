//! What cannot be measured ends with code 3, says why and what to do, and keeps what was recorded.

use std::net::TcpListener;
use std::os::unix::process::CommandExt;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::scene::{Ran, Running, Scene, alive, groups, until};

fn failed(ran: &Ran, words: &[&str]) {
    assert_eq!(ran.code, Some(3), "{}\n{}", ran.stdout, ran.stderr);
    for word in words {
        assert!(ran.stderr.contains(word), "`{word}` in:\n{}", ran.stderr);
    }
}

#[test]
fn a_port_that_is_taken_is_said_with_its_holder() {
    let scene = Scene::python("dumps = \"never\"", "");
    let _holder = TcpListener::bind(("127.0.0.1", scene.port)).unwrap();
    let ran = scene.run(&[]);
    let place = format!("`127.0.0.1:{}` is already taken", scene.port);
    failed(&ran, &[&place, &format!("(pid {})", std::process::id()), "change the port", "is kept in `"]);
}

#[test]
fn a_service_that_ends_early_is_shown_with_its_last_words() {
    let scene = Scene::new(
        "command = [\"sh\", \"-c\", \"echo no database; exit 5\"]\nready = { tcp = \"127.0.0.1:{port}\", within = \"20 s\" }",
        "",
    );
    failed(&scene.run(&[]), &["ended with exit code 5 before it was ready", "no database", "is kept in `"]);
    assert!(!scene.recording().complete);
}

#[test]
fn a_service_that_never_gets_ready_is_shown_with_its_last_words() {
    let scene = Scene::new(
        "command = [\"sh\", \"-c\", \"echo still thinking; exec sleep 300\"]\n\
         ready = { http = \"http://127.0.0.1:{port}/\", within = \"1 s\" }\nstop-within = \"1 s\"",
        "",
    );
    failed(&scene.run(&[]), &["not ready within 1.0 s", "did not answer 2xx or 3xx", "still thinking", "is kept in `"]);
}

#[test]
fn a_command_that_does_not_exist_is_named() {
    let scene =
        Scene::new("command = [\"no-such-program\"]\nready = { tcp = \"127.0.0.1:{port}\", within = \"20 s\" }", "");
    failed(&scene.run(&[]), &["`no-such-program` was not found"]);
}

#[test]
fn a_killed_keeper_ends_the_run_and_leaves_nothing() {
    let scene = Scene::python("dumps = \"never\"\nmemory-limit = \"1 GiB\"", "");
    let mut running = Running::start(&scene, &[]);
    let plimsoll = running.child.id();
    running.until("steady 1");
    let (service, daemon) = (scene.pid("pids"), scene.pid("daemon"));
    let status = std::fs::read_to_string(format!("/proc/{service}/status")).unwrap();
    let keeper = status.lines().find_map(|line| line.strip_prefix("PPid:\t")).unwrap();
    assert_ne!(keeper, plimsoll.to_string());
    kill(Pid::from_raw(keeper.parse().unwrap()), Signal::SIGKILL).unwrap();
    failed(&running.wait(), &["the process that keeps the service ended by itself", "is kept in `"]);
    until("no process of the service", || !alive(service) && !alive(daemon));
    until("no control group", || groups(plimsoll).is_empty());
}

/// Enough for the agents, not for the events.
const SIZE: u64 = 36_000;

#[test]
fn a_full_disk_ends_the_run_and_keeps_what_was_written() {
    // Many rounds, so that there is much to write.
    let rounds = "[load.ugly.again]\nget = \"/plain\"\nrequests = 40\nrounds = 20";
    let scene = Scene::python("dumps = \"never\"\nsample-every = \"10 ms\"", rounds);
    let mut command = scene.command(&[]);
    // A limit on the size of files stands for a full disk: it gives the same kind of error, and needs no mount.
    let limit = || {
        nix::sys::resource::setrlimit(nix::sys::resource::Resource::RLIMIT_FSIZE, SIZE, SIZE)?;
        let ignored = nix::sys::signal::SigHandler::SigIgn;
        ignore(ignored)?;
        Ok(())
    };
    #[expect(unsafe_code, reason = "the limit has to be set between fork and exec")]
    // SAFETY: the closure only makes two system calls.
    let command = unsafe { command.pre_exec(limit) };
    let ran = Ran::from(command.output().unwrap());
    failed(&ran, &["failed to", "events.jsonl", "make room", "could be written"]);
    let service = scene.pid("pids");
    assert!(!alive(service) && !alive(scene.pid("daemon")));
    assert!(scene.recording().ready.is_some(), "the events before were kept");
}

#[expect(unsafe_code, reason = "setting a signal's disposition is unsafe by its signature")]
fn ignore(how: nix::sys::signal::SigHandler) -> nix::Result<()> {
    // SAFETY: ignoring a signal runs no code in the handler's context.
    unsafe { nix::sys::signal::signal(nix::sys::signal::Signal::SIGXFSZ, how) }.map(drop)
}
