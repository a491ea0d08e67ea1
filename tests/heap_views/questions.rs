//! Paths, histograms, owners: answers, and what is no question.

use crate::{dumps, json, plimsoll, source, text};

#[test]
fn the_path_of_a_leak_goes_from_a_root_over_the_static_field_to_every_entry() {
    let program = source("tests/heap/Leak.java");
    let (_folder, files) = dumps("java", &["-Xshare:auto", &program, "1", "FOLDER"], "hprof");
    let paths = json(&["heap", "path", &files[1], "--class", "Leak$Session"]);
    assert_eq!((paths["targets"].as_u64(), paths["unreached"].as_u64()), (Some(3000), Some(0)));
    let steps = paths["steps"].as_array().unwrap();
    let first = &steps[0];
    assert!(first["above"].is_null() && first["root"]["kind"].is_string(), "{first:#}");
    assert_eq!(
        steps.iter().filter(|step| step["above"].is_null()).map(|step| step["targets"].as_u64().unwrap()).sum::<u64>(),
        3000
    );
    let place = steps.iter().position(|step| step["edge"] == "static Leak.SESSIONS").unwrap();
    assert_eq!(steps[place]["class"], "java.util.concurrent.ConcurrentHashMap");
    assert_eq!(steps[place]["targets"].as_u64(), Some(3000));
    let table = steps.iter().find(|step| step["above"].as_u64() == Some(place as u64)).unwrap();
    assert_eq!(table["edge"], ".table");
    let told = text(&["heap", "path", &files[1], "--class", "Leak$Session"]);
    assert!(told.contains("└ static Leak.SESSIONS: java.util.concurrent.ConcurrentHashMap"), "{told}");
    assert!(told.lines().count() < 40 && told.contains("Leak$Session ×"), "{told}");

    // By owner, and by the address that the summary tells.
    let owner = json(&["heap", "path", &files[1], "--owner", "static Leak.SESSIONS*"]);
    assert_eq!(owner["targets"].as_u64(), Some(1));
    let largest = &json(&["heap", "summary", &files[1]])["largest"][0];
    let by_id = json(&["heap", "path", &files[1], "--id", largest["id"].as_str().unwrap()]);
    let end = by_id["steps"].as_array().unwrap().iter().find(|step| step["targets_here"] == 1).unwrap();
    assert_eq!(by_id["targets"].as_u64(), Some(1));
    assert_eq!(end["retained_bytes"], largest["retained_bytes"]);

    // Two dumps of one process: the class that leaked is the one with the most new objects of the program.
    let histogram = json(&["heap", "histogram", &files[0], &files[1], "--match", "Leak*", "--sort", "objects"]);
    let row = &histogram["classes"][0];
    assert_eq!((row["after"]["class"].as_str(), row["objects_change"].as_i64()), (Some("Leak$Session"), Some(2000)));
}

#[test]
fn a_v8_object_is_found_by_the_id_that_devtools_shows() {
    let program = source("tests/heap/leak.cjs");
    let (_folder, files) = dumps("node", &["--no-opt", &program, "1", "FOLDER"], "heapsnapshot");
    let paths = json(&["heap", "path", &files[2], "--class", "Session"]);
    assert!(paths["targets"].as_u64() >= Some(3000), "{}", paths["targets"]);
    assert!(!paths.to_string().contains("secret-of-client"));
    let largest = json(&["heap", "summary", &files[2]])["largest"][0].clone();
    let id = largest["id"].as_str().unwrap();
    let hex = format!("{:#x}", id.strip_prefix('@').unwrap().parse::<u64>().unwrap());
    for id in [id, &hex] {
        assert_eq!(json(&["heap", "path", &files[2], "--id", id])["targets"].as_u64(), Some(1));
    }
    // Three snapshots: what grew in each interval is marked, and the view says so.
    let diff = text(&["heap", "diff", &files[0], &files[1], &files[2]]);
    let (title, rest) = diff.split_once("retention: grew in every interval").unwrap();
    assert!(title.contains("dump") && rest.contains("context leak.cjs:clients: Map"), "{diff}");
    let rows = json(&["heap", "diff", &files[0], &files[1], &files[2]]);
    let clients = rows["owners"].as_array().unwrap().iter().find(|row| row["path"] == "context leak.cjs:clients: Map");
    assert_eq!(clients.unwrap()["retention"], true);
    assert_eq!(clients.unwrap()["retained_bytes"].as_array().unwrap().len(), 3);
}

#[test]
fn the_histogram_agrees_with_eclipse_mat_in_every_class() {
    let tiny = source("fixtures/heap/tiny.hprof.gz");
    let told = json(&["heap", "histogram", &tiny, "--referents", "mat"]);
    let rows = told["classes"].as_array().unwrap();
    let table = std::fs::read_to_string(source("fixtures/heap/tiny.mat-histogram.csv")).unwrap();
    let mut compared = 0;
    for line in table.lines().skip(1) {
        let mut cells = line.trim_end_matches(',').rsplitn(3, ',').collect::<Vec<_>>();
        cells.reverse();
        let [class, objects, shallow] = cells[..] else { panic!("{line}") };
        // Generated names are one row of ours and many of theirs.
        let Some(row) = rows.iter().find(|row| row["class"] == class) else { continue };
        assert_eq!(
            (row["objects"].as_u64(), row["shallow_bytes"].as_u64()),
            (objects.parse().ok(), shallow.parse().ok()),
            "{class}"
        );
        compared += 1;
    }
    assert!(compared > 200, "{compared}");
}

#[test]
fn the_suspects_of_a_leaky_program_are_its_leaks_and_a_small_heap_has_none() {
    let tiny = source("fixtures/heap/tiny.hprof.gz");
    let summary = json(&["heap", "summary", &tiny]);
    let total = summary["total_bytes"].as_u64().unwrap();
    for suspect in summary["suspects"].as_array().unwrap() {
        assert!(suspect["retained_bytes"].as_u64().unwrap() * 10 >= total, "{suspect:#}");
    }
    let roots: u64 = summary["root_kinds"].as_array().unwrap().iter().map(|row| row["roots"].as_u64().unwrap()).sum();
    assert_eq!(Some(roots), summary["roots"].as_u64());
    let alone = summary["root_kinds"].as_array().unwrap().iter().map(|row| row["retained_bytes"].as_u64().unwrap());
    assert_eq!(alone.sum::<u64>() + summary["shared_by_roots_bytes"].as_u64().unwrap(), total);
}

#[test]
fn more_is_shown_where_it_is_asked_for() {
    let tiny = source("fixtures/heap/tiny.hprof.gz");
    let rows = |args: &[&str]| json(&[&["heap", "owners", &tiny], args].concat())["owners"].as_array().unwrap().len();
    assert!(rows(&["--least", "1 KiB"]) > rows(&["--least", "100 KiB"]));
    assert!(rows(&["--depth", "6", "--least", "10 KiB"]) > rows(&["--depth", "1", "--least", "10 KiB"]));
    let least = json(&["heap", "owners", &tiny, "--least", "50 KiB", "--depth", "9"]);
    assert!(least["owners"].as_array().unwrap().iter().all(|row| row["retained_bytes"].as_u64() >= Some(50 << 10)));
    let (dropped, kept) = (json(&["heap", "summary", &tiny]), json(&["heap", "summary", &tiny, "--keep-unreachable"]));
    let lost = dropped["unreachable_objects"].as_u64().unwrap();
    assert_eq!(kept["objects"].as_u64(), Some(dropped["objects"].as_u64().unwrap() + lost));
    assert!(lost == 0 || kept["caveats"].to_string().contains(&format!("{lost} of the objects")), "{kept:#}");
    let table = text(&["heap", "histogram", &tiny, "--top", "3"]);
    let (rows, notes): (Vec<&str>, Vec<&str>) = table.lines().partition(|line| !line.starts_with("note: "));
    assert_eq!((rows.len(), notes.len()), (5, 1), "{table}");
}

/// A heap of many small owners, all of a class with a long name.
#[test]
fn small_owners_are_shown_where_there_are_no_large_ones_with_names_of_bearable_length() {
    let many = 300;
    let globals = |value: &dyn Fn(u64) -> String| (0..many).map(value).collect::<String>();
    let nodes = globals(&|global| format!(",3,2,{},4096,0", 5 + 2 * global));
    let edges = globals(&|global| format!(",2,{},{}", 3 + global, 10 + 5 * global));
    let names = globals(&|global| format!(r#","global{global}""#));
    let snapshot = format!(
        r#"{{"snapshot":{{"meta":{{"node_fields":["type","name","id","self_size","edge_count"],
        "node_types":[["hidden","array","string","object","code","closure","regexp","number","native","synthetic"]],
        "edge_fields":["type","name_or_index","to_node"],
        "edge_types":[["context","element","property","internal","hidden","shortcut","weak"]]}},
        "node_count":{},"edge_count":{}}},"nodes":[9,0,1,0,1,3,1,3,16,{many}{nodes}],"edges":[5,1,5{edges}],
        "strings":["","Window","{}"{names}]}}"#,
        many + 2,
        many + 1,
        "x".repeat(1 << 20),
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("many.heapsnapshot");
    std::fs::write(&file, snapshot).unwrap();
    let shown = text(&["heap", "owners", file.to_str().unwrap()]);
    assert!(shown.matches("global.global").count() > 5 && shown.len() < 20_000, "{}", shown.len());
    let told = text(&["heap", "owners", file.to_str().unwrap(), "--least", "1 KiB", "--format", "json"]);
    assert!(told.contains("global.global299") && told.len() < 1 << 20, "{}", told.len());
}

#[test]
fn what_cannot_be_answered_as_it_was_asked_ends_with_2() {
    let tiny = source("fixtures/heap/tiny.hprof.gz");
    let (_folder, snapshots) = dumps(
        "python3",
        &[&source("tests/heap_views/waste.py"), "0", "FOLDER", &source("src/run/probe/agents")],
        "pygraph",
    );
    for (args, said) in [
        (&["heap", "diff", &tiny, &snapshots[0]][..], "of another kind"),
        (&["heap", "histogram", &tiny, &snapshots[0]], "of another kind"),
        (&["heap", "diff", "-", &tiny, "-"], "standard input is one dump"),
        (&["heap", "path", &tiny], "required"),
        (&["heap", "path", &tiny, "--class", "a", "--id", "1"], "cannot be used"),
        (&["heap", "path", &tiny, "--id", "0x1"], "no object"),
        (&["heap", "path", &tiny, "--id", "nope"], "is no id"),
        (&["heap", "path", &tiny, "--class", "com.nobody.*"], "no reachable object"),
        (&["heap", "owners", &tiny, "--least", "10"], "no unit"),
        (&["heap", "histogram", &tiny, &tiny, &tiny], "unexpected"),
    ] {
        let output = plimsoll(args);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {error}");
        assert!(error.contains(said), "{args:?}: {error}");
    }
}
