//! Names of scripts.

use super::cut;
use super::digest::{is_hex, is_number};

/// A script without what depends on the machine or the build: `/srv/app/dist/main.3f2a9c1b.js` is
/// `dist/main.*.js`, `/x/node_modules/express/lib/router.js` is `express/lib/router.js`.
pub fn script(raw: &str) -> String {
    let raw = &*cut(raw);
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
    format!("{}{}", &path[..last], file(&path[last..]))
}

/// Folders from which on a path is the project's own.
const SOURCES: [&str; 5] = ["/src/", "/lib/", "/dist/", "/build/", "/server/"];

/// A file name with `*` for what a bundler put in: a digest, or the number of a chunk.
fn file(name: &str) -> String {
    let mut kept = String::new();
    let mut rest = name;
    loop {
        let end = rest.find(['.', '-', '~']).unwrap_or(rest.len());
        let (part, behind) = rest.split_at(end);
        let is_whole = kept.is_empty() && !behind.starts_with('.');
        kept.push_str(if !is_whole && is_generated(part) { "*" } else { part });
        let Some(separator) = behind.chars().next() else { return kept };
        kept.push(separator);
        rest = &behind[1..];
    }
}

/// webpack and Rollup write hexadecimal digests, Vite eight characters of base 64, esbuild of base 32.
fn is_generated(part: &str) -> bool {
    let has = |of: fn(&u8) -> bool| part.bytes().any(|byte| of(&byte));
    let (digit, large, small) = (has(u8::is_ascii_digit), has(u8::is_ascii_uppercase), has(u8::is_ascii_lowercase));
    let eight = part.len() == 8 && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_number(part)
        || is_hex(part, 8)
        || (is_hex(part, 6) && has(u8::is_ascii_alphabetic))
        || (eight && large && (!small || digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_scripts_say_nothing_of_the_machine_or_the_build() {
        for (raw, lasting) in [
            ("/tmp/x1/app.js", "app.js"),
            ("file:///srv/me/src/cache/lru.mjs?v=3", "src/cache/lru.mjs"),
            ("C:\\work\\me\\src\\app.ts", "src/app.ts"),
            ("/a/node_modules/x/node_modules/express/lib/router.js", "express/lib/router.js"),
            ("/a/node_modules/.pnpm/qs@6.1.2/node_modules/qs/lib/parse.js", "qs/lib/parse.js"),
            ("node:internal/timers", "node:internal/timers"),
            ("webpack-internal:///./src/cart.js", "src/cart.js"),
            ("/w/dist/main.3f2a9c1b.js", "dist/main.*.js"),
            ("/w/dist/chunk.ab12cd.js", "dist/chunk.*.js"),
            ("/w/dist/412.js", "dist/*.js"),
            ("/w/dist/index-BxZ3kq9a.js", "dist/index-*.js"),
            ("/w/dist/chunk-QWERTYUI.js", "dist/chunk-*.js"),
            ("/w/dist/vendors~main.0a1b2c3d4e5f.chunk.js", "dist/vendors~main.*.chunk.js"),
        ] {
            assert_eq!(script(raw), lasting, "{raw}");
        }
    }

    #[test]
    fn scripts_that_somebody_named_keep_their_names() {
        for name in [
            "src/facade.js",
            "src/base64.js",
            "src/cart-feedback.js",
            "src/es2015.min.js",
            "src/sha256-digest.js",
            "src/MyWidget.js",
            "src/view-MyWidget.js",
            "src/decade.defaced.js",
        ] {
            assert_eq!(script(&format!("/home/me/{name}")), name);
        }
    }
}
