//! What stands in the way is said with its cure, and nothing is left behind.

use std::fs;

use super::shop::{BUILD, SOUND, Shop, Told};

#[track_caller]
fn refused(shop: &Shop, against: &str, code: i32, words: &[&str]) -> Told {
    let told = shop.plimsoll(&["run", "--against", against]);
    assert_eq!(told.code, Some(code), "{}", told.err);
    words.iter().for_each(|word| assert!(told.err.contains(word), "no `{word}` in {}", told.err));
    assert_eq!(shop.git(&["worktree", "list"]).lines().count(), 1);
    told
}

#[test]
fn a_name_that_is_no_commit() {
    let shop = Shop::new(SOUND, SOUND, BUILD);
    refused(&shop, "nowhere", 2, &["`nowhere` is no commit here", "git fetch"]);
    // What begins like an option is a name all the same.
    let told = shop.plimsoll(&["run", "--against=--help"]);
    assert_eq!(told.code, Some(2), "{}", told.err);
    assert!(told.err.contains("`--help` is no commit here"), "{}", told.err);
    shop.is_tidy();
}

#[test]
fn a_shallow_clone_that_does_not_hold_the_commit() {
    let shop = Shop::new(SOUND, SOUND, BUILD);
    let clone = tempfile::tempdir().unwrap();
    let from = format!("file://{}", shop.folder.path().display());
    shop.git(&["clone", "--quiet", "--depth", "1", &from, clone.path().to_str().unwrap()]);
    let base = shop.git(&["rev-parse", "base"]);
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.args(["run", "--against", base.trim()]).current_dir(clone.path().join("quotes"));
    let told = Told::from(command.output().unwrap());
    assert!(told.code == Some(2) && told.err.contains("fetch-depth: 0"), "{}", told.err);
}

#[test]
fn a_policy_that_does_not_say_how_to_build() {
    let shop = Shop::new(SOUND, SOUND, "");
    refused(&shop, "base", 2, &["has no `build`", "build = [\"true\"]"]);
    shop.is_tidy();
}

#[test]
fn a_command_that_both_sides_would_share() {
    let shop = Shop::new(SOUND, SOUND, BUILD);
    shop.policy(&format!("[\"make\", \"-C\", \"{}/quotes\"]", shop.folder.path().display()), "");
    refused(&shop, "base", 2, &["`build` names", "of this work tree"]);
}

#[test]
fn a_build_that_fails_shows_its_last_words() {
    let shop = Shop::new(SOUND, SOUND, r#"["sh", "-c", "echo no compiler here; exit 7"]"#);
    refused(&shop, "base", 3, &["the work tree could not be built", "exit code 7", "no compiler here"]);
    shop.is_tidy();
}

#[test]
fn a_build_that_fails_in_the_other_commit_says_which() {
    let shop = Shop::new(SOUND, SOUND, BUILD);
    fs::write(shop.path("quotes/lock"), "").unwrap();
    shop.policy(r#"["sh", "-c", "ls lock && touch built"]"#, "");
    refused(&shop, "base", 3, &["`base` (", "could not be built", "exit code"]);
}

#[test]
fn a_build_that_is_not_installed() {
    let shop = Shop::new(SOUND, SOUND, r#"["no-such-builder"]"#);
    refused(&shop, "base", 3, &["`no-such-builder` was not found"]);
}

#[test]
fn a_folder_in_no_repository() {
    let shop = Shop::new(SOUND, SOUND, BUILD);
    fs::remove_dir_all(shop.path(".git")).unwrap();
    let told = shop.plimsoll(&["run", "--against", "base"]);
    assert!(told.code == Some(2) && told.err.contains("is in no git repository"), "{}", told.err);
}

#[test]
fn a_baseline_besides_is_refused() {
    let shop = Shop::new(SOUND, SOUND, BUILD);
    let told = shop.plimsoll(&["run", "--against", "base", "--baseline", "x"]);
    assert!(told.code == Some(2) && told.err.contains("cannot be used with"), "{}", told.err);
}
