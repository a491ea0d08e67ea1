//! `plimsoll init`: looks at the project and writes a commented policy, and a workflow if asked to.

mod ecosystem;
mod project;
mod text;
mod workflow;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;

use super::output::print;
use super::{Format, Global};
use project::Project;

/// Arguments of `plimsoll init`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The project's folder.
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// Write `.github/workflows/plimsoll.yml` too.
    #[arg(long)]
    workflow: bool,
    /// Print what would be written, and write nothing.
    #[arg(long)]
    stdout: bool,
    /// Replace files that are there already.
    #[arg(long)]
    force: bool,
}

/// Runs the command.
pub(super) fn execute(args: Args, global: &Global) -> anyhow::Result<ExitCode> {
    if !args.folder.is_dir() {
        anstream::eprintln!("error: `{}` is no folder: name the one of the project", args.folder.display());
        return Ok(ExitCode::from(2));
    }
    let project = Project::look_at(&args.folder);
    let mut files = vec![(args.folder.join("plimsoll.toml"), text::policy(&project))];
    if args.workflow {
        files.push((args.folder.join(".github/workflows/plimsoll.yml"), workflow::yaml(&project)));
    }
    if args.stdout {
        print(&files.iter().map(|(_, text)| text.as_str()).collect::<String>())?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some((there, _)) = files.iter().find(|(path, _)| path.exists()).filter(|_| !args.force) {
        anstream::eprintln!("error: `{}` is there already: `--force` replaces it, `--stdout` prints", there.display());
        return Ok(ExitCode::from(2));
    }
    for (path, text) in &files {
        write(path, text)?;
    }
    print(&report(&project, &files, global))?;
    Ok(ExitCode::SUCCESS)
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("failed to make the folder `{}`", folder.display()))?;
    }
    fs::write(path, text).with_context(|| format!("failed to write `{}`", path.display()))
}

fn report(project: &Project, files: &[(PathBuf, String)], global: &Global) -> String {
    if global.format == Format::Json {
        let files: Vec<String> = files.iter().map(|(path, _)| path.display().to_string()).collect();
        let report = serde_json::json!({ "schema": 1, "files": files, "command": project.command, "why": project.why });
        return format!("{report:#}\n");
    }
    let mut text: String = files.iter().map(|(path, _)| format!("wrote {}\n", path.display())).collect();
    text += &format!("  {}\n", project.why);
    text.extend(project.doubts.iter().map(|doubt| format!("  look at: {doubt}\n")));
    text + "next: name the requests that matter below [load], then `plimsoll plan` and `plimsoll run`\n"
}
