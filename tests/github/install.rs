//! How the action gets its plimsoll: by path, as a release that is checked, or from source. What reaches out is a stub.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::scene::write;

/// Gives what lies in the folder of the server that is asked, and writes down the address.
const CURL: &str = r#"#!/bin/bash
while [ $# -gt 1 ]; do [ "$1" = --output ] && output=$2; shift; done
echo "curl $1" >>"$SCENE/journal"
host=${1#https://}
cp "$SCENE/servers/${host%%/*}/${1##*/}" "$output" 2>/dev/null || exit 22
"#;
const GH: &str = r#"#!/bin/bash
[ "$2" = verify ] || exit 0
echo "gh ${@:4}" >>"$SCENE/journal"
[ ! -e "$SCENE/forged" ]
"#;
const CARGO: &str = r#"#!/bin/bash
echo "cargo ${@:5} token:${GH_TOKEN:-none}" >>"$SCENE/journal"
mkdir -p "$4/bin" && cp "$SCENE/program" "$4/bin/plimsoll"
"#;
const PROGRAM: &str = "#!/bin/bash\necho plimsoll of the scene\n";

struct Scene {
    folder: tempfile::TempDir,
}

struct Told {
    code: Option<i32>,
    text: String,
    /// The path that was said.
    binary: Option<String>,
    journal: String,
}

impl Scene {
    /// A runner with release 1.2.3 in the table, and on these servers.
    fn new(servers: &[&str]) -> Self {
        let scene = Self { folder: tempfile::tempdir().unwrap() };
        for (name, text) in [("bin/curl", CURL), ("bin/gh", GH), ("bin/cargo", CARGO), ("program", PROGRAM)] {
            scene.write(name, text);
        }
        scene.write("packed/plimsoll", PROGRAM);
        let archive = scene.path("archive");
        let tar =
            Command::new("tar").arg("-czf").arg(&archive).arg("-C").arg(scene.path("packed")).arg("plimsoll").status();
        assert!(tar.unwrap().success());
        let sum = Command::new("sha256sum").arg(&archive).output().unwrap();
        let sum = String::from_utf8(sum.stdout).unwrap();
        let sum = sum.split(' ').next().unwrap();
        let targets = ["x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl"];
        let lines: Vec<String> = targets.iter().map(|target| format!("{sum}  1.2.3  {target}\n")).collect();
        scene.write("action/checksums.txt", &format!("# a remark\n{}", lines.concat()));
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/action/install");
        scene.write("action/install", &fs::read_to_string(script).unwrap());
        for server in servers {
            for target in targets {
                let to = scene.path(&format!("servers/{server}/plimsoll-1.2.3-{target}.tar.gz"));
                fs::create_dir_all(to.parent().unwrap()).unwrap();
                fs::copy(&archive, to).unwrap();
            }
        }
        scene
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        write(&self.path(name), text);
    }

    fn install(&self, variables: &[(&str, &str)]) -> Told {
        fs::create_dir_all(self.path("temp")).unwrap();
        let output = Command::new(self.path("action/install"))
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", self.path("bin").display()))
            .env("SCENE", self.folder.path())
            .env("RUNNER_TEMP", self.path("temp"))
            .env("GITHUB_OUTPUT", self.path("output"))
            .env("ACTION_REPOSITORY", "plimsoll/plimsoll")
            .env("GH_TOKEN", "ghs_fake_token")
            .envs(variables.iter().copied())
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        let read = |name: &str| fs::read_to_string(self.path(name)).unwrap_or_default();
        Told {
            code: output.status.code(),
            text: String::from_utf8(text).unwrap(),
            binary: read("output").trim().strip_prefix("binary=").map(str::to_owned),
            journal: read("journal"),
        }
    }
}

#[test]
fn a_release_is_taken_when_checksum_and_attestation_hold() {
    let told = Scene::new(&["github.com"]).install(&[]);
    assert_eq!(told.code, Some(0), "{}", told.text);
    assert!(told.binary.unwrap().ends_with("/temp/plimsoll-1.2.3/plimsoll"), "{}", told.text);
    assert!(told.text.contains("plimsoll of the scene"), "{}", told.text);
    assert!(told.journal.contains("curl https://github.com/plimsoll/plimsoll/releases/download/v1.2.3/"));
    assert!(told.journal.contains("--repo plimsoll/plimsoll") && !told.journal.contains("cargo"), "{}", told.journal);
}

#[test]
fn another_archive_or_a_forged_one_is_not_unpacked() {
    let other = Scene::new(&["github.com"]);
    for target in ["x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl"] {
        other.write(&format!("servers/github.com/plimsoll-1.2.3-{target}.tar.gz"), "something else");
    }
    let forged = Scene::new(&["github.com"]);
    forged.write("forged", "");
    for (scene, why) in [(other, "not the one of the table"), (forged, "attestation of the archive does not hold")] {
        let told = scene.install(&[]);
        assert_eq!((told.code, &told.binary), (Some(2), &None), "{}", told.text);
        assert!(told.text.contains(why), "{}", told.text);
        assert!(!scene.path("temp/plimsoll-1.2.3/plimsoll").exists());
    }
}

#[test]
fn an_enterprise_server_without_releases_takes_those_of_github_and_shows_them_no_token() {
    let server = ("GITHUB_SERVER_URL", "https://github.acme.example");
    let told = Scene::new(&["github.com"]).install(&[server]);
    assert_eq!(told.code, Some(0), "{}", told.text);
    let asked: Vec<&str> = told.journal.lines().collect();
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(
        asked[0].starts_with("curl https://github.acme.example/") && asked[1].starts_with("curl https://github.com/")
    );
    assert!(told.text.contains("the attestation was not"), "{}", told.text);
    let told = Scene::new(&["github.acme.example"]).install(&[server]);
    assert_eq!((told.code, told.journal.lines().count()), (Some(0), 1), "{}", told.text);
}

#[test]
fn what_no_release_brings_is_built_from_source_without_the_token() {
    for (servers, version, wanted) in [(&[][..], "", "--version 1.2.3"), (&["github.com"], "v9.9.9", "--version 9.9.9")]
    {
        let told = Scene::new(servers).install(&[("INPUT_VERSION", version)]);
        assert_eq!(told.code, Some(0), "{}", told.text);
        assert!(told.journal.lines().last().unwrap().starts_with("cargo plimsoll"), "{}", told.journal);
        assert!(told.journal.contains(&format!("{wanted} token:none")), "{}", told.journal);
        assert!(told.binary.unwrap().ends_with("/bin/plimsoll"), "{}", told.text);
    }
}

#[test]
fn a_path_is_taken_as_it_is_and_what_is_no_program_or_no_version_is_refused() {
    let scene = Scene::new(&[]);
    let told = scene.install(&[("INPUT_BINARY", "../program"), ("INPUT_WORKING_DIRECTORY", "packed")]);
    assert_eq!((told.code, told.journal.as_str()), (Some(0), ""), "{}", told.text);
    assert!(told.binary.unwrap().ends_with("/program"));
    for (name, value) in [("INPUT_BINARY", "missing"), ("INPUT_VERSION", "1.0/../../x"), ("INPUT_VERSION", "$(id)")] {
        let scene = Scene::new(&[]);
        let told = scene.install(&[(name, value)]);
        assert_eq!((told.code, told.binary, told.journal.as_str()), (Some(2), None, ""), "{value}: {}", told.text);
    }
}
