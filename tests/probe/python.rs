//! CPython, every version that is installed.

use std::process::Command;

use plimsoll::heap::{Options, summarize};
use plimsoll::record::Runtime;
use plimsoll::run::probe;
use plimsoll::units::Gauge;

use super::floor::Case;
use super::interpreters::interpreters;
use super::jvm::magic;
use super::service::{DEADLINE, Service, fixture};

async fn check(holder: &str, owner: &[&str]) {
    let source = fixture("python/service.py");
    let case =
        Case { runtime: Runtime::Python, command: &["python3", &source], variables: &[("HOLDER", holder)], owner };
    case.check().await;
}

#[tokio::test]
async fn a_dict_at_module_level_is_seen() {
    check("dict", &["CLIENTS"]).await;
}

#[tokio::test]
async fn a_dict_in_a_thread_local_is_seen() {
    check("thread", &["ROUTES", "sessions"]).await;
}

#[tokio::test]
async fn a_list_in_an_attribute_is_seen() {
    check("attribute", &["BUS", "listeners"]).await;
}

#[tokio::test]
async fn forked_workers_each_answer_and_their_master_lives_through_a_dump() {
    let mut service = Service::start(&["python3", &fixture("python/service.py")], &[("WORKERS", "2")]);
    let workers = service.children(2);
    let live = async || {
        let mut sum = 0;
        for pid in &workers {
            assert_eq!(probe::identify(*pid, &service.agents).await, Runtime::Python);
            let collected = probe::collect(*pid, Runtime::Python, &service.agents, DEADLINE).await.unwrap();
            sum += collected.reading[&Gauge::Live];
        }
        sum
    };
    service.load(0..200);
    let before = live().await;
    service.load(200..700);
    let growth = (live().await - before) as f64 / (500.0 * 2048.0);
    assert!((0.9..1.5).contains(&growth), "a leak of 1 is seen as {growth}");
    // The master waits for any child, so that it reaps the forked copy in the agent's place.
    let dumped = service.dump(Runtime::Python, "master").await.unwrap();
    assert_eq!(magic(&dumped[0].file, 8), *b"PLIMPY1\n");
    assert!(service.lives());
    assert_eq!(service.children(2), workers);
}

#[tokio::test]
async fn the_service_stands_still_for_a_moment_only() {
    let service = Service::start(&["python3", &fixture("python/service.py")], &[]);
    let dumped = service.dump(Runtime::Python, "heap").await.unwrap();
    assert!(dumped[0].pause.millis() < 500, "{}", dumped[0].pause);
    let summary = summarize(&dumped[0].file, &Options::default()).unwrap();
    assert!(summary.objects > 1000 && !summary.owners.is_empty());
}

#[tokio::test]
async fn the_sitecustomize_that_the_service_has_still_runs() {
    let folder = tempfile::tempdir().unwrap();
    let marker = "import sys; sys.stdout.write('customized '); sys.stdout.flush()";
    std::fs::write(folder.path().join("sitecustomize.py"), marker).unwrap();
    let path = folder.path().to_str().unwrap();
    let service = Service::start(&["python3", &fixture("python/service.py")], &[("PYTHONPATH", path)]);
    assert_eq!(service.output(), "customized ");
    service.collect(Runtime::Python).await.unwrap();
}

#[tokio::test]
async fn an_isolated_interpreter_is_told_what_to_do() {
    let service = Service::start(&["python3", "-I", &fixture("python/service.py")], &[]);
    let error = service.collect(Runtime::Python).await.unwrap_err().to_string();
    assert!(error.contains("`-I`"), "{error}");
}

/// Forks under warnings as errors: CPython warns of forks in processes with several threads.
const FORKING: &str = "
import os, time
for _ in range(20):
    pid = os.fork()
    if pid == 0: os._exit(0)
    os.waitpid(pid, 0)
print('quiet')
";

#[test]
fn a_program_that_forks_sees_no_agent_on_any_version() {
    let folder = tempfile::tempdir().unwrap();
    let agents = probe::Agents::install(folder.path()).unwrap();
    for python in interpreters() {
        let mut command = Command::new(&python);
        command.args(["-W", "error", "-c", FORKING]);
        let output = command.envs(agents.environment(&Default::default())).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "quiet\n", "{python}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{python}");
    }
}

/// Dumps itself while its threads want the interpreter lock.
const BUSY: &str = "
import os, sys, threading
sys.path.insert(0, sys.argv[1])
import plimsoll_graph
kept = [[str(number)] for number in range(20000)]
def serve():
    while True: {}.get(0)
for _ in range(2): threading.Thread(target=serve, daemon=True).start()
for _ in range(8):
    answer = plimsoll_graph.dump(sys.argv[1] + '/itself.pygraph', 20, threading.get_ident())
    if 'error' in answer: print(answer['error'])
print('dumped', flush=True)
os._exit(0)
";

/// Dumps itself where libraries want to run in each child, and a first child waits for ever, as for a lock of the
/// allocator.
const HANDLED: &str = "
import ctypes, os, sys, threading, time
sys.path.insert(0, sys.argv[1])
import plimsoll_fork, plimsoll_graph
kept = [[str(number)] for number in range(20000)]
library = ctypes.CDLL(None)
library.__register_atfork(None, None, library.abort, None)
once, once_more = os.pipe()
os.write(once_more, b'.')
os.set_blocking(once, False)
def try_allocator():
    try: os.read(once, 1)
    except BlockingIOError: return
    while True: time.sleep(1)
plimsoll_fork.try_allocator = try_allocator
answer = plimsoll_graph.dump(sys.argv[1] + '/itself.pygraph', 20, threading.get_ident())
print(answer['error'] if 'error' in answer else 'dumped', flush=True)
os._exit(0)
";

fn check_that_it_dumps_itself(program: &str) {
    for python in interpreters() {
        let folder = tempfile::tempdir().unwrap();
        let agents = folder.path().join("agents");
        let _agents = probe::Agents::install(&agents).unwrap();
        let output = Command::new(&python).args(["-c", program]).arg(&agents).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "dumped\n", "{python}");
        let summary = summarize(&agents.join("itself.pygraph"), &Options::default()).unwrap();
        let main = summary.owners.iter().find(|owner| owner.step.edge == "module __main__").unwrap();
        let kept = main.children.iter().find(|owner| owner.step.edge == ".kept");
        assert_eq!(kept.and_then(|owner| owner.entries), Some(20_000), "{python}");
    }
}

#[test]
fn a_busy_program_is_dumped_on_any_version() {
    check_that_it_dumps_itself(BUSY);
}

#[test]
fn nothing_that_libraries_want_to_run_around_a_fork_runs_for_a_dump() {
    check_that_it_dumps_itself(HANDLED);
}

#[tokio::test]
async fn every_version_is_measured_and_dumped() {
    for python in interpreters() {
        let service = Service::start(&[&python, &fixture("python/service.py")], &[]);
        let facts = probe::facts(service.pid(), Runtime::Python, &service.agents).await;
        assert!(facts["runtime-version"].starts_with("cpython 3."), "{facts:?}");
        service.load(0..300);
        let before = service.collect(Runtime::Python).await.unwrap().reading[&Gauge::Live];
        service.load(300..800);
        let after = service.collect(Runtime::Python).await.unwrap().reading[&Gauge::Live];
        let growth = (after as f64 - before as f64) / (500.0 * 2048.0);
        assert!((0.9..1.5).contains(&growth), "{python}: a leak of 1 is seen as {growth}");
        let dumped = service.dump(Runtime::Python, "heap").await.unwrap();
        let summary = summarize(&dumped[0].file, &Options::default()).unwrap();
        let module = summary.owners.iter().find(|owner| format!("{owner:?}").contains("CLIENTS"));
        assert!(module.is_some(), "{python}: no CLIENTS among {:?}", summary.owners);
    }
}
