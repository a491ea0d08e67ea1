//! However a run ends, no process, no control group and no temporary folder is left.

use std::path::Path;

use nix::sys::signal::Signal;

use crate::scene::{Running, Scene, alive, groups, until};

fn scene() -> Scene {
    Scene::python("dumps = \"never\"\nmemory-limit = \"1 GiB\"", "")
}

/// Starts a run, ends it under load, and checks that nothing is left.
fn ended_by(signal: Signal) -> (Scene, crate::scene::Ran) {
    let scene = scene();
    let temporary = tempfile::tempdir().unwrap();
    let mut running = Running::of(scene.command(&[]).env("TMPDIR", temporary.path()));
    let plimsoll = running.child.id();
    running.until("steady 1");
    let (service, daemon) = (scene.pid("pids"), scene.pid("daemon"));
    assert!(alive(service) && alive(daemon) && !is_empty(temporary.path()));
    running.signal(signal);
    let ran = running.wait();
    until("no process of the service", || !alive(service) && !alive(daemon));
    until("no control group", || groups(plimsoll).is_empty());
    until("no temporary folder", || is_empty(temporary.path()));
    (scene, ran)
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().next().is_none()
}

#[test]
fn after_a_normal_end_nothing_is_left() {
    let scene = scene();
    let mut running = Running::start(&scene, &[]);
    let plimsoll = running.child.id();
    running.until("steady 1");
    let (service, daemon) = (scene.pid("pids"), scene.pid("daemon"));
    let ran = running.wait();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(!alive(service) && !alive(daemon));
    assert_eq!(groups(plimsoll), Vec::<std::path::PathBuf>::new());
}

#[test]
fn after_kill_9_nothing_is_left() {
    let (scene, ran) = ended_by(Signal::SIGKILL);
    assert_eq!(ran.code, None);
    let recording = scene.recording();
    assert!(!recording.complete && recording.steady().count() >= 1, "the events were kept");
}

#[test]
fn after_ctrl_c_nothing_is_left_and_the_recording_is_kept() {
    let (scene, ran) = ended_by(Signal::SIGINT);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("ended by SIGINT") && ran.stderr.contains("is kept in `"), "{}", ran.stderr);
    let recording = scene.recording();
    assert!(!recording.complete && recording.ended.is_some() && recording.steady().count() >= 1);
}

#[test]
fn after_sigterm_nothing_is_left_and_the_recording_is_kept() {
    let (scene, ran) = ended_by(Signal::SIGTERM);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(scene.recording().ended.is_some());
}
