//! Dumps that lie: an error with its place or an honest partial answer, never a panic.

use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use plimsoll::heap::hprof::Referents;
use plimsoll::heap::{HeapError, Keep, Mapping, Orphans, redact};

use super::writer::{OBJECT, Writer, open, read};
use super::{ARRAY, BOX, BYTES, CLASSES, boxes, world};

fn small() -> Vec<u8> {
    let mut dump = boxes(8, [0x2000, 0x2100, 0x2200]);
    dump.objects(0x2300, ARRAY, &[0x2000, 0, 0x2100]);
    dump.root(0x08, 0x2400, &[0, 0, 0, 1, 0, 0, 0, 0]);
    dump.root(0x02, 0x2300, &[0, 0, 0, 1, 0, 0, 0, 0]);
    dump.instance(0x2400, super::THREAD, &[0x2420]);
    dump.instance(0x2420, super::STRING, &[0x2440]);
    dump.bytes(0x2440, b"main");
    dump.finish()
}

fn offset(error: &HeapError) -> u64 {
    match error {
        HeapError::Malformed { offset, .. } => *offset,
        other => panic!("{other}"),
    }
}

#[test]
fn a_dump_cut_anywhere_is_an_error_or_a_caveat() {
    let whole = small();
    for length in (0..whole.len()).step_by(3) {
        match read(&whole[..length]) {
            Ok(part) => {
                part.interrogate();
                assert!(!part.dump.caveats.is_empty(), "cut at {length} without a word");
            }
            Err(error) => assert!(offset(&error) <= length as u64),
        }
    }
}

#[test]
fn a_dump_cut_before_its_first_object_is_an_error() {
    let whole = small();
    let marker = whole.iter().position(|byte| *byte == 0x1c).expect("there is a segment");
    // The header alone, a part of the first record, and some records.
    for length in [31, 40, marker / 2] {
        match read(&whole[..length]) {
            Ok(_) => panic!("nothing of the dump is in its first {length} bytes"),
            Err(error) => assert!(error.to_string().contains("take it again"), "{error}"),
        }
    }
}

#[test]
fn a_byte_changed_anywhere_breaks_nothing() {
    let whole = small();
    for at in (0..whole.len()).step_by(2) {
        let mut changed = whole.clone();
        changed[at] = changed[at].wrapping_add([1, 0x80, 0xff][at % 3]);
        if let Ok(read) = read(&changed) {
            read.interrogate();
        }
    }
}

#[test]
fn a_segment_that_ends_within_a_record_is_an_error_with_its_place() {
    let mut dump = world(8, &[]);
    dump.segment(0x1c);
    let start = dump.out.len() as u64 + 9;
    dump.bytes(0x2000, &[0; 50]);
    dump.heap.truncate(40);
    let error = read(&dump.finish()).err().unwrap();
    assert_eq!(offset(&error), start);
}

#[test]
fn an_unknown_record_is_an_error_with_its_place() {
    let mut dump = world(8, &[]);
    dump.segment(0x1c);
    dump.bytes(0x2000, &[]);
    let place = (dump.out.len() + 9 + dump.heap.len()) as u64;
    dump.heap.push(0x77);
    let error = read(&dump.finish()).err().unwrap();
    assert_eq!(offset(&error), place);
    assert!(error.to_string().contains("`0x77`"), "{error}");
}

#[test]
fn an_array_longer_than_the_file_is_a_cut() {
    let mut dump = boxes(8, [0x2000, 0x2100, 0x2200]);
    dump.heap.extend([&[0x22][..], &dump.id(0x2300), &[0; 4], &[0xff; 4], &dump.id(ARRAY)].concat());
    dump.segment(0x1c);
    let read = read(&dump.out).unwrap();
    assert!(read.dump.caveats[0].starts_with("the dump is cut at byte"), "{:?}", read.dump.caveats);
    assert_eq!(read.retained(0x2000), 192);
}

#[test]
fn a_class_that_extends_itself_is_an_error() {
    for length in [1, 2, 5000] {
        let mut dump = Writer::new(8);
        for class in 0..length {
            dump.class(CLASSES + class * 8, CLASSES + (class + 1) % length * 8, "Ring", &[], &[]);
        }
        let error = read(&dump.finish()).err().unwrap();
        assert!(error.to_string().contains("superclasses"), "{error}");
    }
}

#[test]
fn inherited_fields_cannot_outgrow_the_file() {
    let mut dump = Writer::new(8);
    let fields = vec![("f", OBJECT); 30_000];
    dump.class(CLASSES, 0, "java/lang/Object", &[], &fields);
    for class in 1..1000 {
        dump.class(CLASSES + class * 8, CLASSES, "Sub", &[], &[]);
    }
    let error = read(&dump.finish()).err().unwrap();
    assert!(error.to_string().contains("inherited fields"), "{error}");
}

#[test]
fn what_is_told_twice_or_leads_nowhere_is_said() {
    let mut dump = boxes(8, [0x2000, 0x2100, 0x2200]);
    dump.instance(0x2000, BOX, &[0, 0]);
    dump.instance(BYTES, BOX, &[0x2200, 0]);
    dump.instance(0x2300, BOX, &[0x6666_0000, 0x2200]);
    dump.instance(0x2400, 0x7777_0000, &[0x2200]);
    dump.class(BOX, 0x2000, "app/Impostor", &[("X", 0x2000)], &[]);
    let read = read(&dump.finish()).unwrap();
    read.interrogate();
    let caveats = read.dump.caveats.join("\n");
    assert!(caveats.contains("1 references lead to objects that are not in the dump"), "{caveats}");
    assert!(caveats.contains("1 objects are of classes that are not in the dump"), "{caveats}");
    assert!(caveats.contains("2 objects are told twice"), "{caveats}");
    assert_eq!(read.retained(0x2000), 192);
}

#[test]
fn an_instance_shorter_than_its_class_has_the_fields_that_are_there() {
    let mut dump = world(8, &[("X", 0x2000)]);
    dump.instance(0x2000, BOX, &[0x2100]);
    dump.bytes(0x2100, &[0; 8]);
    let read = read(&dump.finish()).unwrap();
    assert_eq!(read.references(0x2000).len(), 1);
    assert_eq!(read.retained(0x2000), 32 + 32);
}

#[test]
fn gzip_is_unpacked_and_a_cut_one_is_said_to_be() {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&small()).unwrap();
    let packed = packed.finish().unwrap();
    assert_eq!(read(&packed).unwrap().retained(0x2200), 128);
    let cut = read(&packed[..packed.len() - 20]).unwrap();
    assert!(cut.dump.caveats.iter().any(|caveat| caveat.contains("cut")), "{:?}", cut.dump.caveats);
}

#[test]
fn what_is_no_dump_is_an_error() {
    for content in [&b""[..], b"JAVA", b"JAVA PROFILE 1.0.2", b"JAVA PROFILE 1.0.2\0\0\0\0\x05________", b"PK\x03\x04"]
    {
        assert!(read(content).is_err());
    }
}

#[test]
fn a_length_that_32_bits_cannot_say_is_repaired() {
    let mut dump = boxes(8, [0x2000, 0x2100, 0x2200]);
    // A long array of 4 GiB is a hole in the file; what comes after it counts too.
    dump.heap.extend([&[0x23][..], &dump.id(0x2300), &[0; 4], &(1_u32 << 29).to_be_bytes(), &[11]].concat());
    let heap = std::mem::take(&mut dump.heap);
    let hole = 1_u64 << 32;
    dump.bytes(hole + 0x3000, &[0; 16]);
    dump.root(0x01, hole + 0x3000, &[0; 8]);
    let tail = std::mem::take(&mut dump.heap);
    // The hole is 2^32 bytes long, so the field says what is left without it.
    dump.top(0x0c, &[heap.clone(), tail.clone()].concat());
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&dump.out[..dump.out.len() - tail.len()]).unwrap();
    file.seek(SeekFrom::Current(hole as i64)).unwrap();
    file.write_all(&tail).unwrap();
    let read = open(file.path(), Referents::NotWeak, Orphans::Adopt).unwrap();
    assert_eq!(read.shallow(0x2300), hole + 24);
    assert_eq!(read.retained(hole + 0x3000), 40);
}

#[test]
fn a_record_without_room_for_its_names_keeps_no_text_in_a_redacted_dump() {
    const LOAD_CLASS: u8 = 0x02;
    const FRAME: u8 = 0x04;
    const CONTROL_SETTINGS: u8 = 0x0e;
    for tag in [LOAD_CLASS, FRAME] {
        let mut dump = boxes(8, [0x1000, 0x1010, 0x1020]);
        let secret = dump.name("a constant of the source");
        // What stands where the record would have a name is the body of the next one, which holds numbers only.
        dump.top(tag, &[]);
        let mut body = vec![0; 7];
        body.extend(dump.id(secret));
        dump.top(CONTROL_SETTINGS, &body);
        let dump = dump.finish();
        let redacted = |dump: &[u8]| {
            let mut out = Vec::new();
            redact(&Mapping::held(dump.to_vec()), Path::new("x"), &mut out, Keep { thread_names: false }).unwrap();
            out
        };
        let once = redacted(&dump);
        assert!(!String::from_utf8_lossy(&once).contains("constant of the source"), "{tag}");
        assert_eq!(once, redacted(&once), "{tag}");
    }
}
