use super::*;
use crate::heap::{Bound, Marks, Step};
use crate::units::Bytes;

/// An owner of 100 bytes an object: `edge: class x COUNT #ENTRIES`.
fn owner(text: &str, marks: Marks, children: Vec<Owner>) -> Owner {
    let (text, entries) = text.split_once(" #").map_or((text, None), |(text, entries)| (text, Some(entries)));
    let (text, count) = text.split_once(" x").map_or((text, "1"), |(text, count)| (text, count));
    let (edge, class) = text.split_once(": ").unwrap_or((text, ""));
    let step = Step { edge: edge.to_owned(), class: class.to_owned() };
    let (count, shallow) = (count.parse().unwrap(), Bytes(100 * count.parse::<u64>().unwrap()));
    let retained = shallow + children.iter().map(|child| child.retained).sum();
    let entries = entries.map(|entries| entries.parse().unwrap());
    Owner { step, count, shallow, retained, entries, marks, children }
}

fn kind(kind: Kind) -> Marks {
    Marks { kind: Some(kind), bound: None }
}

/// What is told of the last owner when a chain of owners grew; `?` stands for a number that did.
fn told(chain: &[(&str, Marks)]) -> Option<&'static str> {
    let tree = |number: &str| {
        let owner =
            |below: Vec<Owner>, (text, marks): &(&str, Marks)| vec![owner(&text.replace('?', number), *marks, below)];
        chain.iter().rev().fold(Vec::new(), owner)
    };
    let steps = chain.iter().filter(|(text, _)| !text.starts_with("entries"));
    let steps = steps.map(|(text, marks)| owner(&text.replace('?', "1"), *marks, Vec::new()).step);
    of(&OwnerPath(steps.collect()), &tree("10"), &tree("90")).map(|(name, _)| name)
}

const NONE: Marks = Marks { kind: None, bound: None };

#[test]
fn what_is_held_tells_the_kind_and_not_words_in_the_path() {
    let map = "static App.MAP: java.util.HashMap #?";
    for (chain, name) in [
        (vec![(map, NONE), ("entries: app.Session x?", NONE)], "static collection without bound"),
        (vec![(map, NONE), ("entries: app.PluginLoader x?", kind(Kind::Loader))], "class loader retention"),
        (vec![(map, NONE), ("entries: app.QuoteListener x?", NONE)], "listeners never removed"),
        (
            vec![("static App.LISTENERS: java.util.ArrayList #?", NONE), ("entries: app.Entry x?", NONE)],
            "listeners never removed",
        ),
        (
            vec![("static App.listenerStats: java.util.HashMap #?", NONE), ("entries: java.lang.Long x?", NONE)],
            "static collection without bound",
        ),
        (
            vec![("static App.POOL: java.util.HashMap #?", NONE), ("entries: app.X x?", NONE)],
            "static collection without bound",
        ),
        (
            vec![("static App.Q: java.util.ArrayDeque #?", kind(Kind::Queue)), ("entries: app.X x?", NONE)],
            "queue not drained",
        ),
        (
            vec![("Logger.manager: logging.Manager", NONE), (".loggers: dict #?", NONE), ("entries: X x?", NONE)],
            "collection without bound",
        ),
        (vec![("thread http-*: java.lang.Thread x?", NONE)], "threads never ended"),
        (vec![("task app.poll x?", NONE)], "tasks that never end"),
        (vec![("finalizer: app.File x?", NONE)], "finalizers that do not keep up"),
        (vec![("thread: java.lang.VirtualThread x?", NONE)], "threads never ended"),
    ] {
        assert_eq!(told(&chain), Some(name), "{chain:?}");
    }
}

#[test]
fn what_a_listener_captured_is_no_listener() {
    let server = [("context node:_http_server:server: Server", NONE), ("._events: Object", NONE)];
    let listener = (".request: Function", kind(Kind::Function));
    let chain = |below: &[(&'static str, Marks)]| [&server[..], below].concat();
    let listeners = Some("listeners never removed");
    assert_eq!(told(&chain(&[(".data: Array #?", NONE), ("entries: Function x?", listener.1)])), listeners);
    assert_eq!(told(&chain(&[(".data: Function x?", listener.1)])), listeners);
    let collection = Some("module-level collection without bound");
    assert_eq!(told(&chain(&[listener, ("captured rows: Array #?", NONE), ("entries: Object x?", NONE)])), collection);
    // One handler with much below it.
    assert_ne!(told(&chain(&[(".request: Function #?", listener.1), ("entries: Object x?", NONE)])), listeners);
}

#[test]
fn what_goes_with_its_keys_and_what_a_crowd_has_besides_is_not_accused() {
    for class in ["WeakMap", "FinalizationRegistry", "weakref.WeakValueDictionary", "java.util.WeakHashMap"] {
        let map = format!("context app.js:meta: {class} #?");
        assert_eq!(told(&[(&map, NONE), ("entries: app.X x?", NONE)]), None);
    }
    assert_eq!(told(&[(": dict #?", NONE), ("entries: app.X x?", NONE)]), None);
    assert_eq!(told(&[("QueueImpl.messages: app.Queue x? #0", kind(Kind::Queue))]), None);
    assert_eq!(told(&[("frame app.main", NONE), (".rows: list #?", NONE), ("entries: app.X x?", NONE)]), None);
    let closures = ("entries: Function x?", kind(Kind::Function));
    assert_eq!(told(&[("(shared by context app.js:a, context app.js:b): Object x?", NONE), closures]), None);
    assert_eq!(told(&[("local: Array #?", NONE), closures]), Some("closures that keep their scope"));
}

#[test]
fn what_is_bounded_fills_and_does_not_leak() {
    let bounded = |bound| Marks { kind: None, bound: Some(bound) };
    let chain = |bound| [("static App.LRU: app.Lru #?", bounded(bound)), ("entries: app.X x?", NONE)];
    assert_eq!(told(&chain(Bound::Entries(100))), Some("bounded container that fills"));
    assert_eq!(told(&chain(Bound::Evicts)), Some("bounded container that fills"));
    // The number is no bound of entries: there are more of them.
    assert_eq!(told(&chain(Bound::Entries(50))), Some("static collection without bound"));
}

#[test]
fn what_did_not_grow_looks_like_nothing() {
    let tree = vec![owner("static App.LISTENERS: java.util.ArrayList #8", NONE, Vec::new())];
    assert_eq!(of(&OwnerPath(vec![tree[0].step.clone()]), &tree, &tree), None);
    let fat = Owner { retained: Bytes(5000), ..tree[0].clone() };
    assert_eq!(of(&OwnerPath(vec![fat.step.clone()]), &tree, &[fat]), None);
}
