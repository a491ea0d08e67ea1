//! `plimsoll policy`: what a policy means, or everything that is wrong with it.

mod schema;
mod table;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::output::print;
use super::{Color, Format, Global};
use crate::diag::Source;
use crate::policy::{Policy, parse};
use crate::units::Bytes;

/// What can be done.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Show what a policy means, or all that is wrong with it.
    Check {
        /// The policy.
        #[arg(default_value = "plimsoll.toml")]
        file: PathBuf,
    },
    /// Print the JSON schema of policies, for editors.
    Schema,
}

/// No file of a policy is larger, data of its fields included; the parser refuses larger policies with a word.
const LARGEST: u64 = 64 << 20;

/// Runs the command.
pub(super) fn execute(command: Command, global: &Global) -> anyhow::Result<ExitCode> {
    match command {
        Command::Check { file } => match read(&file, global) {
            Ok(policy) => {
                print(&match global.format {
                    Format::Json => format!("{:#}\n", table::json(&policy)),
                    Format::Terminal => table::terminal(&policy),
                    Format::Markdown | Format::Html | Format::Junit | Format::Sarif => table::markdown(&policy),
                })?;
                Ok(ExitCode::SUCCESS)
            }
            Err(code) => Ok(code),
        },
        Command::Schema => {
            print(&schema::text()?)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Reads a policy with what it extends. What is wrong is printed to standard error, and the exit
/// code for it comes back.
pub(super) fn read(file: &Path, global: &Global) -> Result<Policy, ExitCode> {
    let refused = ExitCode::from(2);
    let text = match load(file) {
        Ok(text) => text,
        Err(why) => {
            let cure = "`plimsoll init` writes one, `--config FILE` names another";
            anstream::eprintln!("error: the policy `{}` cannot be read: {why}; {cure}", file.display());
            return Err(refused);
        }
    };
    let mut source = Source::new(file.display().to_string(), text);
    let folder = std::path::absolute(file).ok().and_then(|path| {
        let folder = path.parent()?.canonicalize().ok()?;
        let folder = folder.file_name()?.to_string_lossy().into_owned();
        // Two policies of one folder are two scenarios, each with a baseline of its own.
        match path.file_stem()?.to_string_lossy().as_ref() {
            "plimsoll" => Some(folder),
            stem => Some(format!("{folder}-{stem}")),
        }
    });
    if let Some(folder) = folder {
        source = source.in_folder(folder);
    }
    parse(&source, &|path| load(Path::new(path))).map_err(|diagnostics| {
        // The stream strips the colors where they are not wanted or not shown.
        anstream::eprint!("{}", diagnostics.render(global.color != Color::Never));
        refused
    })
}

fn load(path: &Path) -> Result<String, String> {
    use std::io::Read as _;
    let mut text = Vec::new();
    let file = std::fs::File::open(path).map_err(|error| plain(&error))?;
    file.take(LARGEST + 1).read_to_end(&mut text).map_err(|error| plain(&error))?;
    if text.len() as u64 > LARGEST {
        return Err(format!("it is larger than {}", Bytes(LARGEST)));
    }
    String::from_utf8(text).map_err(|_| "it is no UTF-8 text".to_owned())
}

/// An error of the system without its number.
fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}
