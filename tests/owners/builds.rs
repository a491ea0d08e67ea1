//! Two builds of one program, the second with something unrelated in front, have the same owner paths.

use std::collections::BTreeMap;
use std::path::Path;

use plimsoll::heap::{HeapSummary, Owner, diff};

use crate::dump::{below, owners, run, source};

/// Rows below the fitting ones: printed path, with objects and entries.
fn rows(summary: &HeapSummary, fits: impl Fn(&str) -> bool) -> BTreeMap<String, (u64, Option<u64>)> {
    let mut rows = BTreeMap::new();
    let top = summary.owners.iter().filter(|owner| fits(&owner.step.to_string()));
    let mut work: Vec<(String, &Owner)> = top.map(|owner| (owner.step.to_string(), owner)).collect();
    while let Some((path, owner)) = work.pop() {
        work.extend(owner.children.iter().map(|child| (format!("{path} → {}", child.step), child)));
        rows.insert(path, (owner.count, owner.entries));
    }
    rows
}

/// The program with other text in the place of `// HERE`, in a folder and a file of its own.
fn build(program: &str, here: &str, file: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(source(program)).unwrap();
    assert!(text.contains("// HERE"));
    let file = folder.path().join(file);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text.replace("// HERE", here)).unwrap();
    folder
}

fn dumped(runtime: &str, build: &Path, dump: &str) -> HeapSummary {
    let folder = run(runtime, &[build.to_str().unwrap(), &format!("FOLDER{dump}")]);
    let file = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap();
    owners(&file.path())
}

#[test]
fn a_lambda_a_class_and_a_proxy_in_front_change_no_path_of_java() {
    let unrelated = r#"KEPT.add((Supplier<Integer>) () -> 4711);
        KEPT.add(new Handler() {
            @Override public int handle(int number) {
                return number;
            }
        });
        KEPT.add(Proxy.newProxyInstance(Stable.class.getClassLoader(), new Class<?>[] {Runnable.class}, (a, b, c) -> null));"#;
    let [plain, more] = ["", unrelated].map(|here| {
        let build = build("fixtures/heap/owners/Stable.java", here, "Stable.java");
        let summary = dumped("java", &build.path().join("Stable.java"), "/dump.hprof");
        let is_own = |row: &str| row.starts_with("thread worker-") || row.contains("static Stable");
        rows(&summary, |row| is_own(row) && !row.contains("KEPT") && !row.contains("<resolved_references>"))
    });
    assert_eq!(plain, more);
    for (path, number) in [
        ("static Stable.LAMBDAS: java.util.ArrayList → entries: Stable$$Lambda", (100, None)),
        ("static Stable.ANONYMOUS: java.util.ArrayList → entries: Stable$*", (100, None)),
        ("static Stable.PROXIES: java.util.ArrayList → entries: $Proxy*", (100, None)),
        ("static Stable.INNER: java.util.ArrayList → entries: Stable$Inner", (100, None)),
        ("static Stable$State.OPEN: Stable$State → .history: java.util.ArrayList", (1, Some(100))),
        ("static Stable.ORDERS: java.util.EnumMap → entries: java.util.ArrayList → entries: Stable$Order", (100, None)),
        (
            "static Stable.SOFT: java.util.ArrayList → entries: java.lang.ref.SoftReference → .referent: byte[]",
            (100, None),
        ),
        ("(shared by static Stable.BASKETS, static Stable.CATALOG): Stable$Product → .picture: byte[]", (100, None)),
        ("static Stable.WEAK: java.util.WeakHashMap", (1, Some(1))),
        ("static Stable.NEVER: java.util.concurrent.CompletableFuture", (1, Some(100))),
        ("thread worker-* → threadLocals[static Stable.BUFFERS]: java.util.ArrayList", (3, Some(3))),
    ] {
        assert_eq!(plain.get(path), Some(&number), "{path}: {plain:#?}");
    }
}

#[test]
fn a_class_that_shrinks_hides_no_other_one_of_its_name() {
    let program = source("fixtures/heap/owners/packages");
    let file = |name: &str| program.join(name).display().to_string();
    let files = [file("Packages.java"), file("orders/Registry.java"), file("users/Registry.java")];
    let classes = run("javac", &["-d", "FOLDER", &files[0], &files[1], &files[2]]);
    let folder = run("java", &["-cp", classes.path().to_str().unwrap(), "Packages", "FOLDER"]);
    let [before, after] = [0, 1].map(|round| owners(&folder.path().join(format!("{round}.hprof"))));
    assert_eq!(below(&before.owners, "static Registry.CACHE").entries, Some(1000));
    let growths = diff(&before, &after).into_iter().filter(|growth| growth.path.to_string().contains("Registry"));
    let told: Vec<_> = growths.map(|growth| (growth.path.to_string(), growth.entries)).collect();
    let row = |package: &str| format!("static {package}.Registry.CACHE: java.util.HashMap");
    assert_eq!(told, [(row("users"), Some((0, 1000))), (row("orders"), Some((1000, 10)))]);
}

#[test]
fn a_closure_in_front_and_another_digest_change_no_path_of_node() {
    let [plain, more] = [("", "dist/app.3f2a9c1b.cjs"), ("exports.first = () => () => 4711;", "dist/app.0a1b2c3d.cjs")]
        .map(|(here, file)| {
            let build = build("fixtures/heap/owners/holders.cjs", here, file);
            let summary = dumped("node", &build.path().join(file), "");
            rows(&summary, |row| row.starts_with("context dist/app"))
        });
    // Which of several holders of a function or a name has it alone differs from compilation to compilation.
    let data = |rows: BTreeMap<String, (u64, Option<u64>)>| -> BTreeMap<String, (u64, Option<u64>)> {
        rows.into_iter()
            .filter(|(_, (count, entries))| *count >= 100 || entries.is_some_and(|number| number >= 100))
            .collect()
    };
    let (plain, more) = (data(plain), data(more));
    assert_eq!(plain, more);
    let map = plain.get("context dist/app.*.cjs:map: Map");
    assert_eq!(map, Some(&(1, Some(1000))), "{plain:#?}");
}
