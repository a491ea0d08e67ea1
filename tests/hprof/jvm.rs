//! A dump that a real JVM makes on the spot.

use std::path::Path;
use std::process::Command;

use plimsoll::heap::hprof::Referents;
use plimsoll::heap::{Label, Naming, Node, Orphans};

use super::writer::{Read, open};

const PROGRAM: &str = r#"
import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.*;

public class Holds {
    static final Map<String, byte[]> CACHE = new HashMap<>();
    static final ThreadLocal<List<byte[]>> BUFFERS = ThreadLocal.withInitial(ArrayList::new);

    public static void main(String[] args) throws Exception {
        for (int i = 0; i < 500; i++) CACHE.put("key" + i, new byte[1000]);
        BUFFERS.get().add(new byte[300_000]);
        Thread.currentThread().setName("holder-1");
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpHeap(args[0], true);
    }
}
"#;

/// Runs the program if there is a JDK; says so if there is none.
fn dump(folder: &Path, flag: &str) -> Option<Read> {
    let source = folder.join("Holds.java");
    std::fs::write(&source, PROGRAM).unwrap();
    let file = folder.join(format!("{}.hprof", flag.trim_start_matches(|c: char| !c.is_alphabetic())));
    let run = Command::new("java").args(["-Xmx64m", flag]).arg(&source).arg(&file).output();
    match run {
        Ok(output) if output.status.success() => Some(open(&file, Referents::NotWeak, Orphans::Drop).unwrap()),
        Ok(output) => panic!("{}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => {
            eprintln!("no dump of a real JVM was read: `java` does not start ({error})");
            None
        }
    }
}

fn class(read: &Read, name: &str) -> Node {
    let label = |node: &Node| read.dump.names.label(*node) == Some(Label::Class(name.into()));
    read.dump.graph.objects().find(label).unwrap()
}

#[test]
fn a_real_heap_names_what_a_static_field_and_a_thread_hold() {
    let folder = tempfile::tempdir().unwrap();
    // Compressed references with the default collector, wide ones with another.
    for flag in ["-XX:+UseSerialGC", "-XX:-UseCompressedOops"] {
        let Some(read) = dump(folder.path(), flag) else { return };
        let names = &read.dump.names;
        let mut held = Vec::new();
        names.references(class(&read, "Holds"), &mut |to, reference| held.push((to, format!("{reference:?}"))));
        let (cache, _) = held.iter().find(|(_, reference)| reference.contains("CACHE")).unwrap();
        let retained = read.tree.retained(*cache).0;
        assert!((500_000..700_000).contains(&retained), "{retained} bytes below CACHE with {flag}");
        let entries =
            read.dump.graph.objects().filter_map(|node| names.key(node).map(|key| (node, format!("{key:?}"))));
        let buffers: u64 =
            entries.filter(|(_, key)| key.contains("BUFFERS")).map(|(node, _)| read.tree.retained(node).0).sum();
        assert!((300_000..320_000).contains(&buffers), "{buffers} bytes below BUFFERS with {flag}");
        let threads: Vec<_> = read.dump.graph.roots().iter().map(|root| &*root.name).collect();
        assert!(threads.contains(&"holder-1"), "{threads:?}");
        assert!(read.dump.caveats.is_empty(), "{:?}", read.dump.caveats);
    }
}
