//! `plimsoll payload write`: what a family sends, byte for byte.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;

use crate::payload::{Act, Choice, Family, Form, Request, Turn, Values, Wire};
use crate::plan;
use crate::units::Bytes;

/// Arguments of `plimsoll payload write`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A family that is a body is written as the body alone: a file that any client can send. A family of requests or of
clients is written as HTTP/1.1, as it would go over the wire (the first connection, if it has several).

  plimsoll payload write image-bomb --set width=9000 --out bomb.png
  plimsoll payload write gzip-bomb | curl --data-binary @- -H 'content-encoding: gzip' http://127.0.0.1:8080/upload")]
pub(in crate::commands) struct Args {
    /// Name of the family.
    pub name: String,
    /// A parameter, as in a policy; can be repeated.
    #[arg(long = "set", value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Everything random comes from this.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Number of the request: families of keys differ with it.
    #[arg(long, default_value_t = 0)]
    index: u64,
    /// Method and path of the request, where one is written.
    #[arg(long, default_value = "GET /", value_name = "METHOD PATH")]
    request: String,
    /// The `host` header, where a request is written.
    #[arg(long, default_value = "127.0.0.1:8080")]
    host: String,
    /// Write to this file instead of standard output.
    #[arg(long, short)]
    out: Option<PathBuf>,
}

/// Runs the command.
pub(super) fn execute(family: &'static Family, args: &Args) -> anyhow::Result<ExitCode> {
    let values = match Values::defaults(family).stated(family, &args.set) {
        Ok(values) => values,
        Err(error) => {
            anstream::eprintln!("error: {error}");
            return Ok(ExitCode::from(2));
        }
    };
    let choice = Choice { values, ..Choice::of(family) };
    let turn = plan::turn(args.seed, args.index);
    match &args.out {
        Some(path) => {
            let file = File::create(path).with_context(|| format!("failed to create `{}`", path.display()))?;
            let written = send(&choice, &turn, args, BufWriter::new(file));
            let written = written.with_context(|| format!("failed to write `{}`", path.display()))?;
            anstream::eprintln!("{} in `{}`", Bytes(written), path.display());
        }
        None if io::stdout().is_terminal() => {
            anstream::eprintln!("error: these bytes are not for a terminal: add `--out FILE`, or a pipe");
            return Ok(ExitCode::from(2));
        }
        None => match send(&choice, &turn, args, io::stdout().lock()) {
            // A reader that went away (`| head -c`) has enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            written => drop(written.context("failed to write to standard output")?),
        },
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes all of it; how many bytes that were.
fn send(choice: &Choice, turn: &Turn, args: &Args, mut out: impl Write) -> io::Result<u64> {
    let (method, path) = args.request.split_once(' ').unwrap_or(("GET", args.request.as_str()));
    let mut request = Request { method: method.to_uppercase(), path: path.to_owned(), headers: Vec::new(), body: None };
    let host = args.host.clone();
    let mut written = 0;
    let mut write = |bytes: &[u8]| {
        written += bytes.len() as u64;
        out.write_all(bytes)
    };
    match choice.family.form {
        Form::Body(_) => {
            for chunk in choice.body(turn).into_iter().flat_map(|body| body.chunks) {
                write(&chunk)?;
            }
        }
        Form::Request(_) => {
            choice.change(turn, &mut request);
            for chunk in (Wire { request, host }).polite() {
                write(&chunk)?;
            }
        }
        Form::Client(_) => {
            let talk = choice.talks(turn, Wire { request, host }).unwrap_or_default().into_iter().next();
            for act in talk.into_iter().flat_map(|talk| talk.acts) {
                if let Act::Write(bytes) = act {
                    write(&bytes)?;
                }
            }
        }
    }
    out.flush()?;
    Ok(written)
}
