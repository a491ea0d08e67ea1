//! A repository with a service in two commits: one that keeps what it was asked, and one that does not.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use super::port::port;

const SERVICE: &str = r#"
import http.server, os
KEPT = []
class Quotes(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        KEPT.append(bytearray(2048))
        del KEPT[KEEP_HERE:]
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
    def log_message(self, *_):
        pass
if not os.path.exists("built"):
    raise SystemExit("nobody built this")
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Quotes).serve_forever()
"#;

pub const LEAKY: &str = "len(KEPT)";
pub const SOUND: &str = "0";
/// Marks the folder that it is called in.
pub const BUILD: &str = r#"["touch", "built"]"#;

pub struct Shop {
    pub folder: tempfile::TempDir,
    /// Where Plimsoll puts what is temporary.
    pub temporary: tempfile::TempDir,
    port: u16,
}

/// A command that ended.
pub struct Told {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl From<Output> for Told {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

impl Shop {
    /// A repository whose branch `base` has one service, and whose branch `change`, which is checked out, the other.
    pub fn new(base: &str, change: &str, build: &str) -> Self {
        let port = port();
        let shop = Self { folder: tempfile::tempdir().unwrap(), temporary: tempfile::tempdir().unwrap(), port };
        shop.git(&["init", "--quiet", "--initial-branch", "base"]);
        fs::write(shop.path(".gitignore"), "built\n.plimsoll\n").unwrap();
        fs::create_dir(shop.path("quotes")).unwrap();
        shop.policy(build, "");
        shop.commit(base);
        shop.git(&["checkout", "--quiet", "-b", "change"]);
        shop.commit(change);
        shop
    }

    /// Writes the policy; `more` is more of `[service]`.
    pub fn policy(&self, build: &str, more: &str) {
        let port = self.port;
        let build = if build.is_empty() { String::new() } else { format!("build = {build}\n") };
        let policy = format!(
            "version = 1\nname = \"quotes\"\n\n[service]\ncommand = [\"python3\", \"service.py\"]\n{build}{more}\n\
             env = {{ PORT = \"{port}\" }}\nready = {{ http = \"http://127.0.0.1:{port}/\", within = \"60 s\" }}\n\
             dumps = \"never\"\n\n[load]\nbase-url = \"http://127.0.0.1:{port}\"\n\
             warm-up = {{ requests = 100, rate = \"500/s\" }}\n\
             steady = {{ requests = 600, rounds = 12, rate = \"500/s\" }}\ncool-down = \"100 ms\"\n\n\
             [load.request.quote]\nget = \"/\"\n\n\
             [[bound]]\nmetric = \"live.floor\"\nphase = \"steady\"\n\
             max-growth = {{ relative = \"2 %\", absolute = \"256 KiB\" }}\n",
        );
        fs::write(self.path("quotes/plimsoll.toml"), policy).unwrap();
    }

    /// Commits the service as it is kept in this form.
    pub fn commit(&self, keep: &str) {
        fs::write(self.path("quotes/service.py"), SERVICE.replace("KEEP_HERE", keep)).unwrap();
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", "x"]);
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        let names = ["-c", "user.name=t", "-c", "user.email=t@t"];
        let output = Command::new("git").args(names).args(arguments).current_dir(self.folder.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.args(arguments).current_dir(self.path("quotes")).env("TMPDIR", self.temporary.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn plimsoll(&self, arguments: &[&str]) -> Told {
        self.command(arguments).output().unwrap().into()
    }

    pub fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).spawn().unwrap()
    }

    /// Asserts that the check-out of the other commit is gone, from the disk and from what git knows.
    #[track_caller]
    pub fn is_tidy(&self) {
        let left: Vec<_> = fs::read_dir(self.temporary.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(left, Vec::<PathBuf>::new());
        assert_eq!(self.git(&["worktree", "list"]).lines().count(), 1);
        assert_eq!(self.git(&["status", "--porcelain"]), "");
    }
}
