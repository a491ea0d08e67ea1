mod crowds;

use std::path::Path;

use super::Limits;
use super::sketch::{owners, owners_within, print};
use crate::heap::{Options, Snapshot};
use crate::units::Bytes;

fn check(graph: &str, expected: &str) {
    let printed = print(&owners(graph));
    let expected: String = expected.trim_matches('\n').lines().map(|line| format!("{line}\n")).collect();
    assert_eq!(printed, expected, "\n{printed}");
}

#[test]
fn a_static_map_is_told_with_its_entries_and_without_its_table_and_nodes() {
    check(
        "root || loader | jdk.internal.loader.ClassLoaders$AppClassLoader 50
         loader | .classes | c | java.lang.Class 100
         label | c | class com.shop.RouteCache
         c | static com.shop.RouteCache.CACHE | map | java.util.HashMap 48
         map | .table | table | java.util.HashMap$Node[] 80
         table | [0] | n1 | java.util.HashMap$Node 32
         table | [5] | n2 | java.util.HashMap$TreeNode 56
         n1 | .key | k1 | java.lang.String 24
         n1 | .value | v1 | com.shop.Quote 40
         n2 | .key | k2 | java.lang.String 24
         n2 | .value | v2 | com.shop.Quote 40
         v2 | .text | t | java.lang.String 24",
        "
static RouteCache.CACHE: java.util.HashMap x1 216/368 #2
  entries: com.shop.Quote x2 80/104
    .text: java.lang.String x1 24/24
  entries: java.lang.String x2 48/48
jdk.internal.loader.ClassLoaders$AppClassLoader x1 50/50",
    );
}

/// A thread of a pool, with one thread-local, the key of which this static field holds.
fn worker(n: u32, field: &str) -> String {
    format!(
        "root | thread http-worker-{n} | t{n} | java.lang.Thread 100
         t{n} | .threadLocals | m{n} | java.lang.ThreadLocal$ThreadLocalMap 24
         m{n} | .table | a{n} | java.lang.ThreadLocal$ThreadLocalMap$Entry[] 80
         a{n} | [7] | e{n} | java.lang.ThreadLocal$ThreadLocalMap$Entry 32
         key | e{n} | static com.shop.{field}\n"
    )
}

#[test]
fn a_thread_local_is_told_by_the_static_field_that_holds_it_and_threads_of_a_pool_are_one() {
    let with_map = |n: u32| {
        let map = format!(
            "e{n} | .value | h{n} | java.util.HashMap 48
             h{n} | .table | b{n} | java.util.HashMap$Node[] 80
             b{n} | [0] | n{n} | java.util.HashMap$Node 32
             n{n} | .value | v{n} | com.shop.Entry 500\n"
        );
        worker(n, "RouteCache.CACHE") + &map
    };
    check(
        &format!("{}{}", with_map(1), with_map(2)),
        "
thread http-worker-* x2 472/1792
  threadLocals[static RouteCache.CACHE]: java.util.HashMap x2 320/1320 #2
    entries: com.shop.Entry x2 1000/1000",
    );
}

#[test]
fn what_repeats_itself_without_a_name_is_a_chain_from_the_third_time_on() {
    check(
        "root || c | java.lang.Class 100
         label | c | class com.shop.Chain
         c | static com.shop.Chain.HEAD | head | com.shop.Head 10
         head || l1 | com.shop.Link 10
         l1 || l2 | com.shop.Link 10
         l2 || l3 | com.shop.Link 10
         l3 || l4 | com.shop.Link 10
         l4 || l5 | com.shop.Link 10
         l5 || v | com.shop.Value 10",
        "
static Chain.HEAD: com.shop.Head x1 10/70
  com.shop.Link x1 10/60
    com.shop.Link x1 10/50
      com.shop.Link x3 30/40
        com.shop.Value x1 10/10",
    );
}

#[test]
fn a_python_module_shows_its_globals_and_instances_their_attributes() {
    check(
        "root | module app | m | builtins.module 72
         m || ns | builtins.dict 200
         ns | .CLIENTS | clients | builtins.dict 1000
         clients || k1 | builtins.str 50
         clients || v1 | app.Session 48
         entries | clients | 1
         v1 || dict | builtins.dict 104
         dict | .items | list | builtins.list 88
         entries | list | 0
         ns | .SERVICE | service | app.Service 48
         service | .cache | cache | builtins.dict 64
         entries | cache | 0",
        "
module app x1 272/1674
  .CLIENTS: dict x1 1000/1290 #1
    entries: app.Session x1 152/240
      .items: list x1 88/88 #0
    entries: str x1 50/50
  .SERVICE: app.Service x1 48/112
    .cache: dict x1 64/64 #0",
    );
}

#[test]
fn a_variable_of_a_script_is_an_owner_and_contexts_and_backing_stores_vanish() {
    check(
        "root || roots | (GC roots) 0
         roots || ctx | system / Context 40
         label | ctx | script /srv/me/app.js
         ctx | var clients | map | Map 32
         map | table | table | (array) 4000
         table | 515 | s | (string) 20
         table | 516 | v | Object 56
         entries | map | 1
         v | .items | list | Array 16
         list | elements | store | (array) 64
         list | [0] | x | Object 56",
        "
context app.js:clients: Map x1 4032/4244 #1
  entries: Object x1 56/192
    .items: Array x1 80/136 #1
      entries: Object x1 56/56
  entries: (string) x1 20/20",
    );
}

#[test]
fn what_a_variable_and_somebody_else_hold_together_stands_below_the_variable() {
    check(
        "root || ctx | system / Context 40
         label | ctx | script app.js
         root || other | Server 10
         ctx | var cache | map | Map 500
         other | .store | map
         root | global | g | global 1
         g | .zed | map",
        "
context app.js:cache: Map x1 500/500 #0
Server x1 10/10",
    );
}

#[test]
fn what_only_plain_objects_share_is_named_by_one_of_them() {
    check(
        "root || a | app.A 10
         root || b | app.B 10
         b | .state | s | app.State 70
         a | .state | s",
        "
A.state: app.State x1 70/70
app.A x1 10/10
app.B x1 10/10",
    );
}

#[test]
fn properties_named_by_data_are_entries_and_so_are_too_many_of_them() {
    let mut text = "root | global | g | global 1\ng | .users | u | Object 10\n".to_owned();
    text += "u | .alice@example.com | v0 | User 5\nu | .size | n | (number) 3\n";
    check(
        &text,
        "
global.users: Object x1 10/18
  entries: User x1 5/5
  .size: (number) x1 3/3",
    );
    for n in 1..=50 {
        text += &format!("u | .k{n} | v{n} | User 5\n");
    }
    check(
        &text,
        "
global.users: Object x1 10/268 #51
  entries: User x51 255/255
  .size: (number) x1 3/3",
    );
}

#[test]
fn symbols_are_names_unless_they_are_data() {
    check(
        "root | global | g | global 1
         g | .jobs | jobs | Object 10
         jobs | .<symbol idle jobs> | idle | App 5
         jobs | .<symbol> | some | Other 4
         jobs | .<symbol job 17> | job | Job 3",
        "
global.jobs: Object x1 10/22
  .<symbol idle jobs>: App x1 5/5
  .<symbol>: Other x1 4/4
  entries: Job x1 3/3",
    );
}

#[test]
fn a_hand_made_list_is_one_row_however_long() {
    let mut text = "root | module app | m | builtins.module 1\nm | .head | n0 | app.Link 10\n".to_owned();
    for n in 1..100_000 {
        text += &format!("n{} | .next | n{n} | app.Link 10\n", n - 1);
    }
    check(
        &text,
        "
module app x1 1/1000001
  .head: app.Link x1 10/1000000
    .next: app.Link x99999 999990/999990",
    );
}

#[test]
fn a_hand_made_tree_is_a_few_rows_however_deep() {
    let mut text = "root | module app | m | builtins.module 1\nm | .root | n1 | app.Leaf 10\n".to_owned();
    for n in 2..1000 {
        text += &format!("n{} | .{} | n{n} | app.Leaf 10\n", n / 2, if n % 2 == 0 { "left" } else { "right" });
    }
    text += "n999 | .value | v | app.Value 7";
    let rows = print(&owners(&text));
    let deepest = rows.lines().map(|row| row.len() - row.trim_start().len()).max();
    assert_eq!((rows.lines().count(), deepest), (9, Some(10)), "\n{rows}");
    assert!(rows.contains(".left: app.Leaf x466 4660/4660"), "\n{rows}");
    assert!(rows.lines().any(|row| row.trim_start() == ".value: app.Value x1 7/7"), "\n{rows}");
}

#[test]
fn a_tree_with_lists_of_children_is_told_once() {
    let mut text = "root | module app | m | builtins.module 1\nm | .root | n1 | app.Item 10\n".to_owned();
    for n in 1..500 {
        text += &format!("n{n} | .children | l{n} | builtins.list 5\nentries | l{n} | 2\n");
        for child in [2 * n, 2 * n + 1] {
            text += &format!("l{n} | [{}] | n{child} | app.Item 10\n", child % 2);
        }
    }
    check(
        &text,
        "
module app x1 1/12486
  .root: app.Item x1 10/12485
    .children: list x1 5/12475 #2
      entries: app.Item x2 20/12470
        .children: list x498 12450/12450 #996",
    );
}

#[test]
fn names_that_come_back_in_another_class_are_told() {
    check(
        "root | module app | m | builtins.module 1
         m | .a | a1 | app.One 1
         a1 | .b | b1 | app.Two 1
         b1 | .a | a2 | app.Three 1
         a2 | .b | b2 | app.Two 1
         b2 | .a | a3 | app.Four 1",
        "
module app x1 1/6
  .a: app.One x1 1/5
    .b: app.Two x1 1/4
      .a: app.Three x1 1/3
        .b: app.Two x1 1/2
          .a: app.Four x1 1/1",
    );
}

#[test]
fn a_row_that_is_opened_on_all_cores_is_as_any_other() {
    let members = 100_000;
    let mut text = "root | module app | m | builtins.module 1\nm | .all | l | builtins.list 8\n".to_owned();
    text += &format!("entries | l | {members}\n");
    for n in 0..members {
        let field = if n < 60_000 { "early" } else { "late" };
        text += &format!("l | [{n}] | e{n} | app.Entry 3\ne{n} | .{field} | p{n} | app.Part 2\n");
    }
    check(
        &text,
        "
module app x1 1/500009
  .all: list x1 8/500008 #100000
    entries: app.Entry x100000 300000/500000
      .early: app.Part x60000 120000/120000
      .late: app.Part x40000 80000/80000",
    );
}

/// Two lists in a module, of `app.Entry` objects; each entry holds what the text tells for its number.
fn two_lists(members: usize, held: impl Fn(&str, usize) -> String) -> String {
    let mut text = "root | module app | m | builtins.module 1\n".to_owned();
    for list in ["a", "b"] {
        text += &format!("m | .{list} | {list} | builtins.list 8\nentries | {list} | {members}\n");
        for n in 0..members {
            text += &format!("{list} | [{n}] | {list}{n} | app.Entry 3\n{}\n", held(list, n));
        }
    }
    text
}

#[test]
fn names_of_one_row_are_not_taken_for_those_of_another() {
    check(
        &two_lists(1000, |list, n| format!("{list}{n} | .of_{list} | p{list}{n} | app.Part 2")),
        "
module app x1 1/10017
  .a: list x1 8/5008 #1000
    entries: app.Entry x1000 3000/5000
      .of_a: app.Part x1000 2000/2000
  .b: list x1 8/5008 #1000
    entries: app.Entry x1000 3000/5000
      .of_b: app.Part x1000 2000/2000",
    );
}

#[test]
fn names_that_change_in_the_middle_of_a_row_are_told_of_those_that_have_them() {
    let held = |list: &str, n: usize| match (list, n) {
        ("a", 900..) => format!("{list}{n} | .late | p{list}{n} | app.Part 2"),
        _ => format!("{list}{n} | .early | p{list}{n} | app.Part 2"),
    };
    check(
        &two_lists(1500, held),
        "
module app x1 1/15017
  .a: list x1 8/7508 #1500
    entries: app.Entry x1500 4500/7500
      .early: app.Part x900 1800/1800
      .late: app.Part x600 1200/1200
  .b: list x1 8/7508 #1500
    entries: app.Entry x1500 4500/7500
      .early: app.Part x1500 3000/3000",
    );
}

#[test]
fn the_few_large_ones_that_go_by_another_name_are_told_by_theirs() {
    let held = |list: &str, n: usize| match (list, n % 500) {
        ("b", 499) => format!("{list}{n} | .body | p{list}{n} | app.Part 4000"),
        _ => format!("{list}{n} | .name | p{list}{n} | app.Part 2"),
    };
    check(
        &two_lists(2000, held),
        "
module app x1 1/36009
  .b: list x1 8/26000 #2000
    entries: app.Entry x2000 6000/25992
      .body: app.Part x4 16000/16000
      .name: app.Part x1996 3992/3992
  .a: list x1 8/10008 #2000
    entries: app.Entry x2000 6000/10000
      .name: app.Part x2000 4000/4000",
    );
}

#[test]
fn the_order_of_a_dump_does_not_show() {
    let lines = [
        "root | module a | a | builtins.module 5",
        "root | module b | b | builtins.module 5",
        "a | .x | x | app.X 9",
        "b | .x | y | app.X 9",
        "b | .z | z | app.X 9",
    ];
    let forward = lines.join("\n");
    let swapped = [lines[1], lines[0], lines[4], lines[3], lines[2]].join("\n");
    assert_eq!(print(&owners(&forward)), print(&owners(&swapped)));
}

#[test]
fn sizes_that_no_heap_has_do_not_overflow() {
    let huge = u64::MAX / 2 + 1;
    let told = owners(&format!(
        "root || a | app.Crowd {huge}\nroot || b | app.Crowd {huge}\nroot || c | app.Crowd {huge}\na | .next | d | app.Part {huge}"
    ));
    assert!(told.iter().all(|owner| owner.retained.0 >= huge));
    // Modules that one object holds are taken out of its row.
    let mut text = "root || list | app.List 16\n".to_owned();
    for module in 0..3 {
        text += &format!("list || m{module} | Module {huge}\nlabel | m{module} | module m{module}\n");
    }
    assert!(owners(&text).len() > 3);
}

#[test]
fn rows_that_are_opened_ahead_are_as_those_that_wait() {
    for dump in
        ["tiny.hprof.gz", "owners/shelves.hprof.gz", "v8/node-20.heapsnapshot.gz", "v8/chromium-156.heapsnapshot.gz"]
    {
        let dump = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/heap").join(dump);
        for least in [1, 4096] {
            let limits = Limits { least: Bytes(least), share: 0.0, ..Limits::default() };
            let snapshot = Snapshot::open(&dump, &Options { limits, ..Options::default() }).unwrap();
            let mut holders = snapshot.owners();
            let ahead = holders.owners.tree();
            holders.owners.company = 1;
            assert_eq!(ahead, holders.owners.tree(), "beside each other");
            let waiting = super::assemble(holders.owners.grow(Some(&mut |_, _| false)));
            assert_eq!(ahead, waiting);
            assert!(ahead.len() > 5, "{}", ahead.len());
        }
    }
}

/// A tree whose nodes know their parents, below a static field; each node has the one or two below it in a list.
const TREE: &str = "root || loader | jdk.internal.loader.ClassLoaders$AppClassLoader 50
     loader | .classes | c | java.lang.Class 100
     label | c | class com.shop.Shop
     c | static com.shop.Shop.SHOP | shop | com.shop.Shop 16
     shop | .catalog | n0 | com.shop.Node 32
     n0 | .below | l0 | java.util.ArrayList 24
     l0 | .elementData | a0 | java.lang.Object[] 32
     a0 | [0] | n1 | com.shop.Node 32
     a0 | [1] | n2 | com.shop.Node 32
     n1 | .parent | n0
     n2 | .parent | n0
     n1 | .below | l1 | java.util.ArrayList 24
     l1 | .elementData | a1 | java.lang.Object[] 32
     a1 | [0] | n3 | com.shop.Node 32
     n3 | .parent | n1\n";

#[test]
fn what_a_thread_holds_in_passing_stands_where_it_would_without_the_thread() {
    let told = |thread: &str| {
        format!(
            "
static Shop.SHOP: com.shop.Shop x1 16/256
  .catalog: com.shop.Node x1 32/240
    .below: java.util.ArrayList x1 56/208 #2
      entries: com.shop.Node x2 64/152
        .below: java.util.ArrayList x1 88/88 #1{thread}
jdk.internal.loader.ClassLoaders$AppClassLoader x1 50/50"
        )
    };
    check(TREE, &told(""));
    let thread = "root | thread main | t | java.lang.Thread 100\n";
    for held in ["n0", "n1", "a1", "n3"] {
        let passing = format!("t | local | {held}\n");
        check(&format!("{TREE}{thread}{passing}"), &told("\nthread main x1 100/100"));
        // The thread is met first.
        check(&format!("{thread}{TREE}{passing}"), &told("\nthread main x1 100/100"));
    }
}

#[test]
fn what_two_static_fields_and_a_thread_hold_stands_below_none_of_them() {
    let shared = "root || loader | jdk.internal.loader.ClassLoaders$AppClassLoader 50
        loader | .classes | c | java.lang.Class 100
        label | c | class com.shop.Shop
        c | static com.shop.Shop.SHOP | shop | com.shop.Shop 16
        loader | .classes | d | java.lang.Class 100
        label | d | class com.shop.Stock
        d | static com.shop.Stock.STOCK | stock | com.shop.Stock 16
        shop | .catalog | n | com.shop.Catalog 500
        root | thread main | t | java.lang.Thread 100
        t | local | n\n";
    check(
        shared,
        "
static Shop.SHOP: com.shop.Shop x1 16/516
  .catalog: com.shop.Catalog x1 500/500
thread main x1 100/100
jdk.internal.loader.ClassLoaders$AppClassLoader x1 50/50
static Stock.STOCK: com.shop.Stock x1 16/16",
    );
    check(
        &format!("{shared}stock | .catalog | n"),
        "
Shop.catalog: com.shop.Catalog x1 500/500
thread main x1 100/100
jdk.internal.loader.ClassLoaders$AppClassLoader x1 50/50
static Shop.SHOP: com.shop.Shop x1 16/16
static Stock.STOCK: com.shop.Stock x1 16/16",
    );
}

#[test]
fn the_root_of_a_tree_is_placed_however_many_of_its_nodes_refer_to_it() {
    // A stack frame holds a node that is met first, so the holder from outside is the last of many.
    let mut tree = String::from("root | thread main | t | java.lang.Thread 100\n");
    tree += "t | local | n200 | com.shop.Node 10\nn200 | .parent | n0 | com.shop.Node 10\n";
    for node in 1..200 {
        tree += &format!("n0 | .next{node} | n{node} | com.shop.Node 10\nn{node} | .parent | n0\n");
    }
    tree += "root | module app | m | Module 10\nm | .shop | shop | Shop 10\nshop | .tree | n0\nn0 | .next200 | n200\n";
    check(
        &tree,
        "
module app x1 10/2030
  .shop: Shop x1 10/2020
    .tree: com.shop.Node x1 10/2010 #200
      entries: com.shop.Node x200 2000/2000
thread main x1 100/100",
    );
}

#[test]
fn the_links_of_a_list_in_the_middle_of_which_a_thread_is_stand_with_the_list() {
    let mut list = String::from(
        "root | module app | m | builtins.module 100
         m | .recent | list | app.Recent 16
         list | .first | l0 | app.Link 10
         root | thread main | t | java.lang.Thread 100\n",
    );
    for link in 1..60 {
        let before = link - 1;
        list += &format!("l{before} | .next | l{link} | app.Link 10\nl{link} | .previous | l{before}\n");
    }
    let passing = format!("{list}t | local | l30");
    for list in [&list, &passing] {
        check(
            list,
            "
module app x1 100/716
  .recent: app.Recent x1 16/616
    .first: app.Link x1 10/600
      .next: app.Link x59 590/590
thread main x1 100/100",
        );
    }
    // Each link is too small to look for its holders here: the list as a whole has them. Those behind the thread's are
    // dominated by it, and the first one has a name.
    let limits = Limits { least: Bytes(500), share: 0.0, ..Limits::default() };
    let printed = print(&owners_within(&passing, limits));
    assert_eq!(printed, "module app x1 100/716\n  .recent: app.Recent x1 16/616\n    app.Link x30 300/590\n");
}

#[test]
fn maps_that_are_in_each_other_end_somewhere() {
    // Each table has the map of the other, and a module's iterator walks along it.
    let tables = "root | module app | m | builtins.module 100
        m | .one | i1 | app.Iterator 10
        m | .two | i2 | app.Iterator 10
        i1 | .table | t1 | java.util.HashMap$Node[] 80
        i2 | .table | t2 | java.util.HashMap$Node[] 80
        t1 | [0] | m2 | java.util.HashMap 48
        t2 | [0] | m1 | java.util.HashMap 48
        m1 | .table | t1
        m2 | .table | t2";
    let retained: u64 = owners(tables).iter().map(|owner| owner.retained.0).sum();
    assert_eq!(retained, 376);
}

#[test]
fn what_a_suspended_call_holds_in_passing_stands_where_it_would_without_the_call() {
    let shop = "root | module app | m | builtins.module 100
        m | .shop | shop | app.Shop 16
        shop | .stock | stock | app.Stock 16
        stock | .items | items | app.Items 500
        shop | .walks | walks | app.Walks 16
        walks | .first | call | app.Call 80\n";
    let told = |walks: &str| {
        format!(
            "
module app x1 100/728
  .shop: app.Shop x1 16/628
    .stock: app.Stock x1 16/516
      .items: app.Items x1 500/500
    .walks: app.Walks x1 16/96
      .first: app.Call x1 80/80{walks}"
        )
    };
    check(shop, &told(""));
    for held in ["call || items", "call || stock", "call || items\ncall || stock", "call || shop\ncall || items"] {
        check(&format!("{shop}{held}\npassing | call"), &told(""));
    }
    // Who is not suspended holds it for good.
    check(
        &format!("{shop}call | .held | items"),
        "
module app x1 100/728
  .shop: app.Shop x1 16/628
    Call.held: app.Items x1 500/500
    .walks: app.Walks x1 16/96
      .first: app.Call x1 80/80
    .stock: app.Stock x1 16/16",
    );
}

#[test]
fn classes_that_were_defined_again_and_again_stand_where_their_loaders_are_kept() {
    let mut kept = String::from(
        "root || app | jdk.internal.loader.ClassLoaders$AppClassLoader 50
         app | .classes | c | java.lang.Class 100
         label | c | class com.shop.Shop
         c | static com.shop.Shop.PLUGINS | list | java.util.ArrayList 24
         list | .elementData | array | java.lang.Object[] 32\n",
    );
    // Two of a name may be two classes of two modules; the numbers of proxies are no names.
    for (number, name) in ["jdk.proxy2.$Proxy7", "jdk.proxy3.$Proxy8", "jdk.proxy4.$Proxy9"].iter().enumerate() {
        kept += &format!("array | [{number}] | l{number} | com.shop.Loader 40\n");
        kept += &format!("l{number} | .classes | p{number} | java.lang.Class 100\nlabel | p{number} | class {name}\n");
    }
    check(
        &kept,
        "
static Shop.PLUGINS: java.util.ArrayList x1 56/476 #3
  entries: com.shop.Loader x3 120/420
    .classes: java.lang.Class x3 300/300
jdk.internal.loader.ClassLoaders$AppClassLoader x1 50/50",
    );
}

#[test]
fn copies_of_classes_stand_with_a_keeper_that_several_statics_name() {
    let mut kept = String::from(
        "root || app | java.lang.ClassLoader 50
         app | .classes | c | java.lang.Class 100
         label | c | class com.shop.Beans
         app | .classes | d | java.lang.Class 100
         label | d | class com.shop.Platform
         c | static com.shop.Beans.server | server | com.shop.Server 24
         d | static com.shop.Platform.server | server
         server | .beans | array | java.lang.Object[] 32\n",
    );
    for number in 0..3 {
        kept += &format!("array | [{number}] | l{number} | java.lang.ClassLoader 40\n");
        kept +=
            &format!("l{number} | .classes | p{number} | java.lang.Class 100\nlabel | p{number} | class app.Start\n");
        kept += &format!("p{number} | static app.Start.CATALOG | k{number} | app.Catalog 1000\n");
    }
    // That of the program itself.
    kept += "app | .classes | own | java.lang.Class 100\nlabel | own | class app.Start\n";
    kept += "own | static app.Start.CATALOG | k | app.Catalog 70\n";
    // An object of the class may be what is kept, and that keeps the loader.
    let booted = kept.replace("app | .classes | d |", "root | class | d |");
    let through_objects = (0..3).fold(booted, |text, n| {
        let objects = text.replace(&format!("array | [{n}] | l{n} | java.lang.ClassLoader 40\n"), "");
        let class = format!("l{n} | .classes | p{n} | java.lang.Class 100\n");
        objects.replace(&class, &format!("array | [{n}] | h{n} | app.Handler 40\nh{n} || p{n} | java.lang.Class 100\np{n} || l{n} | java.lang.ClassLoader 40\nl{n} | .classes | p{n}\n"))
    });
    let printed = print(&owners(&through_objects));
    assert!(printed.contains("        static Start.CATALOG: app.Catalog x3 3000/3000\n"), "{printed}");
    check(
        &kept,
        "
static Beans.server: com.shop.Server x1 24/3476
  .beans: java.lang.Object[] x1 32/3452 #3
    entries: java.lang.ClassLoader x3 120/3420
      .classes: java.lang.Class x3 300/3300
        static Start.CATALOG: app.Catalog x3 3000/3000
static Start.CATALOG: app.Catalog x1 70/70
java.lang.ClassLoader x1 50/50",
    );
}

#[test]
fn what_two_maps_hold_is_told_as_their_entry_wherever_in_a_bucket_it_is() {
    let links = 8;
    let mut text = String::new();
    for (map, of_session) in [("BY_ID", " | com.shop.Session 5000"), ("BY_USER", "")] {
        text += &format!(
            "root | class | c{map} | java.lang.Class 50
             label | c{map} | class com.shop.{map}
             c{map} | static com.shop.{map}.INDEX | s{map} | com.shop.Index 16
             s{map} | .map | m{map} | java.util.HashMap 48
             m{map} | .table | t{map} | java.util.HashMap$Node[] 80
             t{map} | [3] | n{map}0 | java.util.HashMap$Node 32\n"
        );
        for link in 1..links {
            text += &format!("n{map}{} | .next | n{map}{link} | java.util.HashMap$Node 32\n", link - 1);
        }
        text += &format!("n{map}{} | .value | v{of_session}\n", links - 1);
    }
    let told = print(&owners(&text));
    assert!(told.starts_with("Index.map.entries: com.shop.Session x1 5000/5000\n"), "{told}");
}

#[test]
fn a_thread_local_that_threads_share_is_told_by_the_static_field_that_holds_it() {
    let worker = |n: u32| worker(n, "Server.CHANNEL");
    let shared = "e1 | .value | h | com.shop.Channel 480\ne2 | .value | h";
    check(
        &format!("{}{}{shared}", worker(1), worker(2)),
        "
thread http-worker-* x2 472/952
  threadLocals[static Server.CHANNEL]: com.shop.Channel x1 480/480",
    );
}

#[test]
fn containers_of_clojure_and_flink_are_one_row_with_their_entries() {
    let mut text = String::from(
        "root | thread main | t | java.lang.Thread 100
         t | .map | map | clojure.lang.PersistentHashMap 40
         map | .root | top | clojure.lang.PersistentHashMap$ArrayNode 24
         top | .array | nodes | clojure.lang.PersistentHashMap$INode[] 80
         nodes | [0] | node | clojure.lang.PersistentHashMap$BitmapIndexedNode 24
         node | .array | pairs | java.lang.Object[] 40
         t | .state | state | org.apache.flink.runtime.state.heap.CopyOnWriteStateMap 60
         state | .primaryTable | one | org.apache.flink.runtime.state.heap.CopyOnWriteStateMap$StateMapEntry[] 80
         state | .incrementalRehashTable | two | org.apache.flink.runtime.state.heap.CopyOnWriteStateMap$StateMapEntry[] 40\n",
    );
    // Without its field of that name the elements of the arrays of a map are counted.
    for item in 0..3 {
        text += &format!("pairs | [{item}] | v{item} | app.Item 10\n");
        let table = ["one", "two"][item % 2];
        text += &format!(
            "{table} | [{item}] | e{item} | org.apache.flink.runtime.state.heap.CopyOnWriteStateMap$StateMapEntry 50\n"
        );
        text += &format!("e{item} | .state | s{item} | app.Count 20\n");
    }
    check(
        &text,
        "
thread main x1 100/728
  .state: org.apache.flink.runtime.state.heap.CopyOnWriteStateMap x1 330/390 #3
    entries: app.Count x3 60/60
  .map: clojure.lang.PersistentHashMap x1 208/238 #4
    entries: app.Item x3 30/30",
    );
}

#[test]
fn collections_of_older_jdks_and_of_android_count_neither_heads_nor_segments() {
    let older = "root | thread main | t | java.lang.Thread 100
         t | .list | list | java.util.LinkedList 24
         list | .header | lh | java.util.LinkedList$Entry 24
         lh | .next | l1 | java.util.LinkedList$Entry 24
         l1 | .next | lh
         l1 | .element | a | app.Item 10
         t | .linked | linked | java.util.LinkedHashMap 56
         linked | .header | h | java.util.LinkedHashMap$Entry 40
         linked | .table | table | java.util.HashMap$Entry[] 80
         table | [1] | e1 | java.util.LinkedHashMap$Entry 40
         e1 | .value | b | app.Item 10
         e1 | .after | h
         h | .after | e1
         t | .index | index | java.util.HashMap 48
         index | .table | buckets | java.util.HashMap$Entry[] 24
         buckets | [2] | i1 | java.util.HashMap$Entry 32
         i1 | .value | i | app.Item 10
         t | .map | map | java.util.concurrent.ConcurrentHashMap 48
         map | .segments | segments | java.util.concurrent.ConcurrentHashMap$Segment[] 80
         segments | [0] | s0 | java.util.concurrent.ConcurrentHashMap$Segment 40
         s0 | .sync | lock | java.util.concurrent.locks.ReentrantLock$NonfairSync 30
         s0 | .table | t0 | java.util.concurrent.ConcurrentHashMap$HashEntry[] 24
         t0 | [0] | c1 | java.util.concurrent.ConcurrentHashMap$HashEntry 32
         c1 | .value | c | app.Item 10
         c1 | .next | c2 | java.util.concurrent.ConcurrentHashMap$HashEntry 32
         c2 | .value | d | app.Item 10
         t | .views | views | android.util.SparseArray 24
         views | .mKeys | keys | int[] 60
         views | .mValues | values | java.lang.Object[] 60
         values | [3] | v | app.View 200";
    check(
        older,
        "
thread main x1 100/1172
  .views: android.util.SparseArray x1 144/344 #1
    entries: app.View x1 200/200
  .map: java.util.concurrent.ConcurrentHashMap x1 286/306 #2
    entries: app.Item x2 20/20
  .linked: java.util.LinkedHashMap x1 216/226 #1
    entries: app.Item x1 10/10
  .index: java.util.HashMap x1 104/114 #1
    entries: app.Item x1 10/10
  .list: java.util.LinkedList x1 72/82 #1
    entries: app.Item x1 10/10",
    );
}

#[test]
fn properties_and_sorted_maps_of_jdk_8_count_their_entries_alone() {
    check(
        "root | thread main | t | java.lang.Thread 100
         t | .settings | settings | java.util.Properties 48
         settings | .table | table | java.util.Hashtable$Entry[] 60
         table | [2] | p1 | java.util.Hashtable$Entry 32
         p1 | .value | v1 | app.Item 10
         p1 | .next | p2 | java.util.Hashtable$Entry 32
         p2 | .value | v2 | app.Item 10
         t | .sorted | sorted | java.util.concurrent.ConcurrentSkipListMap 48
         sorted | .head | index | java.util.concurrent.ConcurrentSkipListMap$HeadIndex 32
         index | .node | base | java.util.concurrent.ConcurrentSkipListMap$Node 24
         base | .value | mark | java.lang.Object 16
         base | .next | n | java.util.concurrent.ConcurrentSkipListMap$Node 24
         n | .value | v3 | app.Item 10",
        "
thread main x1 100/446
  .settings: java.util.Properties x1 172/192 #2
    entries: app.Item x2 20/20
  .sorted: java.util.concurrent.ConcurrentSkipListMap x1 144/154 #1
    entries: app.Item x1 10/10",
    );
}

#[test]
fn nothing_stands_below_the_root_of_roots() {
    let app = "root || roots | (GC roots) 0
         roots || stack | (Stack roots) 0
         roots || handles | (Global handles) 0
         stack || map | Map 32
         handles || server | Server 40
         server | .cache | map
         entries | map | 0";
    check(
        app,
        "
(Global handles) x1 0/40
  Server x1 40/40
Server.cache: Map x1 32/32 #0",
    );
}

#[test]
fn what_the_stack_alone_dominates_stands_where_it_is_kept() {
    let app = |held: &str| {
        format!(
            "root || roots | (GC roots) 0
             roots || stack | (Stack roots) 0
             passing | stack
             stack || ctx | system / Context 40
             label | ctx | script app.js
             ctx | var app | app | App 10
             app | .regions | map | Map 32
             map | [0] | one | Region 20
             map | [1] | two | Region 20
             entries | map | 2
             {held}"
        )
    };
    let kept = "
context app.js:app: App x1 10/82
  .regions: Map x1 32/72 #2
    entries: Region x2 40/40";
    for held in ["", "stack | [7] | map", "stack | [7] | app"] {
        check(&app(held), kept);
    }
}

#[test]
fn a_limit_on_rows_leaves_out_the_smallest() {
    let mut text = String::new();
    for n in 10..40 {
        text += &format!("root || c{n} | java.lang.Class 40\nlabel | c{n} | class app.C{n}\n");
        text += &format!("c{n} | static app.C{n}.MAP | m{n} | java.util.HashMap {n}\n");
    }
    text += "m20 | .table | t | java.util.HashMap$Node[] 500\nt | [0] | e | java.util.HashMap$Node 32
             e | .value | v | app.Item 400\n";
    let limits = |rows| Limits { least: Bytes(1), share: 0.0, rows, ..Limits::default() };
    let told = print(&owners_within(&text, limits(4)));
    let largest = "
static C20.MAP: java.util.HashMap x1 552/952 #1
  entries: app.Item x1 400/400
static C39.MAP: java.util.HashMap x1 39/39 #0
static C38.MAP: java.util.HashMap x1 38/38 #0
";
    assert_eq!(told, largest.trim_start(), "{told}");
    assert_eq!(print(&owners_within(&text, limits(50))).lines().count(), 31);
}

#[test]
fn a_map_is_named_by_the_structure_that_has_it_however_many_know_it() {
    let mut text = "root || holder | app.Registry 24\nroot || list | java.util.ArrayList 24
        list | .elementData | sessions | java.lang.Object[] 9000\n"
        .to_owned();
    for n in 0..1200 {
        text += &format!("sessions | [{n}] | s{n} | app.Session 24\n");
        text += &if n == 0 {
            "s0 | .config | map | java.util.HashMap 4000\n".to_owned()
        } else {
            format!("s{n} | .config | map\n")
        };
    }
    text += "holder | .config | map\n";
    let told = print(&owners_within(&text, Limits { least: Bytes(1000), share: 0.0, ..Limits::default() }));
    assert!(told.contains("Registry.config: java.util.HashMap"), "{told}");
}

#[test]
fn entries_of_a_dictionary_are_those_of_all_classes() {
    let mut text =
        "root || ctx | system / Context 40\nlabel | ctx | script app.js\nctx | var all | o | Object 56\n".to_owned();
    for n in 0..600 {
        text += &format!("o | .key{n} | v{n} | Kind{} 100\n", n % 20);
    }
    let told = print(&owners(&text));
    assert!(told.starts_with("context app.js:all: Object x1 56/60056 #600\n"), "{told}");
}

#[test]
fn entries_of_a_linked_map_are_counted_in_its_trees_too() {
    check(
        "root || c | java.lang.Class 40
         label | c | class app.App
         c | static app.App.MAP | map | java.util.LinkedHashMap 56
         map | .table | table | java.util.HashMap$Node[] 80
         table | [0] | n1 | java.util.LinkedHashMap$Entry 40
         table | [1] | n2 | java.util.HashMap$TreeNode 64
         n2 | .left | n3 | java.util.HashMap$TreeNode 64
         n1 | .value | v1 | app.Item 16
         n2 | .value | v2 | app.Item 16
         n3 | .value | v3 | app.Item 16",
        "
static App.MAP: java.util.LinkedHashMap x1 304/352 #3
  entries: app.Item x3 48/48",
    );
}

#[test]
fn fields_with_values_of_many_classes_are_fields() {
    let mut text =
        "root || ctx | system / Context 40\nlabel | ctx | script app.js\nctx | var all | a | Array 56\n".to_owned();
    for n in 0..900 {
        text += &format!("a | [{n}] | r{n} | Rec 20\n");
        for field in 0..15 {
            text += &format!("r{n} | .field{field} | v{n}x{field} | Kind{} 10\n", n % 30);
        }
    }
    let told = print(&owners(&text));
    assert!(told.contains("\n    .field14: Kind0 x30 "), "{told}");
}

#[test]
fn a_key_with_a_number_is_no_name_where_there_are_many_such() {
    let told = |keys: u32| {
        let mut text = String::from(
            "root | global | window | Window 100
             window | .events | events | Object 16
             root | module app | m | builtins.module 100
             m | .list | list | app.Listeners 10\n",
        );
        for key in 0..keys {
            text += &format!("events | .resize{key} | f{key} | app.Handler{key} 1000\nlist || f{key}\n");
        }
        let owners = owners(&text);
        let edges: std::collections::BTreeSet<String> = owners.into_iter().map(|owner| owner.step.edge).collect();
        edges.into_iter().filter(|edge| edge.contains("resize") || edge.contains("events")).collect::<Vec<_>>()
    };
    assert_eq!(told(40), ["Window.events.entries", "global.events"]);
    assert_eq!(told(2), ["Object.resize0", "Object.resize1", "global.events"]);
}

#[test]
fn collections_with_weak_keys_hold_nothing_that_others_hold() {
    let queues = |weak: &str| {
        format!(
            "root | module app | m | builtins.module 100
             m | .pool | pool | app.Pool 10
             pool | ._queue | queue | app.Queue 500
             root | module threads | t | builtins.module 100
             t | ._queues | queues | {weak} 10
             queues | .data | data | builtins.dict 10
             data || queue"
        )
    };
    let stands = |text: &str, edge: &str| print(&owners(text)).contains(edge);
    let below = "  .pool: app.Pool x1 10/510\n    ._queue: app.Queue x1 500/500\n";
    assert!(stands(&queues("weakref.WeakKeyDictionary"), below));
    assert!(!stands(&queues("app.Registry"), below));
}

#[test]
fn of_modules_with_one_name_for_a_thing_that_of_its_class_has_it() {
    let mut text = String::new();
    for module in ["django.core.checks", "django.db", "shop"] {
        text += &format!("root | module {module} | {module} | builtins.module 100\n");
        text += &match module {
            "django.core.checks" => format!("{module} | .connections | c | django.db.utils.Handler 500\n"),
            _ => format!("{module} | .connections | c\n"),
        };
    }
    let owners = owners(&text);
    let has = |owner: &&crate::heap::Owner| owner.children.iter().any(|child| child.step.edge == ".connections");
    assert_eq!(owners.iter().find(has).unwrap().step.edge, "module django.db");
}

#[test]
fn the_global_object_of_a_frame_that_the_page_keeps_stands_there() {
    check(
        "root | global | window | Window 100
         window | .frames | frames | Array 16
         frames | [0] | context | system / NativeContext 10
         context | .global | inner | Window 1000
         root | global | other | Window 50
         inner | .data | data | app.Data 300
         global | inner",
        "
global.frames: Array x1 16/1326 #1
  entries: system / NativeContext x1 10/1310
    .global: Window x1 1000/1300
      .data: app.Data x1 300/300",
    );
}

#[test]
fn copies_of_classes_that_threads_keep_stand_with_the_threads() {
    let mut kept = String::new();
    for n in 0..3 {
        kept += &format!("root | thread refresh | t{n} | java.util.TimerThread 100\n");
        kept +=
            &format!("t{n} | .contextClassLoader | l{n} | com.shop.Loader 40\nt{n} | local | j{n} | app.Start$1 16\n");
        kept +=
            &format!("l{n} | .classes | p{n} | java.lang.Class 100\nlabel | p{n} | class app.Start\nj{n} || p{n}\n");
        kept += &format!("p{n} | static app.Start.CATALOG | k{n} | app.Catalog 1000\n");
    }
    check(
        &kept,
        "
thread refresh x3 300/3768
  Loader.classes: java.lang.Class x3 300/3300
    static Start.CATALOG: app.Catalog x3 3000/3000
  .contextClassLoader: com.shop.Loader x3 120/120
  app.Start$* x3 48/48",
    );
}

#[test]
fn what_is_to_happen_once_an_object_is_gone_stands_below_the_object() {
    check(
        "root | module app | m | builtins.module 100
         m | .first | first | app.First 100
         m | .second | second | app.Second 200
         m | .registry | files | FinalizationRegistry 10
         files || c1 | system / WeakCell 20
         c1 | .holdings | h1 | app.Holdings 30
         c1 || c2 | system / WeakCell 20
         c2 | .holdings | h2 | app.Holdings 40
         c2 || c3 | system / WeakCell 20
         c3 | .holdings | h3 | app.Lost 50
         c3 || c4 | system / WeakCell 20
         c4 | .holdings | own | app.Leak 60
         cleanup | c1 | first
         cleanup | c2 | second
         cleanup | c3 | nobody
         cleanup | c4 | own",
        "
module app x1 100/670
  .second: app.Second x1 200/260
    system / WeakCell x1 20/60
      .holdings: app.Holdings x1 40/40
  .registry: FinalizationRegistry x1 50/160 #2
    entries: app.Leak x1 60/60
    entries: app.Lost x1 50/50
  .first: app.First x1 100/150
    system / WeakCell x1 20/50
      .holdings: app.Holdings x1 30/30",
    );
}

#[test]
fn objects_whose_cleanups_hold_each_other_stay_where_they_are_filed() {
    let text = "root | module app | m | builtins.module 100
         m | .registry | files | FinalizationRegistry 10
         files || c1 | system / WeakCell 20
         files || c2 | system / WeakCell 20
         c1 | .holdings | two | app.Two 30
         c2 | .holdings | one | app.One 30
         cleanup | c1 | one
         cleanup | c2 | two";
    let told = print(&owners(text));
    assert!(told.starts_with("module app x1 100/210\n  .registry: FinalizationRegistry x1 30/110 #1\n"), "{told}");
}

/// A constant that keys an entry of each wrapper, and one that keys requests by a variable of a script.
const KEYED: &str = "root || a | system / Context 10
    root || b | system / Context 10
    label | a | script static.js
    label | b | script app.js
    a | var STATIC | fixed | Object 10
    b | var container | map | Map 10
    map | [0] | w1 | Wrapper 10
    map | [1] | w2 | Wrapper 10
    w1 | .values | m1 | WeakMap 10
    w2 | .values | m2 | WeakMap 10
    m1 | table | t1 | (array) 10
    m2 | table | t2 | (array) 10
    fixed || v1 | Orders 100
    fixed || v2 | Users 200
    weak | fixed | v1 | t1
    weak | fixed | v2 | t2\n";

#[test]
fn a_value_filed_by_a_constant_stands_with_its_table_and_what_several_share_with_what_has_the_tables() {
    let shared = "v1 | .history | h | History 1000\nv2 | .history | h";
    let told = print(&owners(&format!("{KEYED}{shared}")));
    for row in
        [".values: WeakMap x2 40/340", "entries: Users x1 200/200", "STATIC: Object x1 10/10", "History x1 1000/1000"]
    {
        assert!(told.contains(row), "{row} in {told}");
    }
}

#[test]
fn a_value_filed_by_a_variable_or_by_what_comes_and_goes_stands_with_its_key() {
    let text = "root || a | system / Context 10
        label | a | script app.js
        a | var fields | fields | WeakMap 10
        fields | table | t1 | (array) 10
        a | var STATIC | fixed | Object 10
        fixed || v1 | Secret 100
        weak | fixed | v1 | t1
        a | var requests | requests | Map 10
        requests | [0] | request | Request 10
        a | var server | server | Server 10
        server | .bodies | bodies | WeakMap 10
        bodies | table | t2 | (array) 10
        request || v2 | Body 200
        weak | request | v2 | t2";
    let told = print(&owners(text));
    assert!(told.contains("STATIC: Object x1 10/110\n  Secret x1"), "{told}");
    assert!(told.contains("entries: Request x1 10/210\n    Body x1"), "{told}");
}

#[test]
fn what_es_modules_share_is_not_told_with_what_has_loaded_them() {
    let modules = "root || l | system / Context 10
        label | l | script node:internal/loader
        l | var loader | loader | ModuleLoader 10
        loader | .loadCache | cache | LoadCache 10
        cache | table | table | (array) 10
        registry | table
        entries | cache | 2
        table | [0] | j1 | ModuleJob 10
        table | [1] | j2 | ModuleJob 10
        j1 || a | system / Context 10
        j2 || b | system / Context 10
        label | a | script a.mjs
        label | b | script b.mjs
        a | var pages | pages | Map 10
        b | var index | index | Map 10\n";
    let mut shared = String::new();
    for page in 0..100 {
        shared += &format!("pages | [{page}] | p{page} | Page 100\nindex | [{page}] | p{page}\n");
    }
    let told = print(&owners(&format!("{modules}{shared}")));
    assert!(
        told.starts_with("(shared by context a.mjs:pages, context b.mjs:index): Page x100 10000/10000\n"),
        "{told}"
    );
    assert!(told.contains("entries: ModuleJob x2 20/20"), "{told}");
}
