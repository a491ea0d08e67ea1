//! Arbitrary events and recordings for property tests.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::heap::{Bound, ClassRow, Format, HeapSummary, Kind, Marks, Owner, Step};
use crate::record::{
    Dump, DumpPoint, Event, Fingerprint, Incident, LoadTally, Pacing, Phase, ProcessReading, Reading, Recording,
    RequestTally, Runtime, Sample, Unseen,
};
use crate::units::{Bytes, Elapsed, Gauge};

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z.]{0,8}", any::<String>()]
}

fn elapsed() -> impl Strategy<Value = Elapsed> {
    any::<u64>().prop_map(|nanos| Elapsed(std::time::Duration::from_nanos(nanos)))
}

fn reading() -> impl Strategy<Value = Reading> {
    btree_map(prop::sample::select(&Gauge::ALL[..]), any::<u64>(), 0..4)
}

/// Few distinct phases, so that events of one phase meet.
fn phase() -> impl Strategy<Value = Phase> {
    prop_oneof![
        Just(Phase::WarmUp),
        (1..3u32).prop_map(|round| Phase::Steady { round }),
        (1..3u32).prop_map(|round| Phase::Ugly { payload: "bomb".into(), round }),
        Just(Phase::CoolDown),
        (1..3u32).prop_map(|round| Phase::Diagnosis { round }),
        Just(Phase::Residue { payload: "bomb".into() }),
    ]
}

fn requests() -> impl Strategy<Value = RequestTally> {
    let counts = any::<[u64; 4]>();
    let statuses = btree_map(any::<u16>(), any::<u64>(), 0..3);
    (counts, statuses, btree_map(text(), any::<u64>(), 0..3), any::<(u64, u64)>()).prop_map(
        |([sent, aborted, bytes_out, bytes_in], statuses, failures, latency_us)| RequestTally {
            sent,
            statuses,
            failures,
            aborted,
            cut: aborted / 2,
            route: "GET /".into(),
            bytes_out,
            bytes_in,
            latency_us,
            from_send_us: latency_us,
        },
    )
}

fn tally() -> impl Strategy<Value = LoadTally> {
    let pacing = (any::<(u64, u64, bool)>(), elapsed()).prop_map(|((late_p99_us, late_max_us, overrun), shifted)| {
        Pacing { late_p99_us, late_max_us, shifted, overrun }
    });
    let whole = (btree_map(text(), requests(), 0..3), pacing, text(), option::of(text()));
    whole.prop_map(|(requests, pacing, digest, invalid)| LoadTally { requests, pacing, digest, invalid })
}

fn owner() -> impl Strategy<Value = Owner> {
    let bound = prop_oneof![any::<u64>().prop_map(Bound::Entries), Just(Bound::Evicts)];
    let marks =
        (option::of(select(Kind::ALL.to_vec())), option::of(bound)).prop_map(|(kind, bound)| Marks { kind, bound });
    let leaf = (text(), text(), any::<[u64; 3]>(), option::of(any::<u64>()), marks).prop_map(
        |(edge, class, [count, shallow, retained], entries, marks)| Owner {
            step: Step { edge, class },
            count,
            shallow: Bytes(shallow),
            retained: Bytes(retained),
            entries,
            marks,
            children: Vec::new(),
        },
    );
    leaf.prop_recursive(6, 12, 3, |inner| {
        (inner.clone(), vec(inner, 0..3)).prop_map(|(parent, children)| Owner { children, ..parent })
    })
}

fn heap() -> impl Strategy<Value = HeapSummary> {
    let class = (text(), any::<[u64; 3]>()).prop_map(|(class, [objects, shallow, retained])| ClassRow {
        class,
        objects,
        shallow: Bytes(shallow),
        retained: Bytes(retained),
    });
    let format = prop::sample::select(vec![Format::Hprof, Format::V8, Format::Python]);
    let names = btree_map(text(), text(), 0..3);
    (format, any::<[u64; 6]>(), vec(owner(), 0..3), names, vec(class, 0..3), vec(text(), 0..2)).prop_map(
        |(format, [objects, references, total, lost, lost_bytes, roots], owners, full_names, classes, caveats)| {
            HeapSummary {
                format,
                objects,
                references,
                total: Bytes(total),
                unreachable: (lost, Bytes(lost_bytes)),
                roots,
                owners,
                full_names,
                classes,
                caveats,
            }
        },
    )
}

fn runtime() -> impl Strategy<Value = Runtime> {
    prop::sample::select(vec![Runtime::Jvm, Runtime::Node, Runtime::Python, Runtime::Other])
}

fn dump() -> impl Strategy<Value = Dump> {
    let point = prop::sample::select(vec![DumpPoint::Reference, DumpPoint::Diagnosis, DumpPoint::Residue]);
    (point, text(), runtime(), any::<u64>(), text(), elapsed(), heap()).prop_map(
        |(point, process, runtime, requests, file, pause, summary)| Dump {
            payload: None,
            point,
            process,
            runtime,
            requests,
            file,
            pause,
            summary,
        },
    )
}

fn process() -> impl Strategy<Value = ProcessReading> {
    (any::<u32>(), text(), runtime(), reading()).prop_map(|(pid, name, runtime, reading)| ProcessReading {
        pid,
        name,
        runtime,
        reading,
    })
}

fn incident() -> impl Strategy<Value = Incident> {
    prop_oneof![
        any::<(Option<i32>, Option<i32>)>().prop_map(|(code, signal)| Incident::Died { code, signal }),
        any::<u64>().prop_map(|kills| Incident::OomKilled { kills }),
        any::<u64>().prop_map(|unanswered| Incident::Hung { unanswered }),
        any::<u32>().prop_map(|pid| Incident::WorkerDied { pid }),
    ]
}

/// Any event.
pub(super) fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        (text(), text(), text(), option::of(text())).prop_map(|(started, scenario, plan, commit)| Event::Began {
            started,
            scenario,
            plan,
            commit
        }),
        elapsed().prop_map(|at| Event::Ready { at }),
        btree_map(text(), text(), 0..4).prop_map(|facts| Event::Identified { fingerprint: Fingerprint { facts } }),
        (elapsed(), phase()).prop_map(|(at, phase)| Event::PhaseBegan { at, phase }),
        (elapsed(), phase(), tally()).prop_map(|(at, phase, tally)| Event::Loaded { at, phase, tally }),
        (elapsed(), reading()).prop_map(|(at, reading)| Event::Sampled { sample: Sample { at, reading } }),
        (elapsed(), phase(), reading(), reading(), vec(process(), 0..3))
            .prop_map(|(at, phase, floor, peak, processes)| Event::Settled { at, phase, floor, peak, processes }),
        (phase(), vec((elapsed(), reading()), 0..3)).prop_map(|(phase, after)| Event::Recovered { phase, after }),
        dump().prop_map(|dump| Event::Dumped { dump }),
        (elapsed(), phase(), incident()).prop_map(|(at, phase, incident)| Event::Incident { at, phase, incident }),
        (text(), text()).prop_map(|(what, why)| Event::Unseen { unseen: Unseen { what, why } }),
        (elapsed(), any::<bool>()).prop_map(|(at, complete)| Event::Ended { at, complete }),
    ]
}

/// Any recording that events can make.
pub(super) fn recording() -> impl Strategy<Value = Recording> {
    let phases = vec((elapsed(), phase()), 1..4);
    (phases, vec(event(), 0..24)).prop_map(|(phases, events)| {
        let phases = phases.into_iter().map(|(at, phase)| Event::PhaseBegan { at, phase });
        Recording::fold(phases.chain(events))
    })
}
