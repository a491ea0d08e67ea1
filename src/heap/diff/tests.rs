use std::collections::BTreeMap;

use super::*;
use crate::heap::owner::Marks;
use crate::heap::owners::{Limits, sketch};
use crate::heap::{ClassRow, Format, Kind, Step, naming};

fn dump(graph: &str) -> HeapSummary {
    HeapSummary {
        format: Format::Python,
        objects: 0,
        references: 0,
        total: Bytes(0),
        unreachable: (0, Bytes(0)),
        roots: 0,
        owners: sketch::owners(graph),
        full_names: BTreeMap::new(),
        classes: Vec::new(),
        caveats: Vec::new(),
    }
}

/// A service with a map of sessions and a buffer in each.
fn service(sessions: u32, buffer: u32) -> String {
    let mut text = "root | module app | m | builtins.module 100
        m | .SERVICE | s | app.Service 48
        s | .sessions | d | builtins.dict 200\n"
        .to_owned();
    text += &format!("entries | d | {sessions}\n");
    for n in 0..sessions {
        text += &format!(
            "d || k{n} | builtins.str 50\nd || v{n} | app.Session 48\nv{n} | .buffer | b{n} | builtins.bytes {buffer}\n"
        );
    }
    text
}

fn told(before: &str, after: &str) -> Vec<String> {
    let told = |growth: OwnerGrowth| {
        let each = growth.bytes_per_entry.map(|bytes| format!(", {} each", bytes.0)).unwrap_or_default();
        format!("{} {} {:+} by {:?}{each}", growth.change.name(), growth.path, growth.delta.0, growth.added())
    };
    diff(&dump(before), &dump(after)).into_iter().map(told).collect()
}

#[test]
fn a_growing_map_is_told_as_the_map_and_not_as_what_is_above_or_in_it() {
    assert_eq!(
        told(&service(10, 1000), &service(110, 1000)),
        ["grown module app → .SERVICE: app.Service → .sessions: dict +109800 by Some(100), 1098 each"]
    );
}

#[test]
fn equal_dumps_have_nothing_to_tell() {
    assert!(told(&service(100, 1000), &service(100, 1000)).is_empty());
}

#[test]
fn shrinking_is_growth_seen_backwards() {
    assert_eq!(
        told(&service(110, 1000), &service(10, 1000)),
        ["shrunk module app → .SERVICE: app.Service → .sessions: dict -109800 by Some(-100), 1098 each"]
    );
}

#[test]
fn a_new_holder_is_told_at_its_container() {
    assert_eq!(
        told("root | module app | m | builtins.module 100", &service(100, 1000)),
        ["new module app → .SERVICE: app.Service → .sessions: dict +110000 by Some(100), 1100 each"]
    );
}

#[test]
fn entries_that_grew_fat_are_told_and_not_the_map() {
    assert_eq!(
        told(&service(10, 1000), &service(10, 9000)),
        ["grown module app → .SERVICE: app.Service → .sessions: dict → entries: app.Session +80000 by None"]
    );
}

#[test]
fn two_leaks_below_one_module_are_two_owners() {
    let two = |n: u32| {
        let mut text = "root | module app | m | builtins.module 100
            m | .A | a | builtins.dict 100\nm | .B | b | builtins.list 100\n"
            .to_owned();
        text += &format!("entries | a | {n}\nentries | b | {n}\n");
        for i in 0..n {
            text += &format!("a || x{i} | app.X 500\nb || y{i} | app.Y 400\n");
        }
        text
    };
    assert_eq!(
        told(&two(5), &two(105)),
        [
            "grown module app → .A: dict +50000 by Some(100), 500 each",
            "grown module app → .B: list +40000 by Some(100), 400 each"
        ]
    );
}

#[test]
fn more_threads_are_more_threads_and_a_fatter_thread_local_is_that() {
    let pool = |threads: u32, entries: u32| {
        let mut text = String::new();
        for t in 0..threads {
            text += &format!(
                "root | thread worker-{t} | t{t} | java.lang.Thread 2000
                 t{t} | .threadLocals | m{t} | java.lang.ThreadLocal$ThreadLocalMap 24
                 m{t} | .table | a{t} | java.lang.ThreadLocal$ThreadLocalMap$Entry[] 80
                 a{t} | [1] | e{t} | java.lang.ThreadLocal$ThreadLocalMap$Entry 32
                 key | e{t} | static Cache.LOCAL
                 e{t} | .value | l{t} | java.util.ArrayList 24
                 l{t} | .elementData | d{t} | java.lang.Object[] 100\n"
            );
            for i in 0..entries {
                text += &format!("d{t} | [{i}] | x{t}x{i} | app.X 300\n");
            }
        }
        text
    };
    assert_eq!(
        told(&pool(4, 10), &pool(4, 60)),
        ["grown thread worker-* → threadLocals[static Cache.LOCAL]: java.util.ArrayList +60000 by Some(200), 300 each"]
    );
    assert_eq!(told(&pool(4, 1), &pool(20, 1)), ["grown thread worker-* +40960 by Some(16), 2560 each"]);
    let advice = |more| diff(&dump(&pool(4, 1)), &dump(&pool(more, 1)))[0].pattern.map(|(name, _)| name);
    assert_eq!(advice(20), Some("threads never ended"));
    assert_eq!(advice(6), None, "a pool starts its threads one by one");
}

#[test]
fn only_a_leak_grows_in_every_interval() {
    let series = [service(10, 500), service(60, 500), service(110, 500)].map(|text| dump(&text));
    let trends = trend(&series);
    assert!(trends[0].every_interval && trends[0].intervals.len() == 2);
    assert!(trends[0].growth.pattern.is_some());
    let series = [service(10, 500), service(110, 500), service(110, 500)].map(|text| dump(&text));
    let trends = trend(&series);
    assert!(!trends[0].every_interval);
    assert_eq!(trends[0].growth.pattern, None, "what stopped growing is no leak");
}

#[test]
fn what_may_evict_is_said_to_fill_until_it_grew_in_every_interval() {
    let cache = |entries| dump(&service(entries, 500).replace("builtins.dict", "LRUCache"));
    let series = [cache(10), cache(60), cache(110)];
    let fills = "bounded container that fills";
    assert_eq!(diff(&series[0], &series[2])[0].pattern.map(|(name, _)| name), Some(fills));
    let trends = trend(&series);
    assert!(trends[0].is_retention() && trends[0].growth.pattern.is_none(), "{trends:?}");
}

#[test]
fn what_a_field_holds_grew_by_the_difference_whatever_its_class_was() {
    let large = |sessions| service(sessions, 1000).replace("builtins.dict", "collections.OrderedDict");
    let path = "module app → .SERVICE: app.Service → .sessions: collections.OrderedDict";
    assert_eq!(told(&service(10, 1000), &large(110)), [format!("grown {path} +109800 by Some(100), 1098 each")]);
    assert!(told(&service(100, 1000), &large(100)).is_empty());
    // A class that was renamed is not another one in each of the places where it is.
    let renamed = |sessions| large(sessions).replace("app.S", "shop.S");
    assert!(told(&service(100, 1000), &renamed(100)).is_empty());
}

/// Items that two indexes share, and a third one if it has so many of them; each in its module.
fn catalog(modules: [&str; 3], items: u32, third: u32) -> String {
    let mut text = String::new();
    for (module, index) in modules.iter().zip(["a", "b", "c"]) {
        if !text.contains(&format!("| {module} |")) {
            text += &format!("root | module {module} | {module} | builtins.module 100\n");
        }
        text += &format!("{module} | .{index} | {index} | app.Index 100\n");
    }
    for n in 0..items {
        text += &format!("a | [{n}] | v{n} | app.Item 500\nb | [{n}] | v{n}\n");
        if n < third {
            text += &format!("c | [{n}] | v{n}\n");
        }
    }
    text
}

#[test]
fn a_crowd_is_the_same_whoever_shares_it_most() {
    for (modules, path) in [
        (["x", "y", "z"], "(shared by module x.a, module y.b, module z.c): app.Item"),
        (["x", "x", "x"], "module x → (shared by module x.a, module x.b, module x.c): app.Item"),
    ] {
        let catalog = |items, third| catalog(modules, items, third);
        assert!(told(&catalog(50, 0), &catalog(50, 40)).is_empty());
        assert!(told(&catalog(50, 40), &catalog(50, 0)).is_empty());
        let grown = format!("grown {path} +5000 by Some(10), 500 each");
        assert_eq!(told(&catalog(50, 0), &catalog(60, 40)), [grown]);
    }
}

#[test]
fn a_leak_beside_something_that_was_emptied_is_told() {
    let app = |cached: u32, seen: u32| {
        let mut text = "root | module app | m | builtins.module 100
            m | .APP | a | app.App 48
            a | .cache | c | builtins.dict 200
            a | .seen | s | builtins.list 200\n"
            .to_owned();
        for n in 0..cached {
            text += &format!("c || c{n} | app.Page 1000\n");
        }
        for n in 0..seen {
            text += &format!("s || s{n} | app.Request 100\n");
        }
        text
    };
    let seen = "grown module app → .APP: app.App → .seen: list +5000 by Some(50), 100 each";
    for (cached, kept) in [(100, 0), (100, 90), (50, 45)] {
        let less = cached - kept;
        let told = told(&app(cached, 10), &app(kept, 60));
        let cache = format!("shrunk module app → .APP: app.App → .cache: dict -{less}000 by Some(-{less}), 1000 each");
        assert_eq!(told, [seen, &cache]);
    }
    for added in [50, 500, 5000] {
        let told = told(&app(100, 10), &app(100 + added, 60));
        let cache = format!("grown module app → .APP: app.App → .cache: dict +{added}000 by Some({added}), 1000 each");
        assert_eq!(told, [&*cache, seen], "a cache that fills hides it no more than one that was emptied");
    }
}

#[test]
fn what_those_that_grew_share_is_told_as_well() {
    let app = |requests: u32| {
        let mut text = "root | module app | m | builtins.module 100
            m | .APP | a | app.App 48
            a | .times | c | builtins.dict 200
            a | .seen | s | builtins.list 200\n"
            .to_owned();
        text += &format!("entries | c | {requests}\n");
        for n in 0..requests {
            text += &format!("c || k{n} | builtins.str 60\nc || v{n} | builtins.float 24\ns || k{n}\n");
            text += &format!("s || e{n} | app.Event 40\n");
        }
        text
    };
    let told = told(&app(100), &app(200));
    let app = "grown module app → .APP: app.App →";
    assert_eq!(
        told,
        [
            format!("{app} (shared by .seen, .times): str +6000 by Some(100), 60 each"),
            format!("{app} .seen: list +4000 by Some(100), 40 each"),
            format!("{app} .times: dict +2400 by Some(100), 24 each")
        ]
    );
}

#[test]
fn what_a_followed_container_shares_with_others_is_told_however_little_it_is() {
    let app = |n: u32| {
        let mut text = "root | module app | m | builtins.module 100
            m | .LOOP | l | app.Loop 48
            l | .timers | t | builtins.list 200
            l | .site | s | app.Site 48
            s | .sessions | d | builtins.dict 200\n"
            .to_owned();
        for i in 0..n {
            text += &format!("t || t{i} | app.Timer 900\nt || c{i} | app.Call 40\nd || c{i}\n");
        }
        text
    };
    assert_eq!(
        told(&app(100), &app(200)),
        [
            "grown module app → .LOOP: app.Loop → .timers: list +90000 by Some(100), 900 each",
            "grown module app → .LOOP: app.Loop → (shared by .site, .timers): app.Call +4000 by Some(100), 40 each"
        ]
    );
}

#[test]
fn what_fields_share_is_the_same_as_what_they_were_not_seen_to_share() {
    let shop = |orders: u32, seen: bool| {
        let mut text = String::from("root | module app | m | builtins.module 100\nm | .shop | shop | app.Shop 16\n");
        text += "shop | .by_id | i | app.Index 20\nshop | .by_mail | j | app.Index 20\n";
        for order in 0..orders {
            text += &format!("shop | | o{order} | app.Order 500\n");
            if seen {
                text += &format!("i | [{order}] | o{order}\nj | [{order}] | o{order}\n");
            }
        }
        dump(&text)
    };
    let shared = "module app → .shop: app.Shop → (shared by .by_id, .by_mail): app.Order";
    for seen in [[false, true, true], [true, false, true], [true, true, false]] {
        let told = trend(&[shop(100, seen[0]), shop(200, seen[1]), shop(300, seen[2])]);
        let told = told.iter().map(|row| (row.growth.path.to_string(), row.growth.delta.0, row.is_retention()));
        assert_eq!(told.collect::<Vec<_>>(), [(shared.to_owned(), 100_000, true)], "{seen:?}");
    }
}

/// An owner that has nothing itself.
fn row(edge: &str, class: &str, count: u64, retained: u64, children: Vec<Owner>) -> Owner {
    Owner {
        step: Step { edge: edge.to_owned(), class: class.to_owned() },
        count,
        shallow: Bytes(0),
        retained: Bytes(retained),
        entries: None,
        marks: Marks::default(),
        children,
    }
}

/// As [`dump`], with the bytes of each class, and without asking who holds small objects.
fn counted(graph: &str) -> HeapSummary {
    let limits = Limits { least: Bytes(1000), share: 0.0, ..Limits::default() };
    let mut dump = HeapSummary { owners: sketch::owners_within(graph, limits), ..dump(graph) };
    for line in graph.lines() {
        let columns: Vec<&str> = line.split('|').map(str::trim).collect();
        let &[_, _, _, object] = &columns[..] else { continue };
        let (class, size) = object.rsplit_once(' ').unwrap();
        let class = naming::class(class);
        let shallow = Bytes(size.parse().unwrap());
        dump.total += shallow;
        match dump.classes.iter_mut().find(|row| row.class == class) {
            Some(row) => {
                row.objects += 1;
                row.shallow += shallow;
            }
            None => {
                dump.classes.push(ClassRow { class, objects: 1, shallow, retained: shallow });
            }
        }
    }
    dump
}

#[test]
fn what_a_suspended_call_holds_as_well_did_not_grow() {
    // The copy that a report under way made holds the rows of the store, too.
    let app = |rows: u32, copied: bool| {
        let mut text = "root | module app | m | builtins.module 100\nm | .store | d | builtins.dict 2000\n".to_owned();
        text += "root || report | builtins.list_iterator 48\n";
        for n in 0..rows {
            text += &format!("d || r{n} | builtins.dict 100\n");
            if copied {
                text += &format!("report || r{n}\n");
            }
        }
        text
    };
    let told = |rows, copied: bool| {
        let told = diff(&counted(&app(100, !copied)), &counted(&app(rows, copied))).into_iter();
        told.map(|growth| format!("{} {:+}", growth.path, growth.delta.0)).collect::<Vec<_>>()
    };
    assert!(told(100, true).is_empty());
    assert_eq!(told(150, true), ["dict +5000"]);
    assert_eq!(told(70, true), ["module app → .store: dict -3000"]);
    assert_eq!(told(150, false), ["module app → .store: dict +15000", "dict -10000"]);
}

#[test]
fn what_came_to_stand_below_an_owner_from_elsewhere_did_not_grow_there() {
    let dump = |task: u64, store: u64, each: u64| {
        let rows = row("", "dict", task, task * each, Vec::new());
        let stored = row("entries", "dict", store, store * 100, Vec::new());
        let owners = vec![
            row("static Task.CURRENT", "Task", 1, task * each, vec![rows]),
            row("static Store.ROWS", "list", 1, 2000 + store * 100, vec![stored]),
        ];
        let of_class = |class: &str, objects: u64, bytes: u64| {
            let (shallow, retained) = (Bytes(bytes), Bytes(bytes));
            ClassRow { class: class.to_owned(), objects, shallow, retained }
        };
        let classes = vec![of_class("dict", task + store, (task + store) * 100), of_class("list", 1, 2000)];
        HeapSummary { owners, classes, total: Bytes(2000 + task * each + store * 100), ..dump("") }
    };
    let told = |before: &HeapSummary, after: &HeapSummary| {
        let told = diff(before, after).into_iter();
        told.map(|growth| format!("{} {:+}", growth.path, growth.delta.0)).collect::<Vec<_>>()
    };
    assert_eq!(told(&dump(50, 100, 100), &dump(200, 0, 100)), ["static Task.CURRENT: Task +5000"]);
    assert_eq!(told(&dump(50, 100, 100), &dump(200, 100, 100)), ["static Task.CURRENT: Task +15000"]);
    // What came and grew then is growth but for what it had where it was.
    assert_eq!(told(&dump(0, 100, 100), &dump(100, 0, 10_000)), ["static Task.CURRENT: Task +990000"]);
}

#[test]
fn two_crowds_are_those_of_the_other_dump_and_one_if_it_has_but_one() {
    let pairs = |pairs: u32, joined: u32, items: u32| {
        let mut text = String::new();
        for pair in 0..pairs {
            for list in ["a", "b"] {
                text += &format!("root | module {list}{pair} | m{list}{pair} | builtins.module 100\n");
                text += &format!("m{list}{pair} | .all | {list}{pair} | app.List 16\n");
            }
            for item in 0..items * (pair + 1) {
                text += &format!("a{pair} | [{item}] | i{pair}-{item} | app.Item 100\n");
                text += &format!("b{pair} | [{item}] | i{pair}-{item}\n");
            }
        }
        for item in 0..joined {
            text += &format!("a0 | [x{item}] | i1-{item}\n");
        }
        text
    };
    let told = |before: &str, after: &str| {
        let limits = Limits { least: Bytes(400), share: 0.0, ..Limits::default() };
        let dump = |text| HeapSummary { owners: sketch::owners_within(text, limits), ..dump("") };
        let told = diff(&dump(before), &dump(after)).into_iter();
        told.map(|growth| format!("{} {:+}", growth.path, growth.delta.0)).collect::<Vec<_>>()
    };
    let grown = [
        "(shared by module a1.all, module b1.all): app.Item +20000",
        "(shared by module a0.all, module b0.all): app.Item +10000",
    ];
    assert_eq!(told(&pairs(2, 0, 100), &pairs(2, 0, 200)), grown);
    assert!(told(&pairs(2, 0, 100), &pairs(2, 150, 100)).is_empty());
    assert!(told(&pairs(2, 150, 100), &pairs(2, 0, 100)).is_empty());
}

/// Stores with so many rows each, held by the first task alone or by the second one, too.
fn tasks(both: bool, stores: u32, rows: u32) -> String {
    let mut text = "root || one | app.Task 48\nroot || two | app.Job 48\n".to_owned();
    for store in 0..stores {
        text += &format!("one | .store{store} | s{store} | app.Store 48\n");
        if both {
            text += &format!("two | .store{store} | s{store}\n");
        }
        text += &format!("s{store} | .rows | d{store} | builtins.dict 200\n");
        for row in 0..rows {
            text += &format!("d{store} || r{store}-{row} | app.Row 100\n");
        }
    }
    text
}

#[test]
fn a_structure_that_stands_elsewhere_grew_by_the_difference() {
    assert!(told(&tasks(false, 1, 50), &tasks(true, 1, 50)).is_empty());
    assert!(told(&tasks(true, 1, 50), &tasks(false, 1, 50)).is_empty());
    let grown = ["grown Job.store0: app.Store → .rows: dict +3000 by Some(30), 100 each"];
    assert_eq!(told(&tasks(false, 1, 50), &tasks(true, 1, 80)), grown);
    // Of two of a kind nobody can say which is which.
    assert_eq!(told(&tasks(false, 2, 50), &tasks(true, 2, 50)).len(), 4);
    // Unless each is in a field of its own.
    let fields = |rows| tasks(true, 2, rows).replace("app.Job", "app.Zeal");
    assert!(told(&tasks(false, 2, 50), &fields(50)).is_empty());
    assert_eq!(told(&tasks(false, 2, 50), &fields(80)).len(), 2);
}

#[test]
fn who_was_above_what_stands_elsewhere_did_not_shrink_by_it() {
    let rows = |retained: u64| row("Broker.rows.entries", "Row", 1, retained, Vec::new());
    let thread = |broker: u64, below: Vec<Owner>| {
        let broker = row(".broker", "Broker", 1, broker, below);
        row("thread main", "", 1, broker.retained.0, vec![broker])
    };
    let before = HeapSummary { owners: vec![thread(50_300, vec![rows(50_000)])], ..dump("") };
    let told = |owners: Vec<Owner>| {
        let told = diff(&before, &HeapSummary { owners, ..dump("") }).into_iter();
        told.map(|growth| format!("{} {:+}", growth.path, growth.delta.0)).collect::<Vec<_>>()
    };
    assert_eq!(told(vec![thread(300, Vec::new()), rows(50_000)]), [""; 0]);
    assert_eq!(told(vec![thread(300, Vec::new()), rows(80_000)]), ["Broker.rows.entries: Row +30000"]);
    let shrunk = told(vec![thread(300, Vec::new())]);
    assert!(shrunk.len() == 1 && shrunk[0].ends_with("-50000"), "{shrunk:?}");
}

#[test]
fn what_nobody_shared_before_grew_by_what_there_is_more_of() {
    let app = |rows: u32, both: bool| {
        let mut text = "root | module app | m | builtins.module 100\nm | .A | a | app.Index 100
            root | module web | w | builtins.module 100\nw | .B | b | app.Index 100\n"
            .to_owned();
        for row in 0..rows {
            text += &format!("a | [{row}] | v{row} | app.Row 1000\n");
            if both {
                text += &format!("b | [{row}] | v{row}\n");
            }
        }
        counted(&text)
    };
    let told = |before: HeapSummary, after: HeapSummary| {
        let told = diff(&before, &after).into_iter();
        told.map(|growth| format!("{} {:+}", growth.path, growth.delta.0)).collect::<Vec<_>>()
    };
    assert_eq!(told(app(50, false), app(50, true)), [""; 0]);
    let shared = "(shared by module app.A, module web.B): app.Row";
    assert_eq!(told(app(50, false), app(70, true)), [format!("{shared} +20000")]);
}

#[test]
fn what_is_gone_and_new_below_one_owner_and_alike_is_one_thing() {
    let app = |holder: &str, size: u32| {
        format!(
            "root | module app | m | builtins.module 100
             m | .APP | a | app.App 48
             a | .{holder} | h | app.{holder} 48
             h || c | app.Cache {size}"
        )
    };
    assert_eq!(told(&app("Handle", 100_000), &app("Task", 100_500)), [""; 0]);
    let grown = ["grown module app → .APP: app.App +1500 by None"];
    assert_eq!(told(&app("Handle", 100_000), &app("Task", 101_500)), grown);
    assert_eq!(told(&app("Handle", 100_000), &app("Task", 150_000)).len(), 2);
}

#[test]
fn a_script_is_the_same_however_many_of_its_folders_are_told() {
    let app = |script: &str, users: u32| {
        let mut text = format!("root || ctx | system / Context 40\nlabel | ctx | script {script}\n");
        text += &format!("ctx | var cache | map | Map 32\nentries | map | {users}\n");
        for n in 0..users {
            text += &format!("map | [{n}] | v{n} | Object 5600\n");
        }
        text
    };
    assert!(told(&app("cache.js", 10), &app("users/cache.js", 10)).is_empty());
    let grown = "grown context users/cache.js:cache: Map +56000 by Some(10), 5600 each";
    assert_eq!(told(&app("cache.js", 10), &app("users/cache.js", 20)), [grown]);
    // A file of another name is another file.
    assert_eq!(told(&app("cache.js", 10), &app("mycache.js", 10)).len(), 2);
}

#[test]
fn a_class_is_the_same_whether_its_package_is_told() {
    let app = |rows: &[(&str, u64)], packages: &[&str]| {
        let mut dump = dump("");
        let owner = |(class, bytes): &(&str, u64)| Owner {
            step: Step { edge: format!("static {class}.MAP"), class: "java.util.HashMap".to_owned() },
            count: 1,
            shallow: Bytes(*bytes),
            retained: Bytes(*bytes),
            entries: None,
            marks: Marks::default(),
            children: Vec::new(),
        };
        dump.owners = rows.iter().map(owner).collect();
        let name = |package: &&str| ("static Store.MAP".to_owned(), format!("static {package}.Store.MAP"));
        dump.full_names = packages.iter().map(name).collect();
        dump
    };
    let told = |before, after| {
        let growths = diff(&before, &after).into_iter();
        growths.map(|growth| format!("{} {:+}", growth.path.0[0].edge, growth.delta.0)).collect::<Vec<_>>()
    };
    let both = || app(&[("new.Store", 90_000), ("old.Store", 20_000)], &[]);
    let grown = ["static new.Store.MAP +90000", "static old.Store.MAP -60000"];
    assert_eq!(told(app(&[("Store", 80_000)], &["old"]), both()), grown);
    let shrunk = ["static Store.MAP +60000", "static new.Store.MAP -90000"];
    assert_eq!(told(both(), app(&[("Store", 80_000)], &["old"])), shrunk);
    // Nobody knows which of them it was: the one that is most alike.
    let alike = ["static old.Store.MAP +20000", "static new.Store.MAP +10000"];
    assert_eq!(told(app(&[("Store", 80_000)], &[]), both()), alike);
}

/// A dump with a map of so many entries and bytes.
fn map(entries: u64, bytes: u64, bound: Option<Bound>) -> HeapSummary {
    let map = Owner {
        step: Step { edge: "static App.MAP".to_owned(), class: "java.util.HashMap".to_owned() },
        count: 1,
        shallow: Bytes(bytes),
        retained: Bytes(bytes),
        entries: Some(entries),
        marks: Marks { kind: None, bound },
        children: Vec::new(),
    };
    HeapSummary { owners: vec![map], ..dump("") }
}

#[test]
fn an_array_that_doubles_grows_in_its_entries_and_what_is_nearly_full_does_not() {
    let is_retention = |course: &[(u64, u64)], bound: Option<Bound>| {
        let series: Vec<HeapSummary> = course.iter().map(|(entries, bytes)| map(*entries, *bytes, bound)).collect();
        trend(&series)[0].is_retention()
    };
    let doubled = [(500, 16_384), (1000, 16_384), (1500, 65_536), (2000, 65_536)];
    assert!(is_retention(&doubled, None));
    let full = [(500, 16_384), (1000, 32_768), (1500, 65_536), (1500, 65_536)];
    assert!(!is_retention(&full, None));
    // Some byte is always more.
    let nearly = [(500, 60_000), (1000, 120_000), (1500, 180_000), (1500, 180_300)];
    assert!(!is_retention(&nearly, None));
    let warm = [(500, 60_000), (9500, 9_120_000), (9600, 9_130_000), (9700, 9_140_000)];
    assert!(is_retention(&warm, None), "much at first is no reason to take the rest for nothing");
    let plateau = [(500, 60_000), (1000, 120_000), (1000, 120_300)];
    assert!(!is_retention(&plateau, None));
    let filled = [(500, 60_000), (1000, 120_000), (1500, 180_000)];
    assert!(is_retention(&filled, None) && !is_retention(&filled, Some(Bound::Entries(1500))));
}

#[test]
fn a_step_after_a_trace_is_no_growth_in_every_interval() {
    let is_retention = |course: &[(u64, u64)]| {
        let series: Vec<HeapSummary> = course.iter().map(|(entries, bytes)| map(*entries, *bytes, None)).collect();
        trend(&series)[0].is_retention()
    };
    assert!(!is_retention(&[(500, 60_000), (500, 60_300), (500, 180_000)]));
    assert!(is_retention(&[(500, 60_000), (500, 70_000), (500, 180_000)]), "it may grow faster");
    assert!(!is_retention(&[(5459, 147_000), (5461, 147_000), (5463, 295_000)]), "its table doubled for a few entries");
    assert!(is_retention(&[(5459, 147_000), (5559, 147_000), (5659, 295_000)]));
}

#[test]
fn a_larger_table_for_hardly_more_entries_is_no_growth() {
    let is_retention = |course: &[(u64, u64, u64)]| {
        let dump = |(entries, table, content): &(u64, u64, u64)| {
            let mut dump = map(*entries, table + content, None);
            dump.owners[0].shallow = Bytes(*table);
            dump
        };
        trend(&course.iter().map(dump).collect::<Vec<_>>())[0].is_retention()
    };
    assert!(!is_retention(&[(500, 47_000, 73_000), (1000, 93_000, 151_000), (1024, 192_000, 171_000)]));
    assert!(is_retention(&[(500, 47_000, 73_000), (1000, 93_000, 151_000), (1500, 93_000, 230_000)]));
    let fatter = [(500, 47_000, 73_000), (1000, 93_000, 151_000), (1000, 93_000, 230_000)];
    assert!(is_retention(&fatter), "what is in it grows");
}

#[test]
fn what_moves_between_two_tables_of_a_map_that_grows_is_told_of_the_map() {
    let app = |one: u32, two: u32| {
        let mut text = "root || ctx | system / Context 40\nlabel | ctx | script app.js\n".to_owned();
        text += "ctx | var states | map | app.States 56\nmap | .primary | p | app.Table 16\nmap | .rehash | r | app.Table 16\n";
        for (table, entries) in [("p", one), ("r", two)] {
            (0..entries).for_each(|n| text += &format!("{table} | [{n}] | {table}{n} | State 1000\n"));
        }
        dump(&text)
    };
    let told = |series: [HeapSummary; 3]| {
        let trends = trend(&series);
        let row = |trend: &OwnerTrend| (trend.growth.path.to_string(), trend.growth.delta.0, trend.is_retention());
        trends.iter().map(row).collect::<Vec<_>>()
    };
    let map = "context app.js:states: app.States";
    assert_eq!(told([app(50, 0), app(40, 40), app(110, 0)]), [(map.to_owned(), 60_000, true)]);
    // It went back and did not move.
    assert_eq!(told([app(50, 0), app(40, 0), app(110, 0)]), [(format!("{map} → .primary: app.Table"), 60_000, false)]);
}

#[test]
fn functions_whose_code_alone_grows_are_no_retention() {
    let is_retention = |class: &str, functions: u64| {
        let dump = |dump: u64| {
            let mut text = "root || c | system / Context 100
                label | c | script app.js
                c | var views | a | Array 64\n"
                .to_owned();
            for n in 0..10 + functions * dump {
                text += &format!("a | [{n}] | f{n} | Function 64\nf{n} || c{n} | {class} {}\n", 4000 + 4000 * dump);
            }
            self::dump(&text)
        };
        trend(&[0, 1, 2].map(dump))[0].is_retention()
    };
    assert!(!is_retention("(compiled code)", 1));
    assert!(is_retention("(compiled code)", 20), "templates that are compiled anew");
    assert!(is_retention("Object", 1), "what functions keep");
}

#[test]
fn what_the_machine_has_of_classes_is_retention_where_these_multiply() {
    let is_retention = |classes: [u64; 3]| {
        let dump = |classes: u64| {
            let mut dump = map(classes, classes * 1000, None);
            let edge = "static Script*.<resolved_references>".to_owned();
            dump.owners[0].step = Step { edge, class: "java.lang.Object[]".to_owned() };
            dump.owners[0].count = classes / 10;
            dump
        };
        trend(&classes.map(dump))[0].is_retention()
    };
    assert!(is_retention([100, 500, 900]));
    assert!(!is_retention([10, 15, 19]), "one class that runs more of its code");
}

#[test]
fn what_grew_while_something_as_large_went_is_told_unless_one_became_the_other() {
    let app = |field: &str, bytes: u64| {
        dump(&format!("root | module app | m | builtins.module 100\nm | .{field} | x | app.Thing {bytes}\n"))
    };
    let told = |series: &[HeapSummary]| {
        let trends = trend(series).into_iter();
        trends.map(|trend| format!("{} {:+}", trend.growth.path, trend.growth.delta.0)).collect::<Vec<_>>()
    };
    let went = app("boot", 90_000);
    let [one, two, three] = [30_000, 60_000, 90_000].map(|bytes| app("audit", bytes));
    assert_eq!(
        told(&[went.clone(), one, two, three.clone()]),
        ["module app → .audit: app.Thing +90000", "module app → .boot: app.Thing -90000"]
    );
    assert!(told(&[went.clone(), went, three.clone(), three]).is_empty());
}

#[test]
fn what_a_cache_evicted_is_nowhere_else() {
    let app = |cached: u32, indexed: u32| {
        let mut text = "root | module app | m | builtins.module 100\nm | .CACHE | c | builtins.dict 2000\n".to_owned();
        text += &format!("entries | c | {cached}\n");
        text += "m | .A | a | builtins.list 800\nm | .B | b | builtins.list 800\n";
        for n in 0..cached {
            text += &format!("c | [{n}] | s{n} | builtins.str 400\n");
        }
        for n in 0..indexed {
            text += &format!("a | [{n}] | t{n} | builtins.str 400\nb | [{n}] | t{n}\n");
        }
        counted(&text)
    };
    let queue = |mut dump: HeapSummary| {
        dump.owners[0].children.iter_mut().for_each(|owner| owner.marks.kind = Some(Kind::Queue));
        dump
    };
    let taken = diff(&queue(app(300, 100)), &queue(app(100, 300)));
    assert!(taken.iter().all(|growth| growth.delta.0 < 0), "what was taken from a queue is used elsewhere: {taken:?}");
    let growths = diff(&app(300, 100), &app(100, 300));
    let told: Vec<String> = growths.iter().map(|growth| format!("{} {:+}", growth.path, growth.delta.0)).collect();
    assert_eq!(
        told,
        ["module app → (shared by module app.A, module app.B): str +80000", "module app → .CACHE: dict -80000"]
    );
}

#[test]
fn an_object_that_became_a_dictionary_was_one() {
    let app = |tenants: u32| {
        let mut text = "root || ctx | system / Context 40\nlabel | ctx | script app.js\n".to_owned();
        text += "ctx | var byTenant | o | Object 56\n";
        for n in 0..tenants {
            text += &format!("o | .tenant{n} | v{n} | Tenant 1000\n");
        }
        text
    };
    let row = "context app.js:byTenant: Object";
    assert_eq!(told(&app(25), &app(50)), [format!("grown {row} +25000 by Some(25), 1000 each")]);
    assert_eq!(told(&app(50), &app(25)), [format!("shrunk {row} -25000 by Some(-25), 1000 each")]);
    let trends = trend(&[app(25), app(35), app(50)].map(|text| dump(&text)));
    assert!(trends[0].is_retention(), "{trends:?}");
}

#[test]
fn modules_that_became_a_family_were_one() {
    let app = |modules: u32, family: bool| {
        let mut text = String::new();
        for n in 0..modules {
            let name = if family { "plug*".to_owned() } else { format!("plug{n}") };
            text += &format!(
                "root | module {name} | m{n} | builtins.module 100\nm{n} | .table | t{n} | builtins.list 5000\n"
            );
        }
        dump(&text)
    };
    let growths = diff(&app(12, false), &app(24, true));
    let told: Vec<_> = growths.iter().map(|growth| (growth.path.0[0].edge.as_str(), growth.count)).collect();
    assert_eq!(told, [("module plug*", (12, 24))]);
}

#[test]
fn an_owner_is_found_whether_or_not_its_package_is_told() {
    let dump = |class: &str| {
        let mut owners = map(100, 5000, None).owners;
        owners[0].step.edge = format!("static {class}.MAP");
        owners
    };
    let path = |class: &str| OwnerPath(vec![dump(class)[0].step.clone()]);
    let found = |owners: &[Owner], class: &str| owner(owners, &path(class)).is_some();
    assert!(found(&dump("App"), "shop.App") && found(&dump("shop.App"), "App"));
    assert!(!found(&dump("App"), "MyApp") && !found(&dump("shop.App"), "other.App"));
    let two = [dump("shop.App"), dump("old.App")].concat();
    assert!(!found(&two, "App") && found(&two, "old.App"));
}

#[test]
fn what_threads_keep_is_told_once_all_of_them_were_started() {
    let pool = |threads: u32, kept: u32, size: u32| {
        let mut text = String::new();
        for n in 0..threads {
            text += &format!("root | thread pool-{n} | t{n} | java.lang.Thread {size}\n");
            text += &format!("t{n} | .cache | m{n} | java.util.HashMap 100\nentries | m{n} | {kept}\n");
            text += &(0..kept).map(|k| format!("m{n} | [{k}] | v{n}x{k} | app.Entry 200\n")).collect::<String>();
        }
        text
    };
    let told = |series: &[(u32, u32)], size: u32| {
        let series: Vec<HeapSummary> =
            series.iter().map(|(threads, kept)| dump(&pool(*threads, *kept, size))).collect();
        let trends = trend(&series).into_iter();
        trends.map(|trend| (trend.growth.path.to_string(), trend.is_retention())).collect::<Vec<_>>()
    };
    let kept = ("thread pool-* → .cache: java.util.HashMap".to_owned(), true);
    let threads = ("thread pool-*".to_owned(), true);
    assert_eq!(told(&[(2, 10), (8, 20), (8, 30)], 300), [kept]);
    assert_eq!(told(&[(2, 10), (8, 10), (14, 10)], 300), [threads]);
    let started = ("thread pool-*".to_owned(), false);
    assert_eq!(told(&[(2, 10), (80, 10), (80, 11)], 9000), [started], "threads are most of what grew");
}

/// A script with a map in a variable: so many entries of a class and size.
fn script(name: &str, entries: u32, class: &str, size: u32) -> String {
    let mut text = format!(
        "root || s | system / Context 100
        label | s | script {name}
        s | var W | v | v 10
        v | .byId | d | builtins.dict 200
        entries | d | {entries}\n"
    );
    for n in 0..entries {
        text += &format!("d || v{n} | {class} {size}\n");
    }
    text
}

#[test]
fn a_variable_that_a_minifier_called_otherwise_is_one_if_all_else_agrees() {
    let old = script("server.js", 600, "app.Session", 1000);
    let variable = |variable: &str| script("server.js", 1200, "app.Session", 1000).replace("var W", variable);
    assert_eq!(
        told(&old, &variable("var ge")),
        ["grown context server.js:ge: v → .byId: dict +600000 by Some(600), 1000 each"]
    );
    let changes = |later: &str| {
        let changes = diff(&dump(&old), &dump(later)).into_iter().map(|growth| growth.change.name());
        changes.collect::<Vec<_>>()
    };
    assert_eq!(changes(&variable("var ge")), ["grown"]);
    assert_eq!(changes(&variable("var cache")), ["new", "gone"]);
    assert_eq!(changes(&variable("var ge").replace("app.Session", "app.User")), ["new", "gone"]);
    assert_eq!(changes(&variable("var ge").replace("v | v 10", "v | w 10")), ["new", "gone"]);
    assert_eq!(changes(&variable("var ge").replace("server.js", "worker.js")), ["new", "gone"]);
    assert_eq!(changes(&script("server.js", 1200, "app.Session", 1300).replace("var W", "var ge")), ["new", "gone"]);
}

#[test]
fn of_variables_that_a_minifier_may_have_called_otherwise_the_nearest_are_one() {
    let both = |names: [&str; 2], entries: [u32; 2]| {
        let mut text = "root || s | system / Context 100\nlabel | s | script server.js\n".to_owned();
        for (name, entries) in names.into_iter().zip(entries) {
            text += &format!("s | var {name} | {name} | builtins.dict 200\nentries | {name} | {entries}\n");
            for n in 0..entries {
                text += &format!("{name} || {name}{n} | app.Session 1000\n");
            }
        }
        text
    };
    assert_eq!(
        told(&both(["a", "b"], [100, 300]), &both(["c", "d"], [320, 110])),
        [
            "grown context server.js:c: dict +20000 by Some(20), 1000 each",
            "grown context server.js:d: dict +10000 by Some(10), 1000 each"
        ]
    );
}
