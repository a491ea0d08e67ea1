//! How each engine is started for one phase.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::net::TcpListener;
use std::path::Path;

use super::running::Task;
use crate::policy::{EngineKind, TallyFormat};

/// A command with its environment, and what will come through the pipe.
#[derive(Debug)]
pub(super) struct Invocation {
    pub command: Vec<String>,
    pub env: BTreeMap<String, String>,
    pub format: TallyFormat,
}

/// Sends exactly as many requests as planned, and tells their statuses, which locust's own report does not.
const LOCUST: &str = include_str!("agent/plimsoll_locust.py");

/// `$1` targets, `$2` rate, `$3` requests in flight: nothing of the policy is part of the script.
const VEGETA: &str = "vegeta attack -lazy -targets \"$1\" -format http -rate \"$2\" -max-workers \"$3\" \
                      -workers \"$3\" -max-body 0 | vegeta encode -to json -output \"$PLIMSOLL_OUTPUT\"";
/// Bytes of all targets of a phase.
const MOST_TARGETS: u64 = 1 << 30;

impl Invocation {
    /// The command for a task, whose files may be put into `folder`.
    ///
    /// # Errors
    /// Where a file of the policy cannot be read, or one of `folder` not be written.
    pub fn new(task: &Task<'_>, output: &Path, folder: &Path) -> io::Result<Self> {
        let env = environment(task, output);
        let output = output.display().to_string();
        let (command, format) = match &task.engine.kind {
            EngineKind::K6 { script } => (k6(task, &output, &absolute(script)?), TallyFormat::K6Json),
            EngineKind::Locust { file, workers } => {
                (locust(task, folder, &absolute(file)?, *workers)?, TallyFormat::Tally)
            }
            EngineKind::Vegeta { targets } => (vegeta(task, folder, targets)?, TallyFormat::VegetaJson),
            EngineKind::Command { words, format } => (words.iter().map(|word| filled(word, &env)).collect(), *format),
        };
        Ok(Self { command, env, format })
    }
}

/// What every engine is told.
fn environment(task: &Task<'_>, output: &Path) -> BTreeMap<String, String> {
    let variables = [
        ("PLIMSOLL_TARGET_URL", task.target.to_owned()),
        ("PLIMSOLL_SEED", task.seed.to_string()),
        ("PLIMSOLL_REQUESTS", task.requests.to_string()),
        ("PLIMSOLL_RATE", task.rate.to_string()),
        ("PLIMSOLL_PHASE", task.phase.kind().to_owned()),
        ("PLIMSOLL_ROUND", task.round().to_string()),
        ("PLIMSOLL_FIRST", task.first.to_string()),
        ("PLIMSOLL_IN_FLIGHT", task.users().to_string()),
        ("PLIMSOLL_OUTPUT", output.display().to_string()),
    ];
    variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A word of a command with its placeholders filled in: `{in-flight}` is `PLIMSOLL_IN_FLIGHT`.
fn filled(word: &str, env: &BTreeMap<String, String>) -> String {
    let mut filled = String::new();
    let mut rest = word;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let value = after.split_once('}').and_then(|(name, after)| Some((value(name, env)?, after)));
        match value {
            Some((value, after)) => {
                filled.push_str(value);
                rest = after;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled + rest
}

fn value<'e>(name: &str, env: &'e BTreeMap<String, String>) -> Option<&'e String> {
    let name = if name == "target" { "target-url" } else { name };
    env.get(&format!("PLIMSOLL_{}", name.to_ascii_uppercase().replace('-', "_")))
}

/// Iterations shared by the users, at most so many requests a second. Options of the script itself (scenarios, stages)
/// give way to these; its thresholds would end it early.
fn k6(task: &Task<'_>, output: &str, script: &str) -> Vec<String> {
    let mut command = words("k6 run --quiet --no-color --no-summary --no-thresholds --no-usage-report --address");
    command.push(String::new());
    for (name, value) in [
        ("--iterations", task.requests.to_string()),
        ("--vus", task.users().to_string()),
        ("--duration", format!("{}s", task.within.0.as_secs().max(1))),
        ("--out", format!("json={output}")),
    ] {
        command.extend([name.to_owned(), value]);
    }
    if task.rate > 0.0 {
        command.extend(["--rps".to_owned(), (task.rate.round().clamp(1.0, 1e9) as u64).to_string()]);
    }
    command.push(script.to_owned());
    command
}

fn locust(task: &Task<'_>, folder: &Path, file: &str, workers: u32) -> io::Result<Vec<String>> {
    let agent = folder.join("plimsoll_locust.py");
    std::fs::write(&agent, LOCUST)?;
    let mut command =
        words("locust --headless --only-summary --exit-code-on-error 0 --stop-timeout 5 --loglevel WARNING");
    let users = task.users().to_string();
    command.extend([
        "--host".to_owned(),
        task.target.to_owned(),
        "-u".to_owned(),
        users.clone(),
        "-r".to_owned(),
        users,
    ]);
    command.extend(["-f".to_owned(), format!("{},{file}", agent.display())]);
    if workers > 0 {
        // The master listens on all addresses and a fixed port otherwise.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port().to_string();
        command.extend(["--processes".to_owned(), workers.to_string()]);
        command.extend(words("--master-bind-host 127.0.0.1 --master-host 127.0.0.1 --master-bind-port"));
        command.extend([port.clone(), "--master-port".to_owned(), port]);
    }
    Ok(command)
}

/// As many targets as are planned, the cycle of the file going on from phase to phase: vegeta itself knows only how long
/// it attacks, and ends at the last target of a file that it reads lazily.
fn vegeta(task: &Task<'_>, folder: &Path, targets: &str) -> io::Result<Vec<String>> {
    let text = std::fs::read_to_string(targets)?;
    let targets = split(&text, task.target);
    if targets.is_empty() {
        return Err(io::Error::other("there is no target in it: write lines such as `GET /path`"));
    }
    let path = folder.join("targets.txt");
    let mut file = io::BufWriter::new(std::fs::File::create(&path)?);
    let first = usize::try_from(task.first).unwrap_or_default() % targets.len();
    let mut written = 0;
    for (target, _) in targets.iter().cycle().skip(first).zip(0..task.requests) {
        written += target.len() as u64;
        if written > MOST_TARGETS {
            return Err(io::Error::other("its targets would take more than 1 GiB: plan fewer requests"));
        }
        file.write_all(target.as_bytes())?;
    }
    file.flush()?;
    let mut command = words("sh -c");
    command.extend([VEGETA.to_owned(), "sh".to_owned(), path.display().to_string()]);
    let rate = if task.rate > 0.0 { format!("{}/{}us", task.requests, task.planned_us()) } else { "0".to_owned() };
    command.extend([rate, task.users().to_string()]);
    Ok(command)
}

/// The targets of a file, each with its headers and body and an empty line behind it, paths with the base URL before
/// them: `GET /quote` and `GET http://127.0.0.1:8080/quote`.
fn split(text: &str, base: &str) -> Vec<String> {
    let mut targets: Vec<String> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.split_once(' ').filter(|(method, _)| method.bytes().all(|byte| byte.is_ascii_uppercase())) {
            Some((method, path)) if path.starts_with('/') => targets.push(format!("{method} {base}{path}\n\n")),
            Some((method, url)) => targets.push(format!("{method} {url}\n\n")),
            None => {
                if let Some(target) = targets.last_mut() {
                    target.pop();
                    target.push_str(&format!("{line}\n\n"));
                }
            }
        }
    }
    targets
}

/// Paths count from the working directory of Plimsoll, which is not that of the engine.
fn absolute(path: &str) -> io::Result<String> {
    Ok(std::path::absolute(path)?.display().to_string())
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Engine;
    use crate::record::Phase;
    use crate::units::Elapsed;

    fn invocation(kind: EngineKind, folder: &Path) -> Invocation {
        let engine = Engine { kind, folder: ".".into(), digest: String::new(), within: None };
        let phase = Phase::Steady { round: 3 };
        let task = Task {
            engine: &engine,
            phase: &phase,
            first: 500,
            requests: 250,
            rate: 400.0,
            in_flight: 64,
            target: "http://127.0.0.1:8080",
            seed: 7,
            within: Elapsed::from_millis(90_000),
        };
        Invocation::new(&task, Path::new("/tmp/out"), folder).unwrap()
    }

    #[test]
    fn the_words_of_a_command_are_filled_in_and_other_braces_stay() {
        let words =
            ["./load", "-n", "{requests}", "{target}/a?x={\"y\":{}}", "{rate}:{in-flight}:{phase}-{round}", "{first"];
        let kind = EngineKind::Command { words: words.map(str::to_owned).to_vec(), format: TallyFormat::Tally };
        let folder = tempfile::tempdir().unwrap();
        let told = invocation(kind, folder.path());
        let expected = ["./load", "-n", "250", "http://127.0.0.1:8080/a?x={\"y\":{}}", "400:64:steady-3", "{first"];
        assert_eq!(told.command, expected);
        assert_eq!((told.env["PLIMSOLL_SEED"].as_str(), told.env["PLIMSOLL_FIRST"].as_str()), ("7", "500"));
    }

    #[test]
    fn vegeta_gets_whole_urls_and_exactly_as_many_as_planned() {
        let folder = tempfile::tempdir().unwrap();
        let targets = folder.path().join("mine.txt");
        std::fs::write(&targets, "# mine\nGET /a?b=c\nX-A: /b\n\nPOST http://10.0.0.1/x\n@body.json\nPUT /c\n")
            .unwrap();
        let told = invocation(EngineKind::Vegeta { targets: targets.display().to_string() }, folder.path());
        let copy = std::fs::read_to_string(folder.path().join("targets.txt")).unwrap();
        // 500 went before, and 500 is two more than a multiple of three.
        let begins = "PUT http://127.0.0.1:8080/c\n\nGET http://127.0.0.1:8080/a?b=c\nX-A: /b\n\n\
                      POST http://10.0.0.1/x\n@body.json\n\nPUT ";
        assert!(copy.starts_with(begins), "{copy}");
        assert_eq!(copy.matches("\n\n").count(), 250);
        assert!(told.command.contains(&"250/625000us".to_owned()), "{:?}", told.command);
    }

    #[test]
    fn no_more_users_than_iterations() {
        let folder = tempfile::tempdir().unwrap();
        let told = invocation(EngineKind::K6 { script: "/a b.js".into() }, folder.path());
        assert_eq!(told.command.last().unwrap(), "/a b.js");
        let after = |name: &str| told.command[told.command.iter().position(|word| word == name).unwrap() + 1].clone();
        assert_eq!(
            (after("--vus"), after("--iterations"), after("--address")),
            ("64".into(), "250".into(), String::new())
        );
    }
}
