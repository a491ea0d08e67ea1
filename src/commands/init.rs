//! `plimsoll init`: looks at the project and writes a commented policy, and a workflow if asked to.

mod ecosystem;
mod import;
mod project;
mod text;
mod workflow;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;

use super::output::print;
use super::{Format, Global};
use import::{Import, ImportError};
use project::Project;

/// Arguments of `plimsoll init`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The project's folder.
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// Write a request for each operation of an OpenAPI 3 description (JSON or YAML).
    #[arg(long, value_name = "FILE", conflicts_with = "har")]
    openapi: Option<PathBuf>,
    /// Write the requests of recorded traffic: an HTTP archive, as browsers and proxies save it. Cookies and tokens are
    /// taken out.
    #[arg(long, value_name = "FILE")]
    har: Option<PathBuf>,
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
    let import = match args.import() {
        Ok(import) => import,
        Err(error) => {
            anstream::eprintln!("error: {error}");
            return Ok(ExitCode::from(2));
        }
    };
    let mut project = Project::look_at(&args.folder);
    project.port = import.as_ref().and_then(|import| import.port).unwrap_or(project.port);
    let mix = import.as_ref().map(import::toml);
    let mut files = vec![(args.folder.join("plimsoll.toml"), text::policy(&project, mix.as_deref()))];
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
    print(&report(&project, import.as_ref(), &files, global))?;
    Ok(ExitCode::SUCCESS)
}

impl Args {
    fn import(&self) -> Result<Option<Import>, ImportError> {
        match (&self.openapi, &self.har) {
            (Some(file), _) => import::openapi(file).map(Some),
            (None, Some(file)) => import::har(file).map(Some),
            (None, None) => Ok(None),
        }
    }
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("failed to make the folder `{}`", folder.display()))?;
    }
    fs::write(path, text).with_context(|| format!("failed to write `{}`", path.display()))
}

fn report(project: &Project, import: Option<&Import>, files: &[(PathBuf, String)], global: &Global) -> String {
    let imported = import.map_or(0, |import| import.requests.len());
    let notes = import.map_or(&[][..], |import| &import.notes[..]);
    if global.format == Format::Json {
        let files: Vec<String> = files.iter().map(|(path, _)| path.display().to_string()).collect();
        let report = serde_json::json!({
            "schema": 1, "files": files, "command": project.command, "why": project.why, "requests": imported, "notes": notes,
        });
        return format!("{report:#}\n");
    }
    let mut text: String = files.iter().map(|(path, _)| format!("wrote {}\n", path.display())).collect();
    text += &format!("  {}\n", project.why);
    text.extend(project.doubts.iter().map(|doubt| format!("  look at: {doubt}\n")));
    if imported > 0 {
        text += &format!("  {imported} kinds of request were imported\n");
        text.extend(notes.iter().map(|note| format!("  {note}\n")));
        return text
            + "next: look the requests over, weights and fields first, then `plimsoll plan` and `plimsoll run`\n";
    }
    text + "next: name the requests that matter below [load], then `plimsoll plan` and `plimsoll run`\n"
}
