//! `plimsoll demo`: the whole story on an embedded leaky service and its fixed twin.

mod runtime;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, anyhow};

use super::judge::{Judged, judge};
use super::measure::{Ground, measure};
use super::progress::Progress;
use super::ruling::Ruling;
use super::{Format, Global};
use crate::diag::Source;
use crate::plan::plan;
use crate::policy::{Policy, parse};
use crate::report;
use crate::run::{End, today};
use crate::store::Baselines;
use crate::verdict::Outcome;

/// Arguments of `plimsoll demo`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// The runtime of the embedded service; the first that runs here if none is given.
    #[arg(long, value_enum)]
    runtime: Option<runtime::DemoRuntime>,
    /// Keep services, policies, recordings and heap dumps in this folder.
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

const AFTER_HELP: &str = "\
The service answers quotes and remembers each client in a cache of its worker thread. The leaky one never forgets a \
client; in its fixed twin the cache is bounded. Both get the same load: 3,000 quotes in equal rounds, then an image \
bomb, deep JSON, a gzip bomb, a 200 MB upload and clients that hang up.

Exit code 0 when the leaky one is stopped and its twin passes.";

/// The two services: name, setting of the cache, what to expect.
const TWINS: [(&str, &str, Outcome); 2] =
    [("leaky", "unbounded", Outcome::Regressed), ("fixed", "bounded", Outcome::Pass)];

/// Runs the command.
pub(super) fn execute(args: Args, global: &Global) -> anyhow::Result<ExitCode> {
    let temporary = tempfile::Builder::new().prefix("plimsoll-demo-").tempdir().context("failed to make a folder")?;
    let folder = args.keep.clone().unwrap_or_else(|| temporary.path().to_owned());
    std::fs::create_dir_all(&folder).with_context(|| format!("failed to make `{}`", folder.display()))?;
    let folder = std::path::absolute(&folder)?;
    let service = runtime::service(args.runtime, &folder)?;
    let talk = global.format != Format::Json;
    if talk {
        anstream::println!("runtime: {}", service.why);
    }
    let mut runs = Vec::new();
    for (twin, cache, _) in TWINS {
        if talk {
            anstream::println!("\n── the {twin} service ({cache} cache) ──");
        }
        let policy = policy(twin, cache, &service.command)?;
        let Some(judged) = run(&policy, &folder, args.keep.is_some(), global)? else { return Ok(ExitCode::from(3)) };
        if talk {
            anstream::print!("{}", judged.render(global.format)?);
        }
        runs.push(judged);
    }
    let told = runs.iter().zip(TWINS).all(|(judged, (_, _, expected))| judged.verdict.outcome == expected);
    conclude(&runs, told, &service.why, global)?;
    Ok(ExitCode::from(if told { 0 } else { 3 }))
}

/// The policy of one twin, on a port that is free now.
fn policy(twin: &str, cache: &str, command: &[String]) -> anyhow::Result<Policy> {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let port = port.context("no free port on the loopback address")?.port().to_string();
    let text = include_str!("demo.toml")
        .replace("{command}", &serde_json::to_string(command)?)
        .replace("{twin}", twin)
        .replace("{cache}", cache)
        .replace("{port}", &port);
    let source = Source::new("demo.toml (built in)", text);
    parse(&source, &|path| Err(format!("`{path}` is not part of the demo")))
        .map_err(|diagnostics| anyhow!("the demo's own policy is wrong:\n{}", diagnostics.render(false)))
}

/// Measures and judges one twin; `None` after a Ctrl-C.
fn run(policy: &Policy, folder: &Path, keep_dumps: bool, global: &Global) -> anyhow::Result<Option<Judged>> {
    let ground = Ground { runs: folder.join("runs"), base: folder.to_owned(), keep_dumps, public: false };
    let measured = measure(policy, &plan(policy), &ground, &mut Progress::new(global))?;
    if let End::Interrupted(signal) = measured.end {
        anstream::eprintln!("ended by {signal}");
        return Ok(None);
    }
    // There is no baseline on purpose: the demo's rules need none.
    let references = Baselines::open(folder.join("baselines")).into();
    judge(&Ruling::from(&policy.rules), vec![measured.recording].into(), &references, today()).map(Some)
}

fn conclude(runs: &[Judged], told: bool, runtime: &str, global: &Global) -> anyhow::Result<()> {
    if global.format == Format::Json {
        let views: Vec<_> =
            runs.iter().map(|judged| report::json::value(&judged.report())).collect::<Result<_, _>>()?;
        anstream::println!("{:#}", serde_json::json!({ "schema": 1, "runtime": runtime, "runs": views }));
        return Ok(());
    }
    anstream::println!("\n── both verdicts ──");
    for (judged, (twin, ..)) in runs.iter().zip(TWINS) {
        anstream::println!("{twin:>6}: {:<10} {}", judged.verdict.outcome.name(), judged.verdict.headline);
    }
    if !told {
        anstream::println!("\nThis is not how the story goes: the leaky service should be stopped, its twin pass.");
    }
    Ok(())
}
