//! `plimsoll heap redact`: a dump that may be shown around.

use std::fs::{File, Permissions};
use std::io::{self, IsTerminal, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;

use super::json;
use super::reading::name;
use crate::commands::output::print;
use crate::commands::{Format, Global};
use crate::heap::{self, Keep, Mapping, Redaction};
use crate::run::Watch;

pub(super) const HELP: &str = "\
Sizes, references, identifiers and names stay, so that every tool reads the result as it read the
original and counts the same bytes.

  JVM     elements of all arrays of primitives, and with them all text, become 0; so do primitive fields
          and statics: numbers are secrets, too. Kept are the sizes of java.util containers, the coding
          of strings, and the names of classes, fields and methods. Constants of the source are blanked.
  V8      text becomes ***, source code included, unless something is named so: a class, a function, a
          property, a variable. An object that is used as a dictionary keeps its keys: they are names,
          and the note at the end counts them together with all other names of properties.
  Python  Plimsoll's own graph has no values; it is copied.

  plimsoll heap redact app.hprof shareable.hprof.gz
  plimsoll heap redact --keep-thread-names app.hprof shareable.hprof
  ssh host 'cat app.hprof' | plimsoll heap redact - - | gzip > shareable.hprof.gz";

/// What to redact, and where to.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    /// The dump; `-` is standard input.
    input: PathBuf,
    /// The file to write, packed if its name ends with `.gz`; `-` is standard output.
    output: PathBuf,
    /// Replace the output if it is there already.
    #[arg(long)]
    force: bool,
    /// Keep the names of threads of a JVM: some programs put addresses or users into them.
    #[arg(long)]
    keep_thread_names: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    input: &'a Path,
    output: &'a Path,
    format: &'a str,
    blanked_bytes: u64,
    caveats: &'a [String],
}

/// Runs the command.
pub(super) fn execute(args: &Args, global: &Global) -> anyhow::Result<ExitCode> {
    let to_stdout = args.output == Path::new("-");
    if to_stdout && io::stdout().is_terminal() {
        anstream::eprintln!("error: a dump is nothing for a terminal: redirect standard output, or name a file");
        return Ok(ExitCode::from(2));
    }
    if !to_stdout && !args.force && !is_special(&args.output) && args.output.symlink_metadata().is_ok() {
        anstream::eprintln!("error: `{}` is there already: use --force to replace it", args.output.display());
        return Ok(ExitCode::from(2));
    }
    let file = Mapping::open(&args.input)?;
    let keep = Keep { thread_names: args.keep_thread_names };
    if to_stdout {
        let redaction = heap::redact(&file, &args.input, &mut io::stdout().lock(), keep)?;
        told(&redaction, global);
        return Ok(ExitCode::SUCCESS);
    }
    let redaction = args.write(&file, keep)?;
    if global.format == Format::Json {
        let document = Document {
            schema: "plimsoll.heap/1",
            input: &args.input,
            output: &args.output,
            format: json::format(redaction.format),
            blanked_bytes: redaction.blanked.0,
            caveats: &redaction.caveats,
        };
        print(&format!("{}\n", serde_json::to_string_pretty(&document)?))?;
    } else {
        told(&redaction, global);
    }
    Ok(ExitCode::SUCCESS)
}

impl Args {
    fn write(&self, file: &Mapping, keep: Keep) -> anyhow::Result<Redaction> {
        if is_special(&self.output) {
            let open = File::options().write(true).open(&self.output);
            let mut special = open.with_context(|| format!("failed to write to `{}`", self.output.display()))?;
            return self.pour(file, keep, &mut special);
        }
        // What a link leads to is replaced, and not the link.
        let output = self.output.canonicalize().unwrap_or_else(|_| self.output.clone());
        let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let watch = Watch::begin().context("cannot listen for Ctrl-C")?;
        // Beside the output, and renamed in the end, so that no half of a dump is ever there.
        let mut part = tempfile::Builder::new()
            .prefix(".plimsoll-redact")
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(folder)
            .with_context(|| format!("failed to write in `{}`", folder.display()))?;
        let half = part.path().to_owned();
        watch.at_first(move |signal| {
            let _renamed_already = std::fs::remove_file(half);
            anstream::eprintln!("ended by {signal}");
            std::process::exit(3);
        });
        let redaction = self.pour(file, keep, &mut part)?;
        part.as_file().sync_all().context("failed to write the redacted dump")?;
        let kept = if self.force { part.persist(&output) } else { part.persist_noclobber(&output) };
        if let Err(error) = kept {
            bail!("failed to write `{}`: {}", self.output.display(), error.error);
        }
        Ok(redaction)
    }

    fn pour(&self, file: &Mapping, keep: Keep, to: &mut impl Write) -> anyhow::Result<Redaction> {
        let redaction = if self.output.extension().is_some_and(|ending| ending == "gz") {
            let mut packed = GzEncoder::new(&mut *to, Compression::default());
            let redaction = heap::redact(file, &self.input, &mut packed, keep)?;
            packed.finish().context("failed to write the redacted dump")?;
            redaction
        } else {
            heap::redact(file, &self.input, to, keep)?
        };
        to.flush().context("failed to write the redacted dump")?;
        Ok(redaction)
    }
}

/// Whether a path is a pipe or a device: written to, and never replaced.
fn is_special(path: &Path) -> bool {
    path.metadata().is_ok_and(|found| !found.is_file() && !found.is_dir())
}

fn told(redaction: &Redaction, global: &Global) {
    if !global.quiet {
        anstream::eprintln!("{}: {} of content overwritten", name(redaction.format), redaction.blanked);
    }
    redaction.caveats.iter().for_each(|caveat| anstream::eprintln!("note: {caveat}"));
}
