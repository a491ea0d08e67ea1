//! HotSpot, every one that is installed.

use std::io::Read;
use std::path::Path;

use plimsoll::record::Runtime;
use plimsoll::run::probe;
use plimsoll::units::Gauge;

use super::floor::Case;
use super::service::{Service, fixture};

/// The `java` commands of this machine, each version once.
fn installed() -> Vec<String> {
    let mut homes: Vec<_> = std::fs::read_dir("/usr/lib/jvm").into_iter().flatten().flatten().collect();
    homes.sort_by_key(|home| home.file_name());
    let real = homes.iter().filter_map(|home| home.path().join("bin/java").canonicalize().ok());
    let mut found: Vec<String> = real.map(|path| path.to_string_lossy().into_owned()).collect();
    found.sort();
    found.dedup();
    if found.is_empty() {
        found.push("java".to_owned());
    }
    found
}

fn start(java: &str, options: &[&str]) -> Service {
    let source = fixture("java/Service.java");
    let mut command = vec![java, "-Xmx256m"];
    command.extend(options);
    command.push(&source);
    Service::start(&command, &[])
}

async fn check(java: &str, options: &[&str], holder: &str, owner: &[&str]) {
    let source = fixture("java/Service.java");
    let mut command = vec![java, "-Xmx256m"];
    command.extend(options);
    command.push(&source);
    let case = Case { runtime: Runtime::Jvm, command: &command, variables: &[("HOLDER", holder)], owner };
    if options.is_empty() { case.check().await } else { case.check_leak().await }
}

#[tokio::test]
async fn a_static_map_is_seen_on_every_jvm() {
    for java in installed() {
        check(&java, &[], "static", &["Service$SessionCache.CACHE", "ConcurrentHashMap"]).await;
    }
}

#[tokio::test]
async fn a_map_in_a_thread_local_is_seen() {
    check("java", &[], "thread", &["RouteCache", "HashMap"]).await;
}

#[tokio::test]
async fn listeners_that_are_never_removed_are_seen() {
    check("java", &[], "listeners", &["Service$PriceBus.LISTENERS"]).await;
}

#[tokio::test]
async fn the_floor_is_read_where_explicit_collections_do_nothing() {
    for option in ["-XX:+DisableExplicitGC", "-XX:+ExplicitGCInvokesConcurrent"] {
        check("java", &[option], "static", &["Service$SessionCache.CACHE"]).await;
    }
}

#[tokio::test]
async fn the_floor_is_read_under_other_collectors() {
    for option in ["-XX:+UseSerialGC", "-XX:+UseZGC"] {
        check("java", &[option], "static", &["Service$SessionCache.CACHE"]).await;
    }
}

#[tokio::test]
async fn without_counters_the_floor_is_read_and_metaspace_is_said_to_be_missing() {
    let service = start("java", &["-XX:-UsePerfData"]);
    assert_eq!(probe::identify(service.pid(), &service.agents).await, Runtime::Jvm);
    let collected = service.collect(Runtime::Jvm).await.unwrap();
    assert!(collected.reading[&Gauge::Live] > 1_000_000);
    assert!(collected.unseen.iter().any(|unseen| unseen.what.contains("metaspace")), "{:?}", collected.unseen);
}

#[tokio::test]
async fn a_jvm_that_must_not_be_attached_to_lives_on_and_the_option_is_named() {
    let mut service = start("java", &["-XX:+DisableAttachMechanism"]);
    let error = service.collect(Runtime::Jvm).await.unwrap_err();
    assert!(error.to_string().contains("`-XX:+DisableAttachMechanism`"), "{error}");
    service.get("/health");
    assert!(service.lives());
    assert!(!service.output().contains("thread dump"), "{}", service.output());
}

#[tokio::test]
async fn a_jvm_that_handles_no_signals_is_measured_without_one() {
    let mut service = start("java", &["-Xrs", "-XX:-UsePerfData"]);
    service.collect(Runtime::Jvm).await.unwrap();
    assert!(service.lives());
}

#[tokio::test]
async fn dumps_are_hprof_and_facts_are_known() {
    let service = start("java", &[]);
    assert_eq!(probe::identify(service.pid(), &service.agents).await, Runtime::Jvm);
    let facts = probe::facts(service.pid(), Runtime::Jvm, &service.agents).await;
    assert_eq!(facts["runtime"], "jvm");
    assert_eq!(facts["max-heap"], (256u64 << 20).to_string());
    assert!(facts.contains_key("runtime-version") && facts.contains_key("gc"), "{facts:?}");
    let dumped = service.dump(Runtime::Jvm, "a b\"c").await.unwrap();
    assert_eq!(magic(&dumped[0].file, 18), *b"JAVA PROFILE 1.0.2");
    let collected = service.collect(Runtime::Jvm).await.unwrap();
    assert!(collected.reading[&Gauge::Metaspace] > 1_000_000);
    assert!(!service.output().contains("thread dump"), "{}", service.output());
    // Nothing of the attach is left behind in the service's folder.
    assert!(
        std::fs::read_dir(service.folder.path())
            .unwrap()
            .flatten()
            .all(|entry| { !entry.file_name().to_string_lossy().starts_with(".attach") })
    );
}

pub fn magic(file: &Path, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    std::fs::File::open(file).unwrap().read_exact(&mut bytes).unwrap();
    bytes
}
