use std::path::Path;

use super::{Options, read};
use crate::heap::graph::{Naming as _, Near};
use crate::heap::{Mapping, Node};

#[test]
fn elements_are_the_same_from_near_and_from_afar() {
    let tiny = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/heap/tiny.hprof.gz");
    let dump = read(Mapping::open(&tiny).unwrap(), &Options::default()).unwrap();
    let elements = |node: Node, near: &mut Near| dump.names.elements(node, near);
    let (mut all, mut some, mut filled) = (Near::default(), Near::default(), 0);
    for node in dump.graph.objects() {
        let expected = elements(node, &mut Near::default());
        assert_eq!(elements(node, &mut all), expected, "{node:?}");
        if node.0 % 7 < 2 {
            assert_eq!(elements(node, &mut some), expected, "{node:?}, some");
        }
        filled += u64::from(expected > 0);
    }
    assert!(filled > 100, "{filled}");
    // Backwards nothing is near.
    for node in dump.graph.objects().collect::<Vec<_>>().into_iter().rev().step_by(11) {
        assert_eq!(elements(node, &mut all), elements(node, &mut Near::default()), "{node:?}, backwards");
    }
}
