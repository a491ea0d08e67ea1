use std::io::Write as _;

use super::writer::Writer;
use super::*;
use crate::heap::graph::{Naming as _, Reference};

fn open(bytes: &[u8]) -> Mapping {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    Mapping::open(file.path()).unwrap()
}

fn sample() -> Vec<u8> {
    let mut writer = Writer::new();
    let [module, dict, text] = ["builtins.module", "builtins.dict", "builtins.str"].map(|name| writer.class(name));
    writer.object(10, module, 72, None, &[20]);
    writer.object(20, dict, 232, Some(1), &[30, 99]);
    writer.object(30, dict, 5000, Some(2), &[40, 41, 40]);
    writer.object(40, text, 50, None, &[]);
    writer.object(41, text, 60, None, &[]);
    writer.root(10, "module app");
    writer.name(20, 30, "CLIENTS");
    writer.namespace(41);
    writer.end()
}

#[test]
fn a_graph_reads_back_with_its_names() {
    let (graph, names) = read(open(&sample())).unwrap();
    assert_eq!(graph.len(), 6);
    assert_eq!(graph.class_name(Node(3)), "builtins.dict");
    assert_eq!(graph.shallow(Node(3)), Bytes(5000));
    assert_eq!(graph.references(Node(3)).count(), 3);
    assert_eq!(graph.roots()[0].kind, RootKind::Module);
    assert_eq!(names.entries(Node(3)), Some(2));
    let mut told = Vec::new();
    names.references(Node(2), &mut |to, reference| told.push((to, format!("{reference:?}"))));
    assert_eq!(told, [(Node(3), format!("{:?}", Reference::Field("CLIENTS".into())))]);
    let naming: Vec<u32> = (1..6).filter(|node| names.names_things(Node(*node))).collect();
    assert_eq!(naming, [2, 5]);
}

#[test]
fn suspended_calls_hold_in_passing_whatever_their_function() {
    for (class, expected) in [
        ("builtins.coroutine", true),
        ("builtins.coroutine app.main", true),
        ("builtins.async_generator app.rows", true),
        ("builtins.coroutine_wrapper", false),
        ("app.generator", false),
    ] {
        assert_eq!(is_suspended(class), expected, "{class}");
    }
}

#[test]
fn a_file_cut_anywhere_is_refused_with_the_place() {
    let whole = sample();
    for end in MAGIC.len()..whole.len() {
        let error = read(open(&whole[..end])).unwrap_err().to_string();
        assert!(error.contains(&format!("byte `{end}`")) && error.contains("cut"), "{end}: {error}");
    }
}

#[test]
fn lies_are_errors_and_never_panics() {
    let whole = sample();
    for place in MAGIC.len()..whole.len() {
        for value in [0, 1, 0x7f, 0xff] {
            let mut bytes = whole.clone();
            bytes[place] = value;
            let _ = read(open(&bytes));
        }
    }
}
