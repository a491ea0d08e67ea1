//! The same program, dumped by many writers: each must be read as the JVM itself counts it.

use std::path::{Path, PathBuf};

use plimsoll::heap::hprof::Referents;
use plimsoll::heap::{Label, Naming, Node, Orphans, RootKind};

use super::writer::{Read, open};

pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/heap/hprof").join(name).with_extension("hprof.gz")
}

pub fn read_fixture(name: &str) -> Read {
    let read = open(&fixture(name), Referents::NotWeak, Orphans::Drop).unwrap();
    assert_eq!(read.dump.caveats, [] as [&str; 0], "{name}");
    read
}

/// Objects of a class with the bytes of all of them, reachable or not: as `GC.class_histogram` counts.
fn objects(read: &Read, class: &str) -> (u64, u64) {
    let graph = &read.dump.graph;
    let all = graph.objects().filter(|node| graph.class_name(*node) == class);
    all.fold((0, 0), |(count, bytes), node| (count + 1, bytes + graph.shallow(node).0))
}

/// What a static field of `Shapes` holds.
fn held(read: &Read, field: &str) -> Node {
    let names = &read.dump.names;
    let shapes = |node: &Node| names.label(*node) == Some(Label::Class("Shapes".into()));
    let class = read.dump.graph.objects().find(shapes).unwrap();
    let mut found = None;
    names.references(class, &mut |to, reference| {
        if format!("{reference:?}").contains(field) {
            found = Some(to);
        }
    });
    found.unwrap()
}

#[test]
fn arrays_and_objects_weigh_what_the_jvm_says() {
    // Of the JVM's own histogram. Objects whose fields of several classes share a word are left out: MAT,
    // and so this reader, gives each class of the hierarchy words of its own.
    let serial =
        [("Shapes$Packed", 10, 320), ("Shapes$Packed[]", 1, 24), ("long[]", 55, 27_504), ("char[]", 8, 35_488)];
    let compact = [
        ("Shapes$Packed", 10, 240),
        ("Shapes$Sub", 1000, 32_000),
        ("Shapes$Packed[]", 1, 16),
        ("long[]", 55, 27_504),
        ("char[]", 8, 35_472),
        ("java.lang.String", 2367, 56_808),
        ("java.util.HashMap$Node", 1272, 30_528),
    ];
    for (name, told) in [("jdk25-serial", &serial[..]), ("jdk25-compact-headers", &compact)] {
        let read = read_fixture(name);
        for (class, count, bytes) in told {
            let (counted, weighed) = objects(&read, class);
            // Strings come and go with the command that asks for the histogram.
            assert!(counted.abs_diff(*count) <= count / 100, "{counted} {class} in {name}, not {count}");
            assert_eq!(weighed * count, bytes * counted, "{class} in {name}");
        }
    }
}

#[test]
fn static_fields_retain_what_the_program_put_there() {
    // Header and reference, in bytes; a header of the table below is that of an object.
    for (name, header, reference) in [
        ("jdk25-serial", 12, 4),
        ("jdk25-regions", 12, 4),
        ("jdk25-virtual-threads", 12, 4),
        ("jdk25-compact-headers", 8, 4),
        ("jdk25-zgc", 16, 8),
    ] {
        let read = read_fixture(name);
        let up = |bytes: u64, to: u64| bytes.next_multiple_of(to);
        let retained = |field: &str| read.tree.retained(held(&read, field)).0;
        let array = |length: u64, width: u64| up(up(header + 4, width.max(reference).min(8)) + length * width, 8);
        let packed = up(up(header + 1 + 8 + reference, reference), 8);
        let sub = up(up(header + 1 + 8 + reference, reference) + up(1 + reference, reference), 8);
        assert_eq!(retained("CHAIN"), array(1, reference) + 1000 * sub, "{name}");
        assert_eq!(retained("GRID"), array(10, reference) + 10 * (array(2, reference) + packed), "{name}");
        assert_eq!(retained("TEXT"), up(up(header + 4, reference.min(header + 4)) + 2000, 8), "{name}");
        let (_, entries) = read
            .tree
            .children(held(&read, "LONGS"))
            .flat_map(|array| read.tree.children(array))
            .fold((0, 0), |(count, bytes), node| (count + 1, bytes + read.tree.retained(node).0));
        assert_eq!(entries, 50 * array(64, 8), "{name}");
    }
}

#[test]
fn a_parallel_dump_is_the_serial_dump_in_another_order() {
    let (serial, parallel) = (read_fixture("jdk25-regions"), read_fixture("jdk25-regions-parallel"));
    assert_eq!(serial.dump.graph.len(), parallel.dump.graph.len());
    let mut differences = 0;
    for node in serial.dump.graph.objects() {
        // Numbers follow addresses, which are the same in both.
        let graphs = (&serial.dump.graph, &parallel.dump.graph);
        assert_eq!(graphs.0.class_name(node), graphs.1.class_name(node));
        differences += u64::from(serial.tree.retained(node) != parallel.tree.retained(node));
    }
    assert_eq!(differences, 0);
    assert_eq!(serial.tree.reached(), parallel.tree.reached());
}

#[test]
fn virtual_threads_hold_their_locals_mounted_or_not() {
    let read = read_fixture("jdk25-virtual-threads");
    let graph = &read.dump.graph;
    let locals: Vec<Node> = graph.objects().filter(|node| graph.class_name(*node) == "Shapes$Local").collect();
    assert_eq!(locals.len(), 43);
    let mut owners = Vec::new();
    for local in locals {
        assert!(read.tree.retained(local).0 > 10_000);
        let thread = read.tree.immediate(local).unwrap();
        assert_eq!(graph.class_name(thread), "java.lang.VirtualThread");
        match read.dump.names.label(thread) {
            Some(Label::Thread(name)) => owners.push(name.into_owned()),
            other => panic!("{other:?}"),
        }
    }
    owners.sort();
    let mut expected: Vec<String> = (0..40).map(|index| format!("waits-{index}")).collect();
    // Those without a name are told by their task, whether or not an executor wraps it.
    expected.extend(["runs-0", "virtual Virtual$Task", "virtual Virtual$Task"].map(str::to_owned));
    expected.sort();
    assert_eq!(owners, expected);
    let named = graph.roots().iter().filter(|root| root.kind == RootKind::Thread && root.name.starts_with("waits-"));
    assert_eq!(named.count(), 40);
}
