use proptest::prelude::*;

use super::*;
use crate::heap::{Bound, Format, HeapSummary, Kind, Marks, Owner, Step};
use crate::record::{Dump, DumpPoint, Incident, LoadTally, Phase, Reading, RequestTally, Runtime};
use crate::units::{Bytes, Elapsed, Gauge};

fn events() -> Vec<Event> {
    let at = Elapsed::from_millis(5);
    let phase = Phase::Ugly { payload: "image-bomb".into(), round: 2 };
    let leaf = |class: &str, children| Owner {
        step: Step { edge: ".cache".into(), class: class.into() },
        count: 3,
        shallow: Bytes(48),
        retained: Bytes(480),
        entries: Some(7),
        marks: Marks { kind: Some(Kind::Queue), bound: Some(Bound::Entries(8)) },
        children,
    };
    let owners = vec![leaf("A", vec![leaf("B", vec![leaf("C", vec![])]), leaf("D", vec![])]), leaf("E", vec![])];
    let summary = HeapSummary {
        format: Format::V8,
        objects: 9,
        references: 12,
        total: Bytes(999),
        unreachable: (1, Bytes(16)),
        roots: 2,
        owners,
        full_names: [("static Store.MAP".to_owned(), "static app.Store.MAP".to_owned())].into(),
        classes: vec![],
        caveats: vec!["cut".into()],
    };
    let tally = RequestTally { sent: 4, statuses: [(413, 4)].into(), ..RequestTally::default() };
    let tally = LoadTally { requests: [("image-bomb".to_owned(), tally)].into(), ..LoadTally::default() };
    let floor: Reading = [(Gauge::Live, 10), (Gauge::WorkingSet, 20)].into();
    let dump = Dump {
        payload: None,
        point: DumpPoint::Reference,
        process: "node".into(),
        runtime: Runtime::Node,
        requests: 10,
        file: "dumps/a".into(),
        pause: at,
        summary,
    };
    vec![
        Event::Began { started: "2026-01-01T00:00:00Z".into(), scenario: "s".into(), plan: "p".into(), commit: None },
        Event::PhaseBegan { at, phase: phase.clone() },
        Event::Loaded { at, phase: phase.clone(), tally },
        Event::Incident { at, phase: phase.clone(), incident: Incident::Died { code: None, signal: Some(9) } },
        Event::Recovered { phase: phase.clone(), after: vec![(at, floor.clone())] },
        Event::Settled { at, phase, floor: floor.clone(), peak: floor, processes: vec![] },
        Event::Dumped { dump },
        Event::Ended { at, complete: true },
    ]
}

#[test]
fn events_and_recordings_read_back() {
    let lines: Vec<String> = events().iter().map(|event| event_to_line(event).unwrap()).collect();
    let read: Vec<Event> = lines.iter().map(|line| event_from_line(line.as_bytes()).unwrap()).collect();
    assert_eq!(read, events());

    let recording = Recording::fold(events());
    let text = recording_to_json(&recording).unwrap();
    assert_eq!(recording_from_json(text.as_bytes()), Ok(recording));
}

#[test]
fn a_torn_last_line_costs_only_itself() {
    let mut text: String = events().iter().map(|event| event_to_line(event).unwrap() + "\n").collect();
    text.truncate(text.len() - 9);
    let (recording, cut) = fold_lines(text.as_bytes());
    assert_eq!(recording.dumps.len(), 1);
    assert_eq!((recording.complete, cut.map(|(line, _)| line)), (false, Some(8)));
}

#[test]
fn a_newer_schema_is_refused_by_name() {
    let newer = br#"{"schema": 7, "event": "telepathy"}"#;
    assert_eq!(event_from_line(newer), Err(SchemaError::Newer { found: 7 }));
    assert_eq!(recording_from_json(newer), Err(SchemaError::Newer { found: 7 }));
}

#[test]
fn an_owner_without_a_parent_is_refused() {
    let text = recording_to_json(&Recording::fold(events())).unwrap();
    let broken = text.replace("\"depth\": 1", "\"depth\": 5");
    assert!(matches!(recording_from_json(broken.as_bytes()), Err(SchemaError::Malformed(_))));
}

#[test]
fn an_owner_tree_deeper_than_any_service_is_cut_and_still_reads() {
    let step = Step { edge: ".next".into(), class: "Node".into() };
    let (count, shallow, retained) = (1, Bytes(16), Bytes(16));
    let leaf = Owner { step, count, shallow, retained, entries: None, marks: Marks::default(), children: vec![] };
    let chain = (0..1000).fold(leaf.clone(), |below, _| Owner { children: vec![below], ..leaf.clone() });
    let mut recording = Recording::fold(events());
    recording.dumps[0].summary.owners = vec![chain];
    let text = recording_to_json(&recording).unwrap();
    assert!(recording_from_json(text.as_bytes()).is_ok());
}

#[test]
fn nesting_without_end_is_refused_without_recursion() {
    let deep = format!("{{\"schema\":1,\"phases\":{}", "[".repeat(1 << 20));
    assert!(recording_from_json(deep.as_bytes()).is_err());
    assert!(event_from_line(deep.as_bytes()).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_recording_reads_back_exactly(recording in arbitrary::recording()) {
        let text = recording_to_json(&recording).unwrap();
        prop_assert_eq!(recording_from_json(text.as_bytes()), Ok(recording));
    }

    #[test]
    fn every_event_is_one_line_and_reads_back_exactly(event in arbitrary::event()) {
        let line = event_to_line(&event).unwrap();
        prop_assert!(!line.contains('\n'));
        prop_assert_eq!(event_from_line(line.as_bytes()), Ok(event));
    }
}

proptest! {
    #[test]
    fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = recording_from_json(&bytes);
        let _ = fold_lines(bytes.as_slice());
    }

    #[test]
    fn no_change_of_a_recording_makes_reading_panic(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut text = recording_to_json(&Recording::fold(events())).unwrap().into_bytes();
        let at = at.index(text.len());
        text[at] = byte;
        let _ = recording_from_json(&text);
    }
}
