use std::path::Path;

use super::{Options, read};
use crate::heap::Mapping;
use crate::heap::graph::{Naming as _, Reference};

#[test]
fn arrays_have_the_elements_that_their_references_show() {
    let tiny = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/heap/tiny.hprof.gz");
    let dump = read(Mapping::open(&tiny).unwrap(), &Options::default()).unwrap();
    let (mut filled, mut dangling) = (0, 0);
    for node in dump.graph.objects() {
        let mut shown = 0;
        dump.names.references(node, &mut |_, held| shown += u64::from(matches!(held, Reference::Element(_))));
        let elements = dump.names.elements(node);
        assert!(elements >= shown, "{node:?}: {elements}, {shown}");
        filled += u64::from(shown > 0);
        dangling += u64::from(elements > shown);
    }
    assert!(filled > 100, "{filled}");
    // An array of the archive of classes (CDS) refers to class objects that no dump has.
    assert_eq!(dangling, 1);
}
