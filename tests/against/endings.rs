//! However it ends, no check-out and no process is left.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStderr};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::shop::{BUILD, LEAKY, SOUND, Shop, Told};

/// Reads what a run says until a line has this text.
fn until(lines: &mut BufReader<ChildStderr>, text: &str) {
    let mut seen = String::new();
    while !seen.lines().last().unwrap_or_default().contains(text) {
        assert!(lines.read_line(&mut seen).unwrap() > 0, "no `{text}` in:\n{seen}");
    }
}

/// Starts a run and sends it a signal as soon as it says this.
fn ended_at(shop: &Shop, text: &str, signal: Signal) -> Told {
    let mut child: Child = shop.start(&["run", "--against", "base"]);
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    until(&mut lines, text);
    kill(Pid::from_raw(child.id().cast_signed()), signal).unwrap();
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    let told = Told::from(child.wait_with_output().unwrap());
    Told { err: rest, ..told }
}

#[test]
fn after_ctrl_c_during_a_build_nothing_is_left() {
    let shop = Shop::new(SOUND, LEAKY, r#"["sh", "-c", "sleep 1234"]"#);
    let told = ended_at(&shop, "building the work tree", Signal::SIGINT);
    assert!(told.code == Some(3) && told.err.contains("ended by SIGINT"), "{}", told.err);
    shop.is_tidy();
}

#[test]
fn after_ctrl_c_during_the_other_side_nothing_is_left() {
    let shop = Shop::new(SOUND, LEAKY, BUILD);
    let told = ended_at(&shop, "now `base`", Signal::SIGTERM);
    assert!(told.code == Some(3) && told.err.contains("ended by SIGTERM"), "{}", told.err);
    shop.is_tidy();
}

#[test]
fn what_a_kill_9_leaves_goes_with_the_next_run() {
    let slow = r#"["sleep", "1234"]"#;
    let shop = Shop::new(SOUND, LEAKY, slow);
    ended_at(&shop, "building the work tree", Signal::SIGKILL);
    assert_eq!(shop.git(&["worktree", "list"]).lines().count(), 2, "a kill -9 cannot be caught");
    shop.policy(r#"["false"]"#, "");
    let told = shop.plimsoll(&["run", "--against", "base"]);
    assert_eq!(told.code, Some(3), "{}", told.err);
    shop.policy(slow, "");
    shop.is_tidy();
}
