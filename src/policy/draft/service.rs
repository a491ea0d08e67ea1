//! `[service]`.

use std::collections::BTreeMap;

use toml::de::DeValue;

use super::url::split_authority;
use super::{At, Origin, Section};
use crate::diag::{Code, Diagnostics, Mark};
use crate::policy::DumpPolicy;
use crate::policy::section::mistyped;
use crate::units::{Bytes, Elapsed};

/// What `[service]` says.
#[derive(Debug, Default)]
pub(in crate::policy) struct ServiceDraft {
    /// Where `[service]` stands, for what is missing in it.
    pub mark: Option<Mark>,
    pub command: Option<Vec<String>>,
    /// There is a command, and a mistake in it was reported.
    pub command_refused: bool,
    pub build: Option<Vec<String>>,
    pub directory: Option<String>,
    pub env: BTreeMap<String, String>,
    pub ready: Option<At<ReadyDraft>>,
    pub ready_within: Option<Elapsed>,
    pub stop_within: Option<Elapsed>,
    pub memory_limit: Option<Bytes>,
    pub dumps: Option<DumpPolicy>,
    pub dump_within: Option<Elapsed>,
    pub sample_every: Option<Elapsed>,
}

/// What `ready` says.
#[derive(Debug, Clone)]
pub(in crate::policy) enum ReadyDraft {
    /// A whole URL.
    Url(Origin),
    /// A path below the base URL.
    Path(String),
    Tcp(String),
    Log(String),
}

const DUMPS: [(&str, DumpPolicy); 3] =
    [("always", DumpPolicy::Always), ("on-suspicion", DumpPolicy::OnSuspicion), ("never", DumpPolicy::Never)];

impl ServiceDraft {
    pub fn read(mut section: Section<'_>, out: &mut Diagnostics) -> Self {
        let (ready, ready_within) = read_ready(&mut section, out);
        let command = read_command("command", &mut section, out).map(|at| at.value);
        let draft = Self {
            mark: Some(section.mark.clone()),
            command_refused: command.is_none() && section.has("command"),
            command,
            build: read_command("build", &mut section, out).map(|at| at.value),
            directory: section.text("directory", out).map(|at| at.value),
            env: read_env(&mut section, out),
            ready,
            ready_within,
            stop_within: section.quantity("stop-within", "10 s", out).map(|at| at.value),
            memory_limit: read_limit(&mut section, out),
            dumps: section.word("dumps", &DUMPS, out).map(|at| at.value),
            dump_within: section.quantity("dump-within", "2 min", out).map(|at| at.value),
            sample_every: read_sample_every(&mut section, out),
        };
        section.finish(out);
        draft
    }

    pub fn extend(&mut self, base: Self) {
        let own = std::mem::take(self);
        let mut env = base.env;
        env.extend(own.env);
        *self = Self {
            mark: own.mark.or(base.mark),
            command: own.command.or(base.command),
            command_refused: own.command_refused || base.command_refused,
            build: own.build.or(base.build),
            directory: own.directory.or(base.directory),
            env,
            ready: own.ready.or(base.ready),
            ready_within: own.ready_within.or(base.ready_within),
            stop_within: own.stop_within.or(base.stop_within),
            memory_limit: own.memory_limit.or(base.memory_limit),
            dumps: own.dumps.or(base.dumps),
            dump_within: own.dump_within.or(base.dump_within),
            sample_every: own.sample_every.or(base.sample_every),
        };
    }
}

/// A program and its arguments.
pub(super) fn read_command(
    key: &'static str,
    section: &mut Section<'_>,
    out: &mut Diagnostics,
) -> Option<At<Vec<String>>> {
    let command = section.texts(key, "[\"program\", \"argument\"]", out)?;
    if command.value.first().is_none_or(|program| program.trim().is_empty()) {
        let cure = format!("write `{key} = [\"program\", \"argument\"]`");
        out.push(Code::OutOfRange, &command.mark, format!("`{key}` names no program"), cure);
        return None;
    }
    if command.value.iter().any(|word| word.contains('\0')) {
        let message = format!("`{key}` holds a zero byte, which no program can be given");
        out.push(Code::OutOfRange, &command.mark, message, "remove it");
        return None;
    }
    Some(command)
}

fn read_env(section: &mut Section<'_>, out: &mut Diagnostics) -> BTreeMap<String, String> {
    let Some(env) = section.section("env", out) else { return BTreeMap::new() };
    let mut variables = BTreeMap::new();
    for (name, At { value, mark }) in env.entries() {
        let plain = !name.value.is_empty() && !name.value.contains(['=', '\0']);
        match value {
            DeValue::String(text) if plain && !text.contains('\0') => {
                variables.insert(name.value.to_owned(), text.to_string());
            }
            DeValue::String(_) => {
                let message = format!("`{}` cannot be a variable of the environment", name.value.escape_debug());
                out.push(Code::BadName, &name.mark, message, "use letters, digits and `_`, and no zero bytes");
            }
            other => drop(mistyped::<()>(name.value, "a string", other, &mark, out)),
        }
    }
    variables
}

fn read_ready(section: &mut Section<'_>, out: &mut Diagnostics) -> (Option<At<ReadyDraft>>, Option<Elapsed>) {
    let Some(mut ready) = section.section("ready", out) else { return (None, None) };
    let within = ready.quantity("within", "60 s", out).map(|at| at.value);
    let http = ready.text("http", out).and_then(|at| read_http(at, out));
    let tcp = ready.text("tcp", out).and_then(|at| read_tcp(at, out));
    let log = ready.text("log", out).and_then(|at| read_log(at, out));
    let mark = ready.mark.clone();
    ready.finish(out);
    let ways: Vec<_> = [http, tcp, log].into_iter().flatten().collect();
    if let [_, second, ..] = &ways[..] {
        let cure = "keep one of `http`, `tcp` and `log`";
        out.push(Code::Conflict, &mark, "`ready` says twice when the service is ready", cure);
        return (Some(second.clone()), within);
    }
    (ways.into_iter().next(), within)
}

fn read_http(At { value, mark }: At<String>, out: &mut Diagnostics) -> Option<At<ReadyDraft>> {
    if value.starts_with('/') && !value.contains(|c: char| c.is_control() || c.is_whitespace()) {
        return Some(At { value: ReadyDraft::Path(value), mark });
    }
    match Origin::parse(&value) {
        Ok(origin) => Some(At { value: ReadyDraft::Url(origin), mark }),
        Err(why) => {
            out.push(Code::BadUrl, &mark, why, "write `http = \"http://127.0.0.1:8080/health\"`, or `\"/health\"`");
            None
        }
    }
}

fn read_tcp(At { value, mark }: At<String>, out: &mut Diagnostics) -> Option<At<ReadyDraft>> {
    if value.contains(':') && split_authority(&value).is_some() {
        return Some(At { value: ReadyDraft::Tcp(value), mark });
    }
    let message = format!("`{}` is no `host:port`", value.escape_debug());
    out.push(Code::BadUrl, &mark, message, "write `tcp = \"127.0.0.1:8080\"`");
    None
}

fn read_log(At { value, mark }: At<String>, out: &mut Diagnostics) -> Option<At<ReadyDraft>> {
    if value.trim().is_empty() || value.contains(['\n', '\r']) {
        let message = "`log` holds no text that one line could contain";
        out.push(Code::OutOfRange, &mark, message, "write part of the line, for example `log = \"listening on\"`");
        return None;
    }
    Some(At { value: ReadyDraft::Log(value), mark })
}

fn read_limit(section: &mut Section<'_>, out: &mut Diagnostics) -> Option<Bytes> {
    const LEAST: Bytes = Bytes(4 << 20);
    let limit = section.quantity::<Bytes>("memory-limit", "512 MiB", out)?;
    if limit.value < LEAST {
        let message = format!("no service runs in `{}`", limit.value);
        out.push(Code::OutOfRange, &limit.mark, message, format!("write at least `\"{LEAST}\"`"));
    }
    Some(limit.value)
}

fn read_sample_every(section: &mut Section<'_>, out: &mut Diagnostics) -> Option<Elapsed> {
    let every = section.quantity::<Elapsed>("sample-every", "200 ms", out)?;
    if !(10..=60_000).contains(&every.value.millis()) {
        let message = format!("`{}` between two samples makes no curve", every.value);
        out.push(Code::OutOfRange, &every.mark, message, "write `\"10 ms\"` to `\"60 s\"`");
    }
    Some(every.value)
}
