//! Which of the embedded services can run here.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use clap::ValueEnum;

/// The runtimes that the demo has a service for, in the order in which it tries them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::commands) enum DemoRuntime {
    /// A JVM with its compiler.
    Java,
    /// Node.js.
    Node,
    /// CPython 3.
    Python,
}

/// A service that is ready to be started.
pub(super) struct Service {
    pub command: Vec<String>,
    /// What it is and why it was picked, for people.
    pub why: String,
}

impl DemoRuntime {
    const ALL: [Self; 3] = [Self::Java, Self::Node, Self::Python];

    fn program(self) -> &'static str {
        match self {
            Self::Java => "java",
            Self::Node => "node",
            Self::Python => "python3",
        }
    }

    fn source(self) -> (&'static str, &'static str) {
        match self {
            Self::Java => ("Quotes.java", include_str!("Quotes.java")),
            Self::Node => ("quotes.cjs", include_str!("quotes.cjs")),
            Self::Python => ("quotes.py", include_str!("quotes.py")),
        }
    }

    /// What the program says of its version.
    fn version(self) -> Result<String, String> {
        let program = self.program();
        let output = Command::new(program).arg("--version").stdin(Stdio::null()).output();
        let output = output.map_err(|_| format!("`{program}` is not installed"))?;
        let text = if output.stdout.is_empty() { &output.stderr } else { &output.stdout };
        let line = String::from_utf8_lossy(text).lines().next().unwrap_or_default().trim().to_owned();
        // As Java 8 does, which has no such option.
        if output.status.success() { Ok(line) } else { Err(format!("`{program} --version` failed: {line}")) }
    }

    /// Writes the source into `folder`, compiles it where that is needed, and gives the command.
    fn prepare(self, folder: &Path) -> anyhow::Result<Vec<String>> {
        let (name, text) = self.source();
        let source = folder.join(name);
        std::fs::write(&source, text).with_context(|| format!("failed to write `{}`", source.display()))?;
        if self != Self::Java {
            return Ok(vec![self.program().to_owned(), source.display().to_string()]);
        }
        let classes = folder.join("classes");
        let compiled = Command::new("java")
            .args(["--module", "jdk.compiler/com.sun.tools.javac.Main", "-d"])
            .args([&classes, &source])
            .stdin(Stdio::null())
            .output()
            .context("failed to start `java`")?;
        if !compiled.status.success() {
            bail!("this `java` has no compiler: {}", String::from_utf8_lossy(&compiled.stderr).trim());
        }
        let options = ["java", "-Xmx192m", "-XX:TieredStopAtLevel=1", "-cp"].map(str::to_owned);
        Ok(options.into_iter().chain([classes.display().to_string(), "Quotes".to_owned()]).collect())
    }
}

/// The service on the wanted runtime, or on the first that runs here.
pub(super) fn service(wanted: Option<DemoRuntime>, folder: &Path) -> anyhow::Result<Service> {
    let mut passed_over = Vec::new();
    for runtime in DemoRuntime::ALL.into_iter().filter(|runtime| wanted.is_none_or(|wanted| wanted == *runtime)) {
        let program = runtime.program();
        let version = match runtime.version() {
            Ok(version) => version,
            Err(why) => {
                passed_over.push(why);
                continue;
            }
        };
        match runtime.prepare(folder) {
            Ok(command) => {
                let reason = match (wanted, passed_over.is_empty()) {
                    (Some(_), _) => "as asked".to_owned(),
                    (None, true) => "the first of java, node, python3 that runs here".to_owned(),
                    (None, false) => passed_over.join(", "),
                };
                return Ok(Service { command, why: format!("{program} ({version}): {reason}") });
            }
            Err(error) => passed_over.push(format!("{error:#}")),
        }
    }
    bail!("no runtime for the demo: {}; install one of java (a JDK), node or python3", passed_over.join(", "))
}
