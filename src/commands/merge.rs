//! `plimsoll merge`: the JSON reports of many jobs as one verdict.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use super::output::print;
use super::publish::channel::{Channel, Message, Target};
use super::publish::{self, Mark, When};
use super::{Format, Global};
use crate::github::{CheckRun, Conclusion, Context, Patience, command};
use crate::report::clean;
use crate::report::matrix::{Matrix, Row};

/// Bytes: no report is larger.
const LARGEST: u64 = 64 << 20;

/// Arguments of `plimsoll merge`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// JSON reports (`plimsoll check --format json`), or folders in which every `*.json` is one.
    #[arg(required = true)]
    reports: Vec<PathBuf>,
    /// A scenario that must have a report; repeat it for each. One that has none could not be measured (exit code 3).
    #[arg(long, value_name = "SCENARIO")]
    expect: Vec<String>,
    /// When to comment on the pull request, in a job of one with the token in GITHUB_TOKEN.
    #[arg(long, value_enum, default_value_t = When::Never)]
    comment: When,
    /// What to put on the commit.
    #[arg(long, value_enum, default_value_t = Mark::Never)]
    check: Mark,
    /// Tells this verdict from those of other merges: the comment and the check are called by it.
    #[arg(long, default_value = "all", value_name = "NAME")]
    name: String,
}

const AFTER_HELP: &str = "\
Each job of a matrix keeps `plimsoll check --format json > NAME.json` as an artifact; one job that needs them all merges.
The exit code is 1 where any scenario regressed, else 3 where any could not be measured, else the highest of them.
In GitHub Actions it comments and marks the commit where it is told to, and the table is added to the summary of the job.";

/// Runs the command.
pub(super) fn execute(args: Args, global: &Global) -> anyhow::Result<ExitCode> {
    let mut rows: Vec<Row> = Vec::new();
    for path in files(&args.reports)? {
        let row = Row::parse(&read(&path)?).map_err(|why| anyhow::anyhow!("`{}`: {why}", path.display()))?;
        if rows.iter().any(|other| other.scenario == row.scenario) {
            bail!(
                "`{}` is the second report of `{}`: give each job's report once",
                path.display(),
                clean(&row.scenario)
            );
        }
        rows.push(row);
    }
    let matrix = Matrix::of(rows, &args.expect);
    print(&match global.format {
        Format::Json => matrix.json()?,
        Format::Markdown => matrix.markdown(),
        _ => matrix.terminal(),
    })?;
    // Outside of a job there is no summary, and that is nothing to speak of.
    if let Ok(context) = Context::from_env() {
        context.job.summarize(&matrix.markdown()).context("failed to write the summary of the job")?;
        context.job.output("outcome", matrix.outcome())?;
        context.job.output("exit-code", &matrix.exit_code().to_string())?;
        args.publish(&matrix, &context)?;
        if matrix.exit_code() != 0 {
            print(&format!("{}\n", command("error", &[("title", "Plimsoll".into())], matrix.terminal().trim_end())))?;
        }
    }
    Ok(ExitCode::from(matrix.exit_code()))
}

impl Args {
    /// Posts the verdict where that is asked for. What fails is said, and changes no exit code.
    fn publish(&self, matrix: &Matrix, context: &Context) -> anyhow::Result<()> {
        if self.comment == When::Never && self.check == Mark::Never {
            return Ok(());
        }
        if let Some(token) = context.token.as_ref().filter(|_| std::env::var_os("GITHUB_ACTIONS").is_some()) {
            print(&format!("{}\n", token.mask()))?;
        }
        let client = context.client(Patience::default());
        let target = Target {
            head: context.event.head().to_owned(),
            pull_request: publish::pull_request(context, &client, None),
        };
        let head = target.head.clone();
        let mut channel = Channel::new(context, &client, target);
        if channel.is_open() {
            let address = context.address();
            let change = !matches!(matrix.outcome(), "pass" | "no-baseline");
            let message = Message {
                comment: matrix.comment(&self.name, address.as_deref(), false),
                update: matrix.comment(&self.name, address.as_deref(), !change),
                regressed: matrix.exit_code() == 1,
                change,
            };
            channel.comment(&message, self.comment);
            let (name, title) = (format!("plimsoll / {}", clean(&self.name)), matrix.headline());
            let check = CheckRun {
                name: &name,
                head: &head,
                conclusion: match (matrix.exit_code(), matrix.outcome()) {
                    (0, "pass" | "waived") => Conclusion::Success,
                    (0, _) => Conclusion::Neutral,
                    _ => Conclusion::Failure,
                },
                title: &format!("{}: {title}", matrix.outcome()),
                summary: &matrix.markdown(),
                address: address.as_deref(),
                notes: &[],
            };
            channel.mark(&check, self.check);
            channel.close();
        }
        anstream::eprint!("{}", channel.lines());
        context.job.output("comment", channel.comment.as_deref().unwrap_or_default())?;
        Ok(())
    }
}

/// The files that were named, and the reports in the folders that were named; sorted, each once.
fn files(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            // Artifacts come down as a folder each.
            let mut found = below(path, 3)?;
            if found.is_empty() {
                bail!("`{}` holds no `*.json`: did the jobs keep their reports?", path.display());
            }
            files.append(&mut found);
        } else {
            files.push(path.clone());
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

fn below(folder: &Path, depth: usize) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![(folder.to_owned(), depth)];
    while let Some((folder, depth)) = folders.pop() {
        let entries = std::fs::read_dir(&folder).with_context(|| format!("failed to read `{}`", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() && depth > 1 {
                folders.push((path, depth - 1));
            } else if path.extension().is_some_and(|ending| ending == "json") {
                found.push(path);
            }
        }
    }
    Ok(found)
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut text = Vec::new();
    let file = File::open(path).with_context(|| format!("failed to read `{}`", path.display()))?;
    file.take(LARGEST + 1).read_to_end(&mut text).with_context(|| format!("failed to read `{}`", path.display()))?;
    if text.len() as u64 > LARGEST {
        bail!("`{}` is larger than any report", path.display());
    }
    Ok(text)
}
