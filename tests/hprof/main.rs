//! HPROF dumps, right and wrong, through the public interface.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says by panicking that something is wrong")]

mod convert;
mod hostile;
mod jvm;
mod variants;
mod writer;

use std::path::Path;

use plimsoll::heap::hprof::Referents;
use plimsoll::heap::{Keep, Mapping, Node, Options, Orphans, RootKind, Snapshot, redact};
use writer::{INT, OBJECT, Writer, read, read_with};

const JNI_GLOBAL: u8 = 0x01;
const STICKY: u8 = 0x05;
const CLASSES: u64 = 0x1000;
const BOX: u64 = CLASSES + 0x40;
const BYTES: u64 = CLASSES + 0x48;
const ARRAY: u64 = CLASSES + 0x50;
const REFERENCE: u64 = CLASSES + 0x58;
const WEAK: u64 = CLASSES + 0x60;
const SOFT: u64 = CLASSES + 0x68;
const THREAD: u64 = CLASSES + 0x70;
const ENTRY: u64 = CLASSES + 0x78;
const LOCAL: u64 = CLASSES + 0x80;
const STRING: u64 = CLASSES + 0x88;
const HOLDER: u64 = CLASSES + 0x90;

/// A writer with the classes above, `HOLDER` with static fields, all held by the runtime.
fn world(width: usize, statics: &[(&str, u64)]) -> Writer {
    let mut dump = Writer::new(width);
    dump.class(CLASSES, 0, "java/lang/Object", &[], &[]);
    dump.class(BOX, CLASSES, "app/Box", &[], &[("left", OBJECT), ("right", OBJECT)]);
    dump.class(BYTES, CLASSES, "[B", &[], &[]);
    dump.class(ARRAY, CLASSES, "[Ljava/lang/Object;", &[], &[]);
    dump.class(REFERENCE, CLASSES, "java/lang/ref/Reference", &[], &[("referent", OBJECT)]);
    dump.class(WEAK, REFERENCE, "java/lang/ref/WeakReference", &[], &[]);
    dump.class(SOFT, REFERENCE, "java/lang/ref/SoftReference", &[], &[]);
    dump.class(THREAD, CLASSES, "java/lang/Thread", &[], &[("name", OBJECT)]);
    dump.class(ENTRY, WEAK, "java/lang/ThreadLocal$ThreadLocalMap$Entry", &[], &[("value", OBJECT)]);
    dump.class(LOCAL, CLASSES, "java/lang/ThreadLocal", &[], &[]);
    dump.class(STRING, CLASSES, "java/lang/String", &[], &[("value", OBJECT)]);
    dump.class(HOLDER, CLASSES, "app/Holder", statics, &[]);
    for class in (CLASSES..=HOLDER).step_by(8) {
        dump.root(STICKY, class, &[]);
    }
    dump
}

/// `Holder.CACHE` -> box -> {bytes, box -> the same bytes}, at these addresses.
fn boxes(width: usize, [outer, inner, bytes]: [u64; 3]) -> Writer {
    let mut dump = world(width, &[("CACHE", outer)]);
    dump.instance(outer, BOX, &[bytes, inner]);
    dump.instance(inner, BOX, &[0, bytes]);
    dump.bytes(bytes, &[0; 100]);
    dump
}

#[test]
fn sizes_follow_the_width_of_references() {
    let ids = [0x2000, 0x2100, 0x2200];
    let narrow = read(&boxes(4, ids).finish()).unwrap();
    let wide = read(&boxes(8, ids).finish()).unwrap();
    assert_eq!(ids.map(|id| narrow.shallow(id)), [16, 16, 112]);
    assert_eq!(ids.map(|id| wide.shallow(id)), [32, 32, 128]);
    assert_eq!(ids.map(|id| wide.retained(id)), [192, 32, 128]);
    assert_eq!(wide.holder(0x2200), Some(wide.node(0x2000)));
    assert!(wide.dump.caveats.is_empty(), "{:?}", wide.dump.caveats);
}

#[test]
fn arrays_that_would_overlap_tell_compressed_references() {
    let mut dump = world(8, &[("CACHE", 0x2000)]);
    dump.objects(0x2000, ARRAY, &[0x2038, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    dump.instance(0x2038, BOX, &[0, 0]);
    let read = read(&dump.finish()).unwrap();
    assert_eq!((read.shallow(0x2000), read.shallow(0x2038)), (56, 24));
}

#[test]
fn any_order_and_any_kind_of_addresses_give_the_same_tree() {
    let [ascending, descending, odd] =
        [[0x2000, 0x2100, 0x2200], [0x2200, 0x2100, 0x2000], [0x2001, 0x7fff_0003, 0x1_2345_6789]];
    for ids in [ascending, descending, odd] {
        let read = read(&boxes(8, ids).finish()).unwrap();
        assert_eq!(ids.map(|id| read.retained(id)), [192, 32, 128], "{ids:x?}");
        assert_eq!(read.references(ids[1]).into_iter().collect::<Vec<_>>(), [("right".into(), read.node(ids[2]))]);
        assert_eq!(read.dump.graph.class_name(read.node(ids[2])), "byte[]");
    }
}

#[test]
fn segments_may_be_many_one_or_open() {
    let one = |tag| {
        let mut dump = boxes(8, [0x2000, 0x2100, 0x2200]);
        dump.segment(tag);
        dump
    };
    let mut many = world(8, &[("CACHE", 0x2000)]);
    many.segment(0x1c);
    many.instance(0x2000, BOX, &[0x2200, 0x2100]);
    many.segment(0x1c);
    many.segment(0x1c);
    many.top(0xee, b"of no known kind");
    many.instance(0x2100, BOX, &[0, 0x2200]);
    many.bytes(0x2200, &[0; 100]);
    let mut open = boxes(8, [0x2000, 0x2100, 0x2200]);
    let heap = std::mem::take(&mut open.heap);
    open.segment(0x1c);
    open.out.extend(heap);
    for content in [one(0x0c).finish(), one(0x1c).finish(), many.finish(), open.out] {
        assert_eq!(read(&content).unwrap().retained(0x2000), 192);
    }
}

#[test]
fn of_several_dumps_in_a_file_the_last_is_read() {
    for (tag, marked) in [(0x0c, false), (0x1c, true)] {
        let mut dump = boxes(8, [0x2000, 0x2300, 0x2400]);
        dump.segment(tag);
        if marked {
            dump.top(0x2c, &[]);
        }
        dump.heap = boxes(8, [0x2000, 0x2100, 0x2200]).heap;
        dump.segment(tag);
        let content = dump.finish();
        let last = read(&content).unwrap();
        assert_eq!(last.retained(0x2000), 192);
        assert!(last.dump.names.at_address(0x2300).is_none());
        assert_eq!(last.dump.caveats, ["the file holds 2 dumps: this is the last of them"]);
        let mut redacted = Vec::new();
        redact(&Mapping::held(content), Path::new("x"), &mut redacted, Keep { thread_names: false }).unwrap();
        let last = read(&redacted).unwrap();
        assert_eq!((last.retained(0x2000), last.dump.caveats.len()), (192, 0));
    }
}

#[test]
fn an_end_mark_in_front_of_the_dump_ends_nothing() {
    let mut dump = boxes(8, [0x2000, 0x2300, 0x2400]);
    dump.top(0x2c, &[]);
    dump.segment(0x1c);
    let mut redacted = Vec::new();
    redact(&Mapping::held(dump.out.clone()), Path::new("x"), &mut redacted, Keep { thread_names: false }).unwrap();
    for content in [dump.out, redacted] {
        let read = read(&content).unwrap();
        assert_eq!(read.retained(0x2000), 192);
        assert_eq!(read.dump.caveats, ["the dump has no end mark: its writer may have been stopped"]);
    }
}

#[test]
fn texts_that_share_characters_are_equal_only_where_they_are_the_same_part() {
    let mut dump = Writer::new(8);
    dump.class(CLASSES, 0, "java/lang/Object", &[], &[]);
    dump.class(STRING, CLASSES, "java/lang/String", &[], &[("value", OBJECT), ("offset", INT), ("count", INT)]);
    dump.bytes(0x2000, b"abcdef");
    dump.bytes(0x2040, b"abcdef");
    for (id, characters, start, length) in
        [(0x2100, 0x2000, 0, 6), (0x2140, 0x2000, 0, 3), (0x2180, 0x2000, 3, 3), (0x21c0, 0x2040, 3, 3_u32)]
    {
        let fields = [&dump.id(characters)[..], &u32::to_be_bytes(start), &length.to_be_bytes()].concat();
        dump.heap.extend([&[0x21][..], &dump.id(id), &[0; 4], &dump.id(STRING), &[0, 0, 0, 16], &fields].concat());
        dump.root(JNI_GLOBAL, id, &[0; 8]);
    }
    let snapshot = Snapshot::read(Mapping::held(dump.finish()), Path::new("x"), &Options::default()).unwrap();
    let strings = snapshot.owners().waste().strings.unwrap();
    assert_eq!((strings.texts, strings.different), (4, 3));
    assert_eq!(strings.groups.iter().map(|group| (group.length, group.copies)).collect::<Vec<_>>(), [(3, 2)]);
}

#[test]
fn weak_references_retain_only_as_in_mat() {
    let mut dump = world(8, &[("WEAK", 0x2000), ("SOFT", 0x2010)]);
    dump.instance(0x2000, WEAK, &[0x2020]);
    dump.instance(0x2010, SOFT, &[0x2040]);
    dump.instance(0x2020, BOX, &[0, 0]);
    dump.instance(0x2040, BOX, &[0, 0]);
    let content = dump.finish();
    let default = read(&content).unwrap();
    assert!(!default.tree.reachable(default.node(0x2020)));
    assert!(default.references(0x2000).is_empty());
    assert_eq!(default.retained(0x2010), 56);
    let mat = read_with(&content, Referents::Mat, Orphans::Drop).unwrap();
    assert_eq!(mat.retained(0x2000), 56);
    assert!(mat.references(0x2000).contains_key("referent"));
}

#[test]
fn what_a_weak_map_has_for_keys_that_are_gone_is_not_kept() {
    const WEAK_ENTRY: u64 = 0x1100;
    let mut dump = world(8, &[("DEAD", 0x2000), ("LIVE", 0x2040), ("LOCAL", 0x2080), ("KEY", 0x20c0)]);
    dump.class(WEAK_ENTRY, WEAK, "java/util/WeakHashMap$Entry", &[], &[("value", OBJECT), ("next", OBJECT)]);
    dump.root(STICKY, WEAK_ENTRY, &[]);
    dump.instance(0x2000, WEAK_ENTRY, &[0x2100, 0x2180, 0]);
    dump.instance(0x2040, WEAK_ENTRY, &[0x2120, 0, 0x20c0]);
    // The table of a thread's variables keeps the value until the thread happens to meet it.
    dump.instance(0x2080, ENTRY, &[0x2140, 0]);
    for id in [0x20c0, 0x2100, 0x2120, 0x2140, 0x2180] {
        dump.instance(id, BOX, &[0, 0]);
    }
    let content = dump.finish();
    let default = read(&content).unwrap();
    let kept = |id| default.tree.reachable(default.node(id));
    assert_eq!([0x2100, 0x2120, 0x2140, 0x2180].map(kept), [false, true, true, true]);
    assert_eq!(default.references(0x2000).into_keys().collect::<Vec<_>>(), ["next"]);
    let mat = read_with(&content, Referents::Mat, Orphans::Drop).unwrap();
    assert!(mat.tree.reachable(mat.node(0x2100)) && mat.references(0x2000).contains_key("value"));
}

#[test]
fn locals_are_held_by_their_thread_and_threads_have_names() {
    let mut dump = world(8, &[]);
    dump.root(0x08, 0x2000, &[0, 0, 0, 7, 0, 0, 0, 0]);
    dump.root(0x03, 0x2080, &[0, 0, 0, 7, 0, 0, 0, 0]);
    dump.root(0x03, 0x20c0, &[0, 0, 0, 8, 0, 0, 0, 0]);
    dump.instance(0x2000, THREAD, &[0x2020]);
    dump.instance(0x2020, STRING, &[0x2040]);
    dump.bytes(0x2040, b"http-worker-3");
    dump.instance(0x2080, BOX, &[0, 0]);
    dump.instance(0x20c0, BOX, &[0, 0]);
    let read = read(&dump.finish()).unwrap();
    assert_eq!(read.holder(0x2080), Some(read.node(0x2000)));
    assert_eq!(read.holder(0x20c0), Some(Node::ROOT));
    assert_eq!(read.references(0x2000).keys().collect::<Vec<_>>(), ["local", "name"]);
    assert_eq!(read.label(0x2000).as_deref(), Some("http-worker-3"));
    let threads = read.dump.graph.roots().iter().filter(|root| root.kind == RootKind::Thread);
    assert_eq!(threads.map(|root| &*root.name).collect::<Vec<_>>(), ["http-worker-3"]);
}

#[test]
fn an_entry_of_thread_locals_is_named_by_the_static_field() {
    let mut dump = world(8, &[("CACHE", 0x2000)]);
    dump.instance(0x2000, LOCAL, &[]);
    dump.instance(0x2020, LOCAL, &[]);
    dump.instance(0x2040, ENTRY, &[0x2060, 0x2000]);
    dump.instance(0x2060, BOX, &[0, 0]);
    dump.instance(0x2080, ENTRY, &[0x2060, 0x2020]);
    dump.root(JNI_GLOBAL, 0x2040, &[0; 8]);
    let read = read(&dump.finish()).unwrap();
    assert_eq!(read.key(0x2040).as_deref(), Some("static app.Holder.CACHE"));
    assert_eq!(read.key(0x2080).as_deref(), Some("java.lang.ThreadLocal"));
    assert_eq!(read.key(0x2060), None);
    assert!(read.references(HOLDER).contains_key("static app.Holder.CACHE"));
    assert_eq!(read.label(HOLDER).as_deref(), Some("app.Holder"));
}

#[test]
fn boot_classes_are_roots_if_no_class_is_said_to_be() {
    let mut dump = Writer::new(8);
    dump.class(CLASSES, 0, "java/lang/Object", &[("X", 0x2000)], &[]);
    dump.instance(0x2000, CLASSES, &[]);
    let read = read(&dump.finish()).unwrap();
    assert_eq!(read.tree.reached(), 2);
}

/// A heap of 32-bit references, as native-image writes it: `App.CACHE` -> map -> box, and a box that nobody refers to with
/// one below it; all but the first box are said to be JNI globals. Classes stand `beside` their objects.
fn image(beside: u64, handle: u64) -> Writer {
    let [object, class, boxes, app, references] = [0x1000, 0x1100, 0x1200, 0x1300, 0x1400].map(|id| id + beside);
    let mut dump = Writer::new(8);
    dump.instance = 8;
    dump.class(object, 0, "java.lang.Object", &[], &[]);
    dump.class(app, object, "app.App", &[("CACHE", 0x2000)], &[]);
    dump.instance = 0;
    dump.class(references, object, "java.lang.Object[]", &[], &[]);
    dump.instance = 16;
    dump.class(boxes, object, "app.Box", &[], &[("left", OBJECT), ("right", OBJECT)]);
    dump.instance = 152;
    dump.class(class, object, "java.lang.Class", &[], &[]);
    for class in [object, class, boxes, app, references] {
        dump.root(STICKY, class, &[]);
    }
    for hub in (0x1000..=0x1400).step_by(0x100).filter(|_| beside > 0) {
        dump.instance(hub, class, &[]);
        dump.root(JNI_GLOBAL, hub, &dump.id(handle));
    }
    dump.objects(0x2000, references, &[0x3000, 0, 0]);
    dump.instance(0x2018, boxes, &[0x2030, 0]);
    dump.instance(0x2030, boxes, &[0, 0]);
    for said in [0x2000, 0x2018, 0x2030] {
        dump.root(JNI_GLOBAL, said, &dump.id(handle));
    }
    dump.instance(0x3000, boxes, &[0, 0]);
    dump
}

#[test]
fn what_an_image_starts_with_is_held_by_who_refers_to_it() {
    let dump = read(&image(1, 0).finish()).unwrap();
    assert_eq!(dump.holder(0x2000), Some(dump.node(0x1301)));
    assert_eq!(dump.holder(0x3000), Some(dump.node(0x2000)));
    assert_eq!(dump.holder(0x2018), Some(Node::ROOT));
    assert_eq!(dump.holder(0x2030), Some(dump.node(0x2018)));
    let of_image = dump.dump.graph.roots().iter().filter(|root| root.kind == RootKind::Image);
    assert_eq!(of_image.filter(|root| root.node == dump.node(0x2018)).count(), 1);
    // Eclipse MAT believes what the dump says.
    let mat = read_with(&image(1, 0).finish(), Referents::Mat, Orphans::Drop).unwrap();
    assert_eq!([0x2000, 0x2018, 0x2030].map(|id| mat.holder(id)), [Some(Node::ROOT); 3]);
    // And so does this for any other virtual machine, and for a handle that is one.
    for (beside, handle) in [(0, 0), (1, 0x7f00)] {
        let read = read(&image(beside, handle).finish()).unwrap();
        assert_eq!([0x2000, 0x2018, 0x2030].map(|id| read.holder(id)), [Some(Node::ROOT); 3]);
        assert!(read.dump.graph.roots().iter().all(|root| root.kind != RootKind::Image));
    }
}

#[test]
fn objects_of_an_image_are_as_large_as_it_says() {
    let sizes = |beside| {
        let read = read(&image(beside, 0).finish()).unwrap();
        [0x2000, 0x2018].map(|id| read.shallow(id))
    };
    // A header of eight bytes and three references; what was told.
    assert_eq!(sizes(1), [24, 16]);
    // HotSpot: a header of 16 bytes, and two references behind one of twelve.
    assert_eq!(sizes(0), [32, 24]);
}

#[test]
fn unreachable_objects_are_dropped_or_adopted() {
    let mut dump = world(8, &[]);
    dump.instance(0x2000, BOX, &[0x2020, 0]);
    dump.instance(0x2020, BOX, &[0, 0]);
    let content = dump.finish();
    assert_eq!(read(&content).unwrap().tree.unreachable().0, 2);
    let kept = read_with(&content, Referents::NotWeak, Orphans::Adopt).unwrap();
    assert_eq!((kept.tree.unreachable().0, kept.retained(0x2000)), (0, 64));
}

#[test]
fn android_records_are_read_or_skipped() {
    let mut dump = boxes(4, [0x2000, 0x2100, 0x2200]);
    dump.heap.extend([0xfe, 0, 0, 0, 65, 0, 0, 0, 1]);
    dump.root(0x89, 0x2300, &[]);
    dump.root(0x90, 0x2400, &[]);
    dump.heap.extend([0xc3, 0, 0, 0x23, 0, 0, 0, 0, 0, 0, 0, 0, 50, 8]);
    dump.instance(0x2400, BOX, &[0, 0]);
    let read = read(&dump.finish()).unwrap();
    assert_eq!(read.retained(0x2300), 64);
    assert!(!read.tree.reachable(read.node(0x2400)));
}

#[test]
fn fields_are_named_across_the_hierarchy() {
    let mut dump = world(8, &[("X", 0x2000)]);
    let sub = HOLDER + 8;
    dump.class(sub, BOX, "app/Sub", &[], &[("count", INT), ("extra", OBJECT)]);
    dump.heap.extend([&[0x21][..], &dump.id(0x2000), &[0; 4], &dump.id(sub), &28_u32.to_be_bytes(), &[0; 4]].concat());
    let values: Vec<u8> = [0x2040, 0, 0x2060].iter().flat_map(|id| dump.id(*id)).collect();
    dump.heap.extend(values);
    dump.instance(0x2040, BOX, &[0, 0]);
    dump.instance(0x2060, BOX, &[0, 0]);
    let read = read(&dump.finish()).unwrap();
    let names: Vec<String> = read.references(0x2000).into_keys().collect();
    assert_eq!(names, ["extra", "right"]);
    assert_eq!(read.retained(0x2000), 48 + 64);
}
