//! Where in a repository an owner is written down: from the names in its path to one of the tracked files, and to a
//! line of it. A dump knows classes, modules and scripts, no files. So a place is told only where one file alone fits
//! and the name of the field or variable stands in it; a guess beside somebody's diff would be worse than none.

use crate::heap::{OwnerPath, Step};

/// Endings of files that hold JVM classes.
const JVM: [&str; 4] = ["java", "kt", "scala", "groovy"];
/// Endings of scripts, whose names dumps tell with them.
const SCRIPTS: [&str; 9] = [".js", ".cjs", ".mjs", ".jsx", ".ts", ".cts", ".mts", ".tsx", ".vue"];
/// What Python calls the module that was started.
const MAIN: &str = "__main__";
/// A line that is longer was written by a program.
const LONGEST_LINE: usize = 2_000;

/// The repository that a report is about.
pub trait Tree {
    /// A file as the repository calls it: from its top, with `/`.
    fn name(&self, file: &str) -> String;

    /// Where an owner is written down: a tracked file, and a line of it from 1.
    fn place(&self, owner: &OwnerPath) -> Option<(String, u32)>;
}

/// No repository: files are called as they are, and owners are written nowhere.
#[derive(Debug, Clone, Copy)]
pub struct NoTree;

impl Tree for NoTree {
    fn name(&self, file: &str) -> String {
        file.to_owned()
    }

    fn place(&self, _: &OwnerPath) -> Option<(String, u32)> {
        None
    }
}

/// A file that an owner may be written in, and the name that has to stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clue {
    /// How its path ends, from the start of a folder's or a file's name; any of these.
    endings: Vec<String>,
    /// Whether these are whole paths.
    whole: bool,
    /// A field, a variable, or a class.
    name: String,
}

/// What the files of a repository say to a clue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match<'a> {
    /// None fits.
    None,
    /// This one alone.
    One(&'a str),
    /// Several do.
    Many,
}

/// The clues in an owner path, from its root on: what holds comes before what is held. `main` is the script that was
/// started, a tracked file: Python calls it `__main__`, and tells no more.
pub fn clues(path: &OwnerPath, main: Option<&str>) -> Vec<Clue> {
    let of_step = |(i, step): (usize, &Step)| {
        let next = path.0.get(i + 1..).unwrap_or_default();
        [of_edge(&step.edge, next, main), of_class(step, next, main)]
    };
    let clues = path.0.iter().enumerate().flat_map(of_step).flatten();
    clues.filter(|clue| clue.endings.iter().all(|ending| is_name(ending)) && is_name(&clue.name)).collect()
}

impl Clue {
    /// The file that fits, from `files`: paths with `/`.
    pub fn find<'a>(&self, files: &'a [String]) -> Match<'a> {
        let before = |rest: &str| rest.is_empty() || (!self.whole && rest.ends_with('/'));
        let fits =
            |file: &&String| self.endings.iter().any(|ending| file.strip_suffix(ending.as_str()).is_some_and(before));
        let mut found = files.iter().filter(fits);
        match (found.next(), found.next()) {
            (None, _) => Match::None,
            (Some(file), None) => Match::One(file),
            (Some(_), Some(_)) => Match::Many,
        }
    }

    /// The line of a file, from 1, on which the name is declared as far as its punctuation shows, else the first on
    /// which it stands; `None` where it stands nowhere.
    pub fn line(&self, text: &str) -> Option<u32> {
        let mut first = None;
        for (number, line) in (1_u32..).zip(text.lines()).filter(|(_, line)| line.len() <= LONGEST_LINE) {
            let Some(behind) = behind_word(line, &self.name) else { continue };
            if ["=", ":", ";", "{", "("].iter().any(|mark| behind.trim_start().starts_with(mark)) {
                return Some(number);
            }
            first = first.or(Some(number));
        }
        first
    }
}

/// What stands behind a word in a line, where it is no part of a longer one.
fn behind_word<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    line.match_indices(word).find_map(|(at, _)| {
        let behind = &line[at + word.len()..];
        (!line[..at].ends_with(is_part) && !behind.starts_with(is_part)).then_some(behind)
    })
}

/// `static RouteCache.CACHE`, `module app.cache`, `context src/cart.js:clients`.
fn of_edge(edge: &str, next: &[Step], main: Option<&str>) -> Option<Clue> {
    if let Some((class, field)) = edge.strip_prefix("static ").and_then(|rest| rest.rsplit_once('.')) {
        return Some(Clue { endings: jvm(&class.replace('.', "/")), whole: false, name: field.to_owned() });
    }
    if let Some((script, name)) = edge.strip_prefix("context ").and_then(|rest| rest.rsplit_once(':')) {
        return Some(Clue { endings: vec![script.to_owned()], whole: false, name: name.to_owned() });
    }
    let module = edge.strip_prefix("module ")?;
    let is_script = SCRIPTS.iter().any(|ending| module.ends_with(ending));
    let endings = if is_script { vec![module.to_owned()] } else { python(module, main)? };
    // `exports` is what a module calls itself.
    let name = next.iter().filter_map(|step| field(step)).find(|name| *name != "exports")?;
    Some(Clue { endings, whole: module == MAIN, name: name.to_owned() })
}

/// The class of what is held by name; what is filed in a container says nothing about who keeps it.
fn of_class(step: &Step, next: &[Step], main: Option<&str>) -> Option<Clue> {
    let (package, simple) = step.class.rsplit_once('.')?;
    if step.edge == "entries" || package.is_empty() || step.class.contains(['[', '<']) {
        return None;
    }
    let own = next.first().and_then(field);
    let name = own.unwrap_or(outer(simple)).to_owned();
    if package == MAIN {
        return Some(Clue { endings: python(package, main)?, whole: true, name });
    }
    let mut endings = jvm(&step.class.replace('.', "/"));
    endings.extend(python(package, main).unwrap_or_default());
    Some(Clue { endings, whole: false, name })
}

/// `cache` of `.cache`.
fn field(step: &Step) -> Option<&str> {
    step.edge.strip_prefix('.')
}

/// The files that the compilers look for a class in.
fn jvm(class: &str) -> Vec<String> {
    let class = outer(class);
    let mut endings: Vec<String> = JVM.iter().map(|ending| format!("{class}.{ending}")).collect();
    // Where Kotlin puts what stands outside of classes.
    endings.extend(class.strip_suffix("Kt").filter(|file| !file.is_empty()).map(|file| format!("{file}.kt")));
    endings
}

/// The files that Python looks for a module in.
fn python(module: &str, main: Option<&str>) -> Option<Vec<String>> {
    if module == MAIN {
        return main.map(|main| vec![main.to_owned()]);
    }
    let path = module.replace('.', "/");
    Some(vec![format!("{path}.py"), format!("{path}/__init__.py")])
}

/// A class without those nested in it.
fn outer(class: &str) -> &str {
    class.split('$').next().unwrap_or(class)
}

/// Whether a text can be the end of a path or a name in a source: not empty, nothing left out of it, no way upwards.
fn is_name(text: &str) -> bool {
    let sound = |part: &str| !part.is_empty() && part != "." && part != "..";
    text.split('/').all(sound) && text.chars().all(|c| c.is_alphanumeric() || "_$-./@~ ".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> OwnerPath {
        let step = |step: &str| match step.split_once(": ") {
            Some((edge, class)) => Step { edge: edge.into(), class: class.into() },
            None => Step { edge: step.into(), class: String::new() },
        };
        OwnerPath(text.split(" → ").map(step).collect())
    }

    fn found(owner: &str, files: &[&str]) -> Option<String> {
        let files: Vec<String> = files.iter().map(|file| (*file).to_owned()).collect();
        clues(&path(owner), Some("quotes/main.py")).iter().find_map(|clue| match clue.find(&files) {
            Match::One(file) => Some(format!("{file} {}", clue.name)),
            Match::None | Match::Many => None,
        })
    }

    #[test]
    fn owners_of_each_runtime_are_found_by_the_name_of_their_class_module_or_script() {
        let map = "java.util.HashMap";
        for (owner, file, told) in [
            ("static RouteCache.CACHE: X", "src/main/java/com/shop/RouteCache.java", "CACHE"),
            ("static Leaks$Bus.ALL: X", "Leaks.java", "ALL"),
            ("static com.shop.RouteCache.CACHE: X", "src/com/shop/RouteCache.java", "CACHE"),
            ("static CartKt.CARTS: X", "src/Cart.kt", "CARTS"),
            ("local: com.shop.Bus → .listeners: X", "a/com/shop/Bus.scala", "listeners"),
            ("local: com.shop.Bus$Inner → entries: X", "com/shop/Bus.java", "Bus"),
            ("module app.cache → .KEPT: list", "service/app/cache.py", "KEPT"),
            ("module app → .KEPT: list", "app/__init__.py", "KEPT"),
            ("module web → .BUS: app.bus.Bus → .listeners: list", "app/bus.py", "listeners"),
            ("module src/cart.js → .exports → .clients: Map", "src/cart.js", "clients"),
            ("context leaks.cjs:bus: Bus → .listeners: Array", "service/leaks.cjs", "bus"),
        ] {
            assert_eq!(found(owner, &["other.txt", file]).as_deref(), Some(&*format!("{file} {told}")), "{owner}");
            // A second file that fits as well, and one whose name only ends alike.
            assert_eq!(found(owner, &[file, &format!("copy/{file}")]), None, "{owner}");
            assert_eq!(found(owner, &[&format!("My{}", file.rsplit('/').next().unwrap())]), None, "{owner}");
            assert_eq!(found(&format!("thread http-*: java.lang.Thread → entries: {map}"), &[file]), None);
        }
    }

    #[test]
    fn the_script_that_was_started_is_the_main_module_and_no_other_of_its_name() {
        for owner in ["module __main__ → .KEPT: list", "local: __main__.Bus → .KEPT: list"] {
            let files = ["main.py", "quotes/main.py", "other/quotes/main.py"];
            assert_eq!(found(owner, &files).as_deref(), Some("quotes/main.py KEPT"));
            assert_eq!(clues(&path(owner), None), []);
        }
    }

    #[test]
    fn what_is_left_out_of_a_name_or_filed_in_a_container_is_no_clue() {
        for owner in [
            "module dist/main.*.js → .exports: Object",
            "static $Proxy*.m1: java.lang.reflect.Method",
            "static A.B: java.util.HashMap → entries: com.shop.Quote",
            "context ../../etc/passwd:root: X",
            "context /etc/passwd:root: X",
            "context a.js\n::error::b.js:x: X",
            "context .:x",
            "local: app.make.<locals>.Session",
            "",
        ] {
            let files = ["dist/main.1.js", "com/shop/Quote.java", "etc/passwd", "passwd", "app/make.py", "a.js"];
            assert_eq!(found(owner, &files), None, "{owner}");
        }
    }

    #[test]
    fn the_line_is_that_of_the_declaration_and_none_where_the_name_does_not_stand() {
        let clue = |name: &str| Clue { endings: Vec::new(), whole: false, name: name.to_owned() };
        let text = "import CACHED;\n// CACHE is filled below\nstatic final Map CACHE = new HashMap();\nuse(CACHE)\n";
        assert_eq!(clue("CACHE").line(text), Some(3));
        assert_eq!(clue("use").line(text), Some(4));
        assert_eq!(clue("filled").line(text), Some(2));
        assert_eq!(clue("CACH").line(text), None);
        assert_eq!(clue("x").line(&format!("{} x = 1", "y ".repeat(LONGEST_LINE))), None);
    }
}
