//! Node.js.

use plimsoll::record::Runtime;
use plimsoll::run::probe::{self, ProbeError};
use plimsoll::units::Gauge;

use super::floor::Case;
use super::jvm::magic;
use super::service::{DEADLINE, Service, fixture};

async fn check(holder: &str, owner: &[&str]) {
    let source = fixture("node/service.cjs");
    let case = Case { runtime: Runtime::Node, command: &["node", &source], variables: &[("HOLDER", holder)], owner };
    case.check().await;
}

#[tokio::test]
async fn a_map_at_module_level_is_seen() {
    check("map", &["clients"]).await;
}

#[tokio::test]
async fn listeners_that_are_never_removed_are_seen() {
    check("listeners", &["_events"]).await;
}

#[tokio::test]
async fn closures_in_an_array_are_seen() {
    check("closures", &["tasks"]).await;
}

#[tokio::test]
async fn a_map_in_a_worker_thread_is_seen() {
    check("worker", &["clients"]).await;
}

#[tokio::test]
async fn each_isolate_writes_its_own_snapshot() {
    let service = Service::start(&["node", &fixture("node/service.cjs")], &[("HOLDER", "worker")]);
    let dumped = service.dump(Runtime::Node, "heap").await.unwrap();
    let parts: Vec<_> = dumped.iter().map(|dumped| dumped.part.as_deref()).collect();
    assert_eq!(parts, [None, Some("worker-1")]);
    for dumped in dumped {
        assert_eq!(magic(&dumped.file, 12), *b"{\"snapshot\":");
    }
}

#[tokio::test]
async fn options_that_the_service_has_are_honoured() {
    let service =
        Service::start(&["node", &fixture("node/service.cjs")], &[("NODE_OPTIONS", "--max-old-space-size=100")]);
    assert_eq!(probe::identify(service.pid(), &service.agents).await, Runtime::Node);
    let facts = probe::facts(service.pid(), Runtime::Node, &service.agents).await;
    let limit: u64 = facts["max-heap"].parse().unwrap();
    assert!(limit < 250 << 20, "{facts:?}");
    assert_eq!(service.output(), "");
}

const CLUSTER: &str = "
const cluster = require('cluster'), http = require('http');
if (cluster.isMaster) { cluster.fork(); cluster.fork(); }
else http.createServer((_, response) => response.end('ok')).listen(+process.env.PORT, '127.0.0.1');
";

#[tokio::test]
async fn child_processes_each_answer() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("cluster.cjs");
    std::fs::write(&script, CLUSTER).unwrap();
    let service = Service::start(&["node", script.to_str().unwrap()], &[]);
    for pid in service.children(2) {
        let collected = probe::collect(pid, Runtime::Node, &service.agents, DEADLINE).await.unwrap();
        assert!(collected.reading[&Gauge::Heap] > 1_000_000);
    }
}

#[tokio::test]
async fn a_program_with_an_agent_ends_as_it_would_without() {
    let folder = tempfile::tempdir().unwrap();
    let agents = probe::Agents::install(folder.path()).unwrap();
    let mut command = std::process::Command::new("node");
    command.args(["-e", "console.log(process.listenerCount('exit'), process.argv.length)"]);
    let output = command.envs(agents.environment(&Default::default())).output().unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stdout), "0 1\n");
    assert!(output.stderr.is_empty());
}

#[tokio::test]
async fn a_service_that_drops_the_variable_is_told_what_to_do() {
    let service = Service::start(&["env", "-u", "NODE_OPTIONS", "node", &fixture("node/service.cjs")], &[]);
    let error = service.collect(Runtime::Node).await.unwrap_err();
    assert!(matches!(error, ProbeError::NoAgent { .. }), "{error}");
    assert!(error.to_string().contains("NODE_OPTIONS"), "{error}");
}
