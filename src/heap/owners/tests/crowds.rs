use super::super::Limits;
use super::super::sketch::{owners_within, print};
use super::check;
use crate::units::Bytes;

/// Modules each of which has one structure.
fn modules(names: &[&str]) -> String {
    let module = |name: &&str| {
        format!("root | module {name} | m_{name} | builtins.module 100\nm_{name} | .all | {name} | app.Index 16\n")
    };
    names.iter().map(module).collect()
}

#[test]
fn many_small_things_that_two_structures_share_are_told_with_both() {
    let mut text = "root || loader | app.Loader 10
        loader | .classes | c | java.lang.Class 100
        label | c | class app.Shop
        c | static app.Shop.CATALOG | map | java.util.HashMap 48
        map | .table | table | java.util.HashMap$Node[] 80
        c | static app.Shop.ORDERS | list | java.util.ArrayList 24
        list | .elementData | array | java.lang.Object[] 500\n"
        .to_owned();
    for n in 0..50 {
        text += &format!(
            "table | [{n}] | n{n} | java.util.HashMap$Node 32
             n{n} | .value | p{n} | app.Product 70
             array | [{n}] | p{n}\n"
        );
    }
    check(
        &text,
        "
(shared by static Shop.CATALOG, static Shop.ORDERS): app.Product x50 3500/3500
static Shop.CATALOG: java.util.HashMap x1 1728/1728 #50
static Shop.ORDERS: java.util.ArrayList x1 524/524 #50
app.Loader x1 10/10",
    );
}

#[test]
fn what_structures_of_two_classes_share_is_told_with_both_and_not_with_the_loader_of_the_classes() {
    let mut shop = String::from(
        "root || app | jdk.internal.loader.ClassLoaders$AppClassLoader 50
         app | .classes | array | java.lang.Object[] 80
         registry | array
         array | [0] | c | java.lang.Class 100
         label | c | class com.shop.ById
         array | [1] | d | java.lang.Class 100
         label | d | class com.shop.ByName
         c | static com.shop.ById.ALL | ids | com.shop.Index 24
         d | static com.shop.ByName.ALL | names | com.shop.Index 24\n",
    );
    for item in 0..100 {
        shop += &format!("ids | [{item}] | i{item} | com.shop.Item 30\nnames | [{item}] | i{item}\n");
    }
    let limits = Limits { least: Bytes(500), share: 0.0, ..Limits::default() };
    let printed = print(&owners_within(&shop, limits));
    assert_eq!(printed, "(shared by static ById.ALL, static ByName.ALL): com.shop.Item x100 3000/3000\n");
}

#[test]
fn what_the_members_of_a_crowd_hold_together_with_others_stands_with_the_crowd() {
    let mut timers = String::from(
        "root | module app | m | builtins.module 100
         m | .timers | timers | app.Timers 16
         root | thread main | t | java.lang.Thread 100\n",
    );
    for timer in 0..40 {
        timers += &format!("timers | [{timer}] | t{timer} | app.Timer 10\nt | local | t{timer}\n");
        timers += &format!("t{timer} | .job | j{timer} | app.Job 100\nt | local | j{timer}\n");
    }
    let limits = Limits { least: Bytes(300), share: 0.0, ..Limits::default() };
    let printed = print(&owners_within(&timers, limits));
    assert_eq!(
        printed,
        "module app x1 100/4516\n  .timers: app.Timers x1 16/4416\n    app.Job x40 4000/4000\n    entries: app.Timer x40 400/400\n"
    );
}

#[test]
fn a_crowd_is_told_with_those_who_have_most_of_it_however_deep() {
    let mut text = modules(&["pins", "first", "second"]);
    for item in 0..2000 {
        text += &format!("first | [{item}] | f{item} | app.Order 10\nf{item} | .product | p{item} | app.Product 20\n");
        text += &format!("second | [{item}] | s{item} | app.Visit 10\ns{item} | .seen | p{item}\n");
        if item % 100 == 0 {
            text += &format!("pins | [{item}] | p{item}\n");
        }
    }
    // What stands before them in a list is not all that it holds.
    for number in 0..100 {
        text += &format!("first | .n | nf{number} | app.Number 1\nsecond | .n | ns{number} | app.Number 1\n");
    }
    let limits = Limits { least: Bytes(500), share: 0.0, ..Limits::default() };
    let owners = owners_within(&text, limits);
    let crowd = owners.iter().find(|owner| owner.step.class == "app.Product").unwrap();
    assert_eq!(crowd.step.edge, "(shared by module first.all, module second.all)");
    assert_eq!(crowd.count, 2000);
}

/// Small things of the runtime that two of its modules share, and as many of a class as two lists of the program share.
fn beside_the_runtime(items: u32, bytes: u32) -> String {
    let mut text = modules(&["node:fs", "node:net", "users", "names"]);
    for thing in 0..20 {
        text += &format!("node:fs | [{thing}] | n{thing} | Object 30\nnode:net | [{thing}] | n{thing}\n");
    }
    for item in 0..items {
        text += &format!("users | [{item}] | u{item} | Object {bytes}\nnames | [{item}] | u{item}\n");
    }
    text
}

fn objects(text: &str) -> Vec<(String, u64)> {
    let owners = owners_within(text, Limits { least: Bytes(500), share: 0.0, ..Limits::default() });
    let objects = owners.iter().filter(|owner| owner.step.class == "Object");
    objects.map(|owner| (owner.step.edge.clone(), owner.count)).collect()
}

#[test]
fn large_members_of_a_crowd_count_as_those_do_that_are_sampled() {
    let users = "(shared by module names.all, module users.all)".to_owned();
    let runtime = "(shared by module node:fs.all, module node:net.all)".to_owned();
    assert_eq!(objects(&beside_the_runtime(100, 600)), [(users.clone(), 100), (runtime, 20)]);
    // Of the small ones of both all are sampled.
    assert_eq!(objects(&beside_the_runtime(200, 40))[0], (users, 200));
}

#[test]
fn what_is_larger_than_all_others_of_a_crowd_is_none_of_them() {
    let crowd = ("(shared by module node:fs.all, module node:net.all)".to_owned(), 20);
    let told = objects(&beside_the_runtime(1, 5000));
    assert!(told.len() == 2 && told[1] == crowd && !told[0].0.contains("node:"), "{told:?}");
}

#[test]
fn what_two_pairs_of_lists_share_is_two_crowds() {
    let pairs = |common: u32| {
        let mut text = modules(&["users", "names", "orders", "queue"]);
        for (one, other, items) in [("users", "names", 300), ("orders", "queue", 500)] {
            for item in 0..items {
                text += &format!("{one} | [{item}] | {one}{item} | Object 20\n{other} | [{item}] | {one}{item}\n");
            }
        }
        for item in 0..common {
            text += &format!("queue | [c{item}] | users{item}\n");
        }
        text
    };
    let told = |text: &str| {
        let limits = Limits { least: Bytes(500), share: 0.0, ..Limits::default() };
        let owners = owners_within(text, limits);
        let crowds = owners.iter().filter(|owner| owner.step.class == "Object");
        crowds.map(|owner| (owner.step.edge.clone(), owner.count)).collect::<Vec<_>>()
    };
    let users = ("(shared by module names.all, module users.all)".to_owned(), 300);
    let orders = ("(shared by module orders.all, module queue.all)".to_owned(), 500);
    // A few in common make no whole.
    for common in [0, 5] {
        assert_eq!(told(&pairs(common)), [orders.clone(), users.clone()]);
    }
    let all = "(shared by module names.all, module orders.all, module queue.all, module users.all)".to_owned();
    assert_eq!(told(&pairs(250)), [(all, 800)]);
}

#[test]
fn plain_things_that_two_variables_of_a_module_share_are_told_with_both() {
    let mut text =
        String::from("root | module app | m | builtins.module 100\nroot | module other | o | builtins.module 100\n");
    for (module, variable) in [("m", "by_id"), ("m", "recent"), ("o", "pairs")] {
        text += &format!("{module} | .{variable} | {variable} | app.Index 16\n");
    }
    for item in 0..50 {
        text += &format!("by_id | [{item}] | d{item} | builtins.dict 20\nrecent | [{item}] | d{item}\n");
        // What one holds alone stands there.
        text += &format!("pairs | [{item}] | p{item} | builtins.tuple 10\n");
    }
    let limits = Limits { least: Bytes(300), share: 0.0, ..Limits::default() };
    assert_eq!(
        print(&owners_within(&text, limits)),
        "module app x1 100/1132
  (shared by module app.by_id, module app.recent): dict x50 1000/1000 #0
module other x1 100/616
  .pairs: app.Index x1 16/516 #50
    entries: tuple x50 500/500 #0
"
    );
}

#[test]
fn small_things_that_know_their_holder_stand_with_it_however_many_they_are() {
    let mut sessions = String::from(
        "root | module app | m | builtins.module 100
         m | .manager | manager | app.Manager 600
         root || timers | app.Timers 600\n",
    );
    for session in 0..3000 {
        sessions += &format!("manager | [{session}] | s{session} | app.Session 20\ns{session} | .manager | manager\n");
        sessions += &format!("timers | [{session}] | s{session}\n");
    }
    let limits = Limits { least: Bytes(500), share: 0.0, ..Limits::default() };
    let printed = print(&owners_within(&sessions, limits));
    assert_eq!(
        printed,
        "module app x1 100/60700\n  .manager: app.Manager x1 600/60600 #3000\n    entries: app.Session x3000 60000/60000\napp.Timers x1 600/600\n"
    );
}

#[test]
fn of_plain_things_at_the_top_those_are_told_that_two_structures_share() {
    let mut text = modules(&["orders", "recent", "other"]);
    for item in 0..50 {
        text += &format!("orders | [{item}] | d{item} | builtins.dict 20\nrecent | [{item}] | d{item}\n");
        // Nobody with a place holds these twice.
        text += &format!("other | [{item}] | o{item} | app.Other 10\no{item} | .one | x{item} | builtins.dict 30\n");
        text += &format!("root || x{item}\n");
        text += &format!("orders | [t{item}] | t{item} | builtins.str 10\nrecent | [t{item}] | t{item}\n");
    }
    let limits = Limits { least: Bytes(300), share: 0.0, ..Limits::default() };
    let printed = print(&owners_within(&text, limits));
    let top: Vec<&str> = printed.lines().filter(|row| row.contains("dict") || row.contains("str")).collect();
    assert_eq!(
        top,
        [
            "dict x50 1500/1500 #0",
            "(shared by module orders.all, module recent.all): dict x50 1000/1000 #0",
            "str x50 500/500"
        ]
    );
}

#[test]
fn what_variables_of_a_call_share_is_told_with_both() {
    for call in ["frame", "task"] {
        let mut text = format!("root | {call} app.main | call | builtins.frame 100\n");
        for variable in ["by_id", "recent"] {
            text += &format!("call | .{variable} | {variable} | app.Index 16\n");
        }
        for item in 0..50 {
            text += &format!("by_id | [{item}] | d{item} | app.Order 20\nrecent | [{item}] | d{item}\n");
        }
        let limits = Limits { least: Bytes(300), share: 0.0, ..Limits::default() };
        let shared = format!("  (shared by {call} app.main.by_id, {call} app.main.recent): app.Order x50 1000/1000\n");
        assert_eq!(print(&owners_within(&text, limits)), format!("{call} app.main x1 100/1132\n{shared}"));
        // Calls pass by.
        let lasting = format!("{text}{}{}", modules(&["one", "two"]), members(&["one", "two"]));
        let printed = print(&owners_within(&lasting, limits));
        assert!(printed.contains("(shared by module one.all, module two.all): app.Order x50 1000/1000"), "{printed}");
    }
}

/// All orders, in each of these structures.
fn members(structures: &[&str]) -> String {
    let held = |structure: &&str| (0..50).map(|item| format!("{structure} | [{item}] | d{item}\n")).collect::<String>();
    structures.iter().map(held).collect()
}

#[test]
fn who_holds_a_few_of_a_crowd_is_not_its_place() {
    let mut text = modules(&["names", "beans"]);
    text += "names | .rest | table | app.Table 10\nroot | thread main | t | java.lang.Thread 100\n";
    // So many that the few internals that are looked at show none of the crowd.
    for number in 0..100 {
        text += &format!("names | [{number}] | r{number} | app.Number 1\n");
    }
    for item in 0..200 {
        text += &format!(
            "table | [{item}] | h{item} | app.Handle 1\nh{item} | .name | n{item} | app.Name 20\nt | local | n{item}\n"
        );
        if item < 2 {
            text += &format!("beans | [{item}] | n{item}\n");
        }
    }
    let limits = Limits { least: Bytes(300), share: 0.0, ..Limits::default() };
    let printed = print(&owners_within(&text, limits));
    assert!(printed.contains("  .all: app.Index x1 16/4326 #100\n    app.Name x200 4000/4000\n"), "{printed}");
}
