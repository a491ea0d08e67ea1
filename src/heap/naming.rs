//! Names that last: what a run, a worker or a compiler numbered is taken out of classes, threads and scripts.

/// A class name without generated parts: `Foo$$Lambda$14/0x0000000800c03000` is `Foo$$Lambda`.
///
/// Lambdas, hidden classes, proxies, generated accessors and numbered anonymous classes get another
/// number in each process or build; `*` stands for it. `builtins.` of Python is left out.
pub fn class(raw: &str) -> String {
    let (name, array) = raw.find("[]").map_or((raw, ""), |at| raw.split_at(at));
    let name = name.strip_prefix("builtins.").unwrap_or(name);
    let name = ["/0x", "+0x"].iter().find_map(|hidden| name.find(hidden)).map_or(name, |at| &name[..at]);
    let mut parts = Vec::new();
    let mut generated = false;
    for part in name.split('$') {
        match part {
            // The part behind a generator's mark is a digest or a counter.
            part if generated && !part.is_empty() => generated = false,
            part if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) => {
                if parts.last().is_none_or(|last: &String| !GENERATORS.contains(&last.as_str())) {
                    parts.push("*".to_owned());
                }
            }
            part => {
                generated = DIGESTED.iter().any(|mark| part.ends_with(mark)) || (generated && part.is_empty());
                parts.push(numbered(part));
            }
        }
    }
    while parts.len() > 1 && parts.last().is_some_and(String::is_empty) {
        parts.pop();
    }
    format!("{}{array}", parts.join("$"))
}

/// What comes behind these names is only a number.
const GENERATORS: [&str; 3] = ["Lambda", "SpringCGLIB", "LambdaForm"];
/// What comes behind these is a digest.
const DIGESTED: [&str; 5] = ["CGLIB", "ByteBuddy", "HibernateProxy", "MockitoMock", "jvmtiProxy"];
/// Names that get a number at their end.
const NUMBERED: [&str; 6] = [
    "Proxy",
    "GeneratedMethodAccessor",
    "GeneratedConstructorAccessor",
    "GeneratedSerializationConstructorAccessor",
    "Species_",
    "jdk.proxy",
];

fn numbered(part: &str) -> String {
    let stem = part.trim_end_matches(|c: char| c.is_ascii_digit());
    let marked = stem.len() < part.len() && NUMBERED.iter().any(|mark| stem.ends_with(mark));
    let part = if marked { format!("{stem}*") } else { part.to_owned() };
    match part.strip_prefix("jdk.proxy") {
        Some(rest) => format!("jdk.proxy*{}", rest.trim_start_matches(|c: char| c.is_ascii_digit())),
        None => part,
    }
}

/// A class name without its package: `java.util.Map$Entry` is `Map$Entry`.
pub fn simple(class: &str) -> &str {
    let end = class.find(['$', '[', '/']).unwrap_or(class.len());
    class[..end].rfind('.').map_or(class, |dot| &class[dot + 1..])
}

/// A thread name in which `*` stands for every number: `http-nio-8080-exec-12` is `http-nio-*-exec-*`.
pub fn thread(raw: &str) -> String {
    let mut name = String::new();
    for c in raw.chars() {
        match c {
            c if c.is_ascii_digit() && name.ends_with('*') => {}
            c if c.is_ascii_digit() => name.push('*'),
            c if c.is_control() => name.push(' '),
            c => name.push(c),
        }
    }
    name
}

/// A script without what depends on the machine or the build: `/srv/app/dist/main.3f2a9c1b.js` is
/// `dist/main.*.js`, `/x/node_modules/express/lib/router.js` is `express/lib/router.js`.
pub fn script(raw: &str) -> String {
    if raw.starts_with("node:") {
        return raw.to_owned();
    }
    let path = raw.split(['?', '#']).next().unwrap_or(raw).replace('\\', "/");
    let path = match path.rfind("/node_modules/") {
        Some(at) => &path[at + "/node_modules/".len()..],
        None => {
            let kept = SOURCES.iter().filter_map(|folder| path.find(folder)).min();
            &path[kept.map_or_else(|| path.rfind('/').map_or(0, |at| at + 1), |at| at + 1)..]
        }
    };
    let last = path.rfind('/').map_or(0, |at| at + 1);
    let parts: Vec<&str> = path[last..].split('.').map(|part| if digest(part) { "*" } else { part }).collect();
    format!("{}{}", &path[..last], parts.join("."))
}

/// Folders from which on a path is the project's own.
const SOURCES: [&str; 5] = ["/src/", "/lib/", "/dist/", "/build/", "/server/"];

fn digest(part: &str) -> bool {
    part.len() >= 8
        && part.bytes().all(|byte| byte.is_ascii_hexdigit())
        && part.bytes().any(|byte| byte.is_ascii_digit())
}

/// The name of a field or variable: `cache` of `.cache`, `static App.cache` and `context app.js:cache`.
pub(super) fn identifier(edge: &str) -> &str {
    edge.rsplit(['.', ':', ' ']).next().unwrap_or("").trim_end_matches(']')
}

/// The last word of an identifier in lower case: `listeners` of `stateListeners`, `STATE_LISTENERS`.
pub(super) fn last_word(name: &str) -> String {
    let name = name.trim_end_matches(|c: char| c == '_' || c.is_ascii_digit());
    let start = name.rfind('_').map_or(0, |at| at + 1);
    let word = &name[start..];
    let is_shouted = !word.chars().any(char::is_lowercase);
    let start = if is_shouted { 0 } else { word.rfind(char::is_uppercase).unwrap_or(0) };
    word[start..].to_lowercase()
}

/// Whether a property is named like a field, not like a key that came from outside.
pub fn is_identifier(name: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    // Private fields of JavaScript.
    let name = name.strip_prefix('#').unwrap_or(name);
    name.len() <= 64 && !name.is_empty() && name.chars().all(plain) && !name.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_classes_keep_their_name_in_every_run() {
        for (raw, lasting) in [
            ("java.util.HashMap$Node", "java.util.HashMap$Node"),
            ("java.util.HashMap$Node[]", "java.util.HashMap$Node[]"),
            ("com.shop.Cart$$Lambda$14/0x0000000800c03000", "com.shop.Cart$$Lambda"),
            ("com.shop.Cart$$Lambda/0x00007f0c4c003000", "com.shop.Cart$$Lambda"),
            ("com.shop.Cart$$Lambda+0x00007f0c4c003000[]", "com.shop.Cart$$Lambda[]"),
            ("com.shop.Cart$1", "com.shop.Cart$*"),
            ("com.shop.Cart$total$2", "com.shop.Cart$total$*"),
            ("jdk.proxy2.$Proxy17", "jdk.proxy*.$Proxy*"),
            ("com.sun.proxy.$Proxy17", "com.sun.proxy.$Proxy*"),
            ("jdk.internal.reflect.GeneratedMethodAccessor12", "jdk.internal.reflect.GeneratedMethodAccessor*"),
            ("com.shop.Cart$$EnhancerBySpringCGLIB$$3fa85f64", "com.shop.Cart$$EnhancerBySpringCGLIB"),
            ("com.shop.Cart$$SpringCGLIB$$0", "com.shop.Cart$$SpringCGLIB"),
            ("com.shop.Cart$HibernateProxy$xQ3a", "com.shop.Cart$HibernateProxy"),
            ("builtins.dict", "dict"),
            ("Session2", "Session2"),
        ] {
            assert_eq!(class(raw), lasting, "{raw}");
        }
    }

    #[test]
    fn identifiers_are_taken_apart_into_words() {
        for (edge, word) in [
            ("static App.STATE_LISTENERS", "listeners"),
            ("context app.js:stateListeners", "listeners"),
            (".listenersByCountry", "country"),
            ("captured busy", "busy"),
            ("threadLocals[static App.inUse]", "use"),
            ("entries", "entries"),
        ] {
            assert_eq!(last_word(identifier(edge)), word, "{edge}");
        }
    }

    #[test]
    fn names_of_threads_and_scripts_say_nothing_of_the_machine() {
        assert_eq!(thread("http-nio-8080-exec-12"), "http-nio-*-exec-*");
        assert_eq!(script("/tmp/x1/app.js"), "app.js");
        assert_eq!(script("file:///srv/me/src/cache/lru.mjs?v=3"), "src/cache/lru.mjs");
        assert_eq!(script("/a/node_modules/x/node_modules/express/lib/router.js"), "express/lib/router.js");
        assert_eq!(script("node:internal/timers"), "node:internal/timers");
        assert_eq!(script("/w/dist/main.3f2a9c1b.js"), "dist/main.*.js");
        assert_eq!(simple("com.shop.RouteCache$Entry"), "RouteCache$Entry");
    }
}
