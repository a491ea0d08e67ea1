//! V8 snapshots that are cut, written by other versions, or lie: the whole truth, an honest part of it, or an error.

#![expect(clippy::unwrap_used, reason = "a test says by panicking that something is wrong")]

use std::path::Path;

use plimsoll::heap::{HeapError, HeapSummary, Mapping, Options, summarize};
use serde_json::{Value, json};

fn fixture(name: &str) -> Vec<u8> {
    let path = format!("fixtures/heap/v8/{name}.heapsnapshot.gz");
    Mapping::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap().to_vec()
}

fn read(content: &[u8]) -> Result<HeapSummary, HeapError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("some.heapsnapshot");
    std::fs::write(&path, content).unwrap();
    summarize(&path, &Options::default())
}

/// Where a part of a snapshot starts, and its length.
fn part(content: &[u8], key: &str) -> (usize, usize) {
    let text = String::from_utf8_lossy(content);
    let start = text.find(&format!("\"{key}\":[")).unwrap() + key.len() + 4;
    let end = if key == "strings" { text.rfind(']').unwrap() } else { start + text[start..].find(']').unwrap() };
    (start, end - start)
}

#[test]
fn a_snapshot_that_was_cut_in_its_strings_has_all_its_sizes_and_says_what_is_missing() {
    for name in ["node-20", "node-26"] {
        let whole = fixture(name);
        let (start, length) = part(&whole, "strings");
        let all = read(&whole).unwrap();
        assert!(all.caveats.is_empty());
        for share in [60, 95] {
            let cut = read(&whole[..start + length * share / 100]).unwrap();
            assert_eq!((cut.objects, cut.total), (all.objects, all.total), "{name}");
            assert!(cut.caveats.len() == 1 && cut.caveats[0].contains("cut after"), "{:?}", cut.caveats);
            assert!(!cut.owners.is_empty());
        }
    }
}

#[test]
fn a_snapshot_that_was_cut_before_its_strings_is_an_error_with_the_place() {
    let whole = fixture("node-24");
    for key in ["nodes", "edges"] {
        let (start, length) = part(&whole, key);
        for share in [0, 1, 50, 99] {
            let end = start + length * share / 100;
            let error = read(&whole[..end]).unwrap_err().to_string();
            assert!(error.contains(&format!("inside `{key}`")), "{error}");
            assert!(error.contains(&format!("byte `{end}`")), "{end}: {error}");
        }
    }
    let (start, _) = part(&whole, "strings");
    assert!(read(&whole[..start]).unwrap_err().to_string().contains("inside `strings`"));
}

/// The same snapshot with its fields in another order and others between them.
fn reordered(content: &[u8]) -> Vec<u8> {
    let mut snapshot: Value = serde_json::from_slice(content).unwrap();
    for (rows, fields, types) in [("nodes", "node_fields", "node_types"), ("edges", "edge_fields", "edge_types")] {
        let meta = &mut snapshot["snapshot"]["meta"];
        let width = meta[fields].as_array().unwrap().len();
        let order: Vec<Option<usize>> = (0..width).rev().flat_map(|field| [Some(field), None]).collect();
        let reorder = |row: &[Value], new: Value| -> Vec<Value> {
            let cell =
                |field: &Option<usize>| field.map_or(new.clone(), |field| row.get(field).cloned().unwrap_or_default());
            order.iter().map(cell).collect()
        };
        meta[fields] = reorder(meta[fields].as_array().unwrap(), json!("new")).into();
        meta[types] = reorder(meta[types].as_array().unwrap(), json!("number")).into();
        let mut flat = Vec::new();
        for row in snapshot[rows].as_array().unwrap().chunks(width) {
            flat.extend(reorder(row, json!(99)));
        }
        snapshot[rows] = flat.into();
    }
    let meta = &snapshot["snapshot"]["meta"];
    let fields = meta["edge_fields"].as_array().unwrap();
    let (to, step) = (fields.iter().position(|field| field == "to_node").unwrap(), fields.len());
    for target in snapshot["edges"].as_array_mut().unwrap().iter_mut().skip(to).step_by(step) {
        *target = (target.as_u64().unwrap() * 2).into();
    }
    let keys = ["snapshot", "nodes", "edges", "locations", "strings"];
    let parts: Vec<String> = keys.iter().map(|key| format!("\"{key}\":{}", snapshot[*key])).collect();
    format!("{{{}}}", parts.join(",")).into_bytes()
}

#[test]
fn fields_are_found_by_their_names() {
    let whole = fixture("node-22");
    let (mut one, mut other) = (read(&whole).unwrap(), read(&reordered(&whole)).unwrap());
    assert!(one.objects > 1000);
    assert_eq!(std::mem::take(&mut one.owners), std::mem::take(&mut other.owners));
    assert_eq!(one, other);
}

/// root -> (GC roots) -> Session(100) -> string(20), and an array of Session's that is its own.
const SMALL: &str = r#"{"snapshot":{"meta":{"node_fields":["type","name","id","self_size","edge_count"],
"node_types":[["hidden","array","string","object","synthetic"],"string","number","number","number"],
"edge_fields":["type","name_or_index","to_node"],
"edge_types":[["element","property","internal","weak","shortcut"],"string_or_number","node"]},
"node_count":5,"edge_count":5},"nodes":[4,0,1,0,2,4,1,3,0,1,3,2,5,100,2,2,0,7,20,0,1,0,9,64,0],
"edges":[0,1,5,4,2,10,0,1,10,1,3,15,2,4,20],"strings":["","(GC roots)","Session","name","elements"]}"#;

#[test]
fn a_small_snapshot_reads_as_it_was_written() {
    let summary = read(SMALL.as_bytes()).unwrap();
    assert_eq!((summary.objects, summary.references, summary.total.0), (4, 2, 184));
    let row = |class: &str| summary.classes.iter().find(|row| row.class == class).unwrap();
    // Its array of 64 bytes is the Session's.
    assert_eq!((row("Session").shallow.0, row("Session").retained.0), (164, 184));
}

/// An older page: root -> (GC roots) -> <div>(50), root -> (Document DOM trees) -> <div> -> (array)(30).
const PAGE: &str = r#"{"snapshot":{"meta":{"node_fields":["type","name","id","self_size","edge_count"],
"node_types":[["hidden","array","string","native","synthetic"],"string","number","number","number"],
"edge_fields":["type","name_or_index","to_node"],
"edge_types":[["element","property","internal","weak","shortcut"],"string_or_number","node"]},
"node_count":5,"edge_count":5},"nodes":[4,0,1,0,2,4,1,3,0,1,4,2,5,0,1,3,3,7,50,1,1,0,9,30,0],
"edges":[0,1,5,0,2,10,0,1,15,0,1,15,2,4,20],
"strings":["","(GC roots)","(Document DOM trees)","<div id=\"a\">","elements"]}"#;

/// DevTools says of `PAGE`, in order: 0 80, 0 0, 0 80, 80 80, 0 0. Of the other: 0 80, 0 0, 0 0, 50 80, 30 30.
#[test]
fn what_documents_hold_is_theirs_whatever_else_refers_to_it() {
    let retained = |text: &str| {
        let summary = read(text.as_bytes()).unwrap();
        let of = |class: &str| summary.classes.iter().find(|row| row.class == class).map(|row| row.retained.0);
        (of("<div>"), of("(Document DOM trees)"), of("(Global trees)"))
    };
    assert_eq!(retained(PAGE), (Some(80), Some(80), None));
    assert_eq!(retained(&PAGE.replace("Document DOM", "Global")), (Some(80), None, Some(0)));
}

#[test]
fn contradictions_are_errors_with_their_place() {
    for (from, to, said) in [
        (r#""node_count":5"#, r#""node_count":6"#, "ends before the count"),
        (r#""node_count":5"#, r#""node_count":99999999999"#, "ends before the count"),
        (r#""edge_count":5"#, r#""edge_count":6"#, "counts `5` edges, its header `6`"),
        (r#""edge_count":5"#, r#""edge_count":5,"root_index":25"#, "no root"),
        (r#"[0,1,5,4"#, r#"[0,1,25,4"#, "leads to a node that is not there"),
        (r#"[0,1,5,4"#, r#"[0,1,99999999999999999999,4"#, "leads to a node that is not there"),
        (r#"[0,1,5,4"#, r#"[0,1,5.5,4"#, "no array of unsigned numbers"),
        (r#"[0,1,5,4"#, r#"[0,-1,5,4"#, "no array of unsigned numbers"),
        (r#""self_size","#, r#""size","#, "names no field `self_size`"),
        (r#""edges":["#, r#""pledges":["#, "no `edges` in it"),
        (r#""node_fields":["type""#, r#""node_fields":[7"#, "header does not read"),
    ] {
        assert!(SMALL.contains(from));
        let error = read(SMALL.replacen(from, to, 1).as_bytes()).unwrap_err().to_string();
        assert!(error.contains(said) && error.contains("byte `"), "{to}: {error}");
    }
}

#[test]
fn no_damage_makes_it_panic() {
    let mut state = 7_u64;
    let mut draw = |limit: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % limit
    };
    let (mut good, mut bad) = (0, 0);
    for _ in 0..1000 {
        let mut damaged = SMALL.as_bytes().to_vec();
        for _ in 0..=draw(3) {
            let at = draw(damaged.len());
            damaged[at] = br#"0123456789,[]{}":\ a"#[draw(20)];
        }
        match read(&damaged) {
            Ok(_) => good += 1,
            Err(_) => bad += 1,
        }
    }
    assert!(good > 50 && bad > 50, "{good} {bad}");
}

#[test]
fn global_variables_are_owners_whether_the_root_or_a_native_context_names_them() {
    for name in ["node-12", "deno-2.9", "node-26"] {
        let owners = read(&fixture(name)).unwrap().owners;
        assert!(owners.iter().any(|owner| owner.step.edge.contains("global.")), "{name}");
    }
}

#[test]
fn nodes_in_no_document_are_told_as_such_and_names_of_chrome_have_no_parameters() {
    let summary = read(&fixture("chromium-156")).unwrap();
    let objects = |class: &str| summary.classes.iter().find(|row| row.class == class).map(|row| row.objects);
    assert_eq!((objects("Detached <div>"), objects("Detached <canvas>")), (Some(200), Some(1)));
    assert!(objects("<div>").is_some_and(|attached| attached < 200));
    let is_template = |class: &str| class.contains("::") && class.contains('<');
    assert!(summary.classes.iter().all(|row| !is_template(&row.class)));
}
