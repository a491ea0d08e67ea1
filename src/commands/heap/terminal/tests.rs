use clap::Parser as _;

use std::collections::BTreeMap;

use super::*;
use crate::commands::heap::{diff as diff_command, histogram as histogram_command, owners as owners_command};
use crate::commands::heap::{path as path_command, summary as summary_command};
use crate::heap::{
    self, ArrayWaste, BoxedNumbers, ClassRow, CollectionWaste, DuplicateStrings, DuplicateText, Format, Holder,
    LargeObject, Marks, Owner, OwnerPath, PathRow, Paths, RootKind, RootReason, RootRow, Roots, Step, Waste,
};

#[derive(clap::Parser)]
struct Cli<T: clap::Args> {
    #[command(flatten)]
    args: T,
}

fn args<T: clap::Args>(words: &[&str]) -> T {
    Cli::<T>::try_parse_from([&["plimsoll"], words].concat()).unwrap_or_else(|error| panic!("{error}")).args
}

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

fn step(text: &str) -> Step {
    let (edge, class) = match text.split_once(": ") {
        Some((edge, class)) => (edge, class),
        None if text.starts_with("thread ") => (text, ""),
        None => ("", text),
    };
    Step { edge: edge.to_owned(), class: class.to_owned() }
}

fn path_of(text: &str) -> OwnerPath {
    OwnerPath(text.split(" → ").map(step).collect())
}

fn owner(text: &str, count: u64, retained: u64, entries: Option<u64>, children: Vec<Owner>) -> Owner {
    let held: u64 = children.iter().map(|child| child.retained.0).sum();
    let (shallow, retained) = (Bytes(retained - held), Bytes(retained));
    Owner { step: step(text), count, shallow, retained, entries, marks: Marks::default(), children }
}

fn class(name: &str, objects: u64, shallow: u64, retained: u64) -> ClassRow {
    ClassRow { class: name.to_owned(), objects, shallow: Bytes(shallow), retained: Bytes(retained) }
}

/// A shop with so many sessions of about a kilobyte and as many quotes in each of four workers.
fn shop(sessions: u64, quotes: u64) -> HeapSummary {
    let session = owner("entries: com.shop.session.Session", sessions, sessions * 1000, None, vec![]);
    let map = "static com.shop.session.SessionRegistry.SESSIONS: java.util.concurrent.ConcurrentHashMap";
    let local = "threadLocals[static com.shop.routing.RouteCache.CACHE]: java.util.HashMap";
    let cache = owner(local, 4, quotes * 4 * 200 + 400, Some(quotes * 4), vec![]);
    let owners = vec![
        owner(map, 1, sessions * 1048 + 64, Some(sessions), vec![session]),
        owner("thread http-nio-*-exec-*", 4, quotes * 4 * 200 + 9_000, None, vec![cache]),
        owner("static com.shop.Config.CURRENT: com.shop.Config", 1, 120_000, None, vec![]),
    ];
    let total = owners.iter().map(|owner| owner.retained).sum::<Bytes>() + Bytes(4_000_000);
    HeapSummary {
        format: Format::Hprof,
        objects: sessions * 3 + quotes * 9 + 40_000,
        references: sessions * 5 + quotes * 12 + 90_000,
        total,
        unreachable: (612, Bytes(25_300)),
        roots: 865,
        owners,
        full_names: BTreeMap::new(),
        classes: vec![
            class("byte[]", 30_911, 7_400_000, 7_400_000),
            class("com.shop.session.Session", sessions, sessions * 40, sessions * 1000),
            class("java.util.concurrent.ConcurrentHashMap$Node", sessions + 700, sessions * 32, sessions * 1048),
        ],
        caveats: vec!["12 references lead to objects that are not in the dump; they were left out".to_owned()],
    }
}

fn waste() -> Waste {
    let holder = |path: &str, share| Some(Holder { path: path_of(path), share });
    let session = "static com.shop.session.SessionRegistry.SESSIONS: java.util.concurrent.ConcurrentHashMap → entries: com.shop.session.Session";
    let group = |length, copies, lost| DuplicateText {
        length,
        copies,
        lost: Bytes(lost),
        holder: holder(&format!("{session} → .currency: java.lang.String"), 0.97),
    };
    Waste {
        strings: Some(DuplicateStrings {
            texts: 51_000,
            different: 12_400,
            lost: Bytes(2_400_000),
            groups: vec![group(3, 20_000, 1_119_944), group(27, 9_000, 503_944)],
        }),
        collections: vec![CollectionWaste {
            class: "java.util.ArrayList".to_owned(),
            count: 20_400,
            empty: 11_000,
            empty_bytes: Bytes(264_000),
            sparse: 5_000,
            sparse_bytes: Bytes(180_000),
            holder: holder(&format!("{session} → .basket: java.util.ArrayList"), 1.0),
        }],
        numbers: vec![BoxedNumbers {
            class: "java.lang.Integer".to_owned(),
            count: 18_435,
            bytes: Bytes(294_960),
            plain: Bytes(73_740),
            holder: None,
        }],
        arrays: vec![ArrayWaste {
            class: "long[]".to_owned(),
            zero: 104,
            zero_bytes: Bytes(1_600_000),
            copies: 3,
            copies_bytes: Bytes(12_000),
            sparse: 0,
            sparse_bytes: Bytes(0),
            holder: holder("static com.shop.Stats.BUCKETS: java.util.ArrayList → entries: long[]", 0.99),
        }],
        untold: vec!["what is only in the head of whoever wrote the service".to_owned()],
    }
}

fn summary_view(waste: Option<Waste>) -> summary_command::View {
    let summary = shop(20_000, 1_000);
    let root = |kind, roots, retained| RootRow { kind, roots, objects: roots, retained: Bytes(retained) };
    let large = |path: &str, class: &str, id, retained| LargeObject {
        path: path_of(path),
        class: class.to_owned(),
        id: Some(id),
        shallow: Bytes(104),
        retained: Bytes(retained),
    };
    summary_command::View {
        suspects: heap::suspects(&summary),
        roots: Roots {
            kinds: vec![root(RootKind::Class, 781, 21_000_000), root(RootKind::Thread, 31, 820_000)],
            shared: Bytes(4_000_000),
        },
        largest: vec![
            large("class SessionRegistry: java.lang.Class", "java.lang.Class", 0xc0ab_0010, 20_960_064),
            large("thread http-nio-*-exec-*", "java.lang.Thread", 0xd699_88c0, 209_000),
        ],
        summary,
        waste,
    }
}

#[test]
fn a_summary_fits_its_terminal() {
    for width in [80, 120] {
        let text = plain(&summary(&args(&["app.hprof"]), &summary_view(None), width));
        assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
        insta::assert_snapshot!(format!("summary-{width}"), text);
    }
    insta::assert_snapshot!("summary-waste", plain(&summary(&args(&["app.hprof"]), &summary_view(Some(waste())), 100)));
}

#[test]
fn colors_mark_what_stands_out_and_change_no_text() {
    let view = summary_view(None);
    let colored = summary(&args(&["app.hprof"]), &view, 80);
    assert!(colored.contains(&format!("{MARK}")) && colored.contains(&format!("{BOLD}")), "{colored}");
    assert!(!plain(&colored).contains('\u{1b}'));
}

#[test]
fn the_owner_tree_is_indented_and_a_pattern_shows_whole_paths() {
    let summary = shop(20_000, 1_000);
    insta::assert_snapshot!("owners", plain(&owners(&args(&["app.hprof"]), &summary, 80)));
    let tiny = HeapSummary { owners: vec![], ..summary.clone() };
    let told = |words: &[&str]| plain(&owners(&args(words), &tiny, 80));
    assert!(told(&["app.hprof"]).contains("no owner retains 1.00 KiB or more"));
    assert!(told(&["app.hprof", "--match", "x"]).contains("leave out `--match`"));
    let args: owners_command::Args = args(&["app.hprof", "--match", "threadLocals*"]);
    insta::assert_snapshot!("owners-match", plain(&owners(&args, &summary, 80)));
}

fn diff_view(summaries: Vec<HeapSummary>) -> diff_command::View {
    diff_command::View { trends: heap::trend(&summaries), summaries, others: 0 }
}

#[test]
fn two_dumps_are_told_by_growth_and_three_by_whether_it_goes_on() {
    let two = diff_view(vec![shop(10_000, 1_000), shop(20_000, 1_010)]);
    for width in [80, 120] {
        let text = plain(&diff(&args(&["before.hprof", "after.hprof"]), &two, width));
        insta::assert_snapshot!(format!("diff-{width}"), text);
    }
    // The sessions are a leak, the quotes a cache that is full after the second dump.
    let three = diff_view(vec![shop(10_000, 1_000), shop(20_000, 9_000), shop(30_000, 9_000)]);
    let files: diff_command::Args = args(&["1.hprof", "2.hprof", "3.hprof"]);
    insta::assert_snapshot!("diff-three", plain(&diff(&files, &three, 120)));
    let none = diff_view(vec![shop(10_000, 1_000), shop(10_000, 1_000)]);
    insta::assert_snapshot!("diff-none", plain(&diff(&args(&["before.hprof", "after.hprof"]), &none, 80)));
    let again = diff_view(vec![shop(10_000, 1_000), shop(20_000, 1_000), shop(10_000, 1_000)]);
    assert!(plain(&diff(&files, &again, 80)).contains("more than 1.00 KiB from the first dump to the last"));
    let unfit = diff_command::View { others: 3, ..none };
    insta::assert_snapshot!("diff-unfit", plain(&diff(&args(&["before.hprof", "after.hprof"]), &unfit, 80)));
}

#[test]
fn of_many_changes_the_largest_in_either_direction_are_shown() {
    let view = diff_view(vec![shop(20_000, 1_000), shop(10_000, 9_000)]);
    let deltas = |most| view.largest(most).iter().map(|trend| trend.growth.delta.0.signum()).collect::<Vec<_>>();
    assert_eq!((deltas(1), deltas(2)), (vec![-1], vec![1, -1]));
}

#[test]
fn paths_are_a_tree_from_the_roots() {
    let row = |above: Option<usize>, depth, edge: &str, class: &str, objects, here| PathRow {
        above,
        depth,
        root: above.is_none().then(|| RootReason { kind: RootKind::Class, name: String::new() }),
        edge: edge.to_owned(),
        class: class.to_owned(),
        objects,
        links: u64::from(edge == ".next") * 300,
        here,
        targets: 20_000,
        retained: Bytes(20_000_000),
    };
    let registry = "static SessionRegistry.SESSIONS";
    let paths = Paths {
        rows: vec![
            row(None, 0, "", "class com.shop.session.SessionRegistry", 1, 0),
            row(Some(0), 1, registry, "java.util.concurrent.ConcurrentHashMap", 1, 0),
            row(Some(1), 2, ".table", "java.util.concurrent.ConcurrentHashMap$Node[]", 1, 0),
            row(Some(2), 3, "[]", "java.util.concurrent.ConcurrentHashMap$Node", 19_700, 0),
            row(Some(3), 4, ".next", "java.util.concurrent.ConcurrentHashMap$Node", 300, 0),
            row(Some(4), 5, ".val", "com.shop.session.Session", 20_000, 20_000),
        ],
        targets: 20_001,
        unreached: 1,
    };
    let args: path_command::Args = args(&["app.hprof", "--class", "*.Session"]);
    insta::assert_snapshot!("path", plain(&path(&args, &paths, &["the dump is cut at byte 7".to_owned()], 80)));
    let lost = Paths { rows: vec![], targets: 2, unreached: 2 };
    let told = plain(&path(&args, &lost, &[], 80));
    assert_eq!(told, "2 objects, unreachable: no root leads there, and nobody keeps them\n");
}

#[test]
fn histograms_tell_sizes_or_changes() {
    let rows = shop(20_000, 1_000).classes;
    let view = |rows, caveats| histogram_command::View { rows, caveats };
    let one = view(histogram_command::Rows::One(rows.clone()), vec!["the dump is cut at byte 7".to_owned()]);
    insta::assert_snapshot!("histogram", plain(&histogram(&args(&["app.hprof", "--top", "2"]), &one, 80)));
    let changes = heap::class_changes(&shop(20_500, 1_000).classes, &rows);
    let two = view(histogram_command::Rows::Two(changes), vec![]);
    insta::assert_snapshot!("histogram-two", plain(&histogram(&args(&["a.hprof", "b.hprof"]), &two, 100)));
}

#[test]
fn names_from_a_heap_cannot_steer_the_terminal() {
    let mut summary = shop(20_000, 1_000);
    summary.owners[0].step.class = "evil\u{1b}[2J\u{202e}::error::\n\r".to_owned();
    summary.classes[0].class = "\u{1b}]0;x\u{7}".to_owned();
    let view = summary_command::View { summary: summary.clone(), ..summary_view(None) };
    let told = [
        super::summary(&args(&["app.hprof"]), &view, 80),
        owners(&args(&["app.hprof"]), &summary, 80),
        diff(&args(&["a", "b"]), &diff_view(vec![shop(1, 1), summary]), 80),
    ];
    for text in told {
        let own = plain(&text);
        assert!(!own.contains(['\u{7}', '\u{202e}', '\r']) && !text.contains("\u{1b}[2J"), "{text:?}");
    }
}
