//! Names of scripts.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::cut;
use super::digest::{is_base64, is_hex, is_number};

/// A script without what depends on the machine or the build: `/srv/app/dist/main.3f2a9c1b.js` is
/// `dist/main.*.js`, `/x/node_modules/express/lib/router.js` is `express/lib/router.js`.
pub fn script(raw: &str) -> String {
    let raw = &*cut(raw);
    if raw.starts_with("node:") {
        return raw.to_owned();
    }
    let path = raw.split(['?', '#']).next().unwrap_or(raw).replace('\\', "/");
    let path = match path.rfind(PACKAGES) {
        Some(at) => &path[at + PACKAGES.len()..],
        None => {
            let rooted = path.starts_with(['/', '.']) || path.contains(':');
            let file = || if rooted { path.rfind('/').map_or(0, |at| at + 1) } else { 0 };
            &path[source(&path).map_or_else(file, |at| at + 1)..]
        }
    };
    let last = path.rfind('/').map_or(0, |at| at + 1);
    format!("{}{}", &path[..last], file(&path[last..]))
}

/// Folders from which on a path is the project's own.
const SOURCES: [&str; 5] = ["/src/", "/lib/", "/dist/", "/build/", "/server/"];
/// The folder of what is not.
const PACKAGES: &str = "/node_modules/";
/// What measures a program is loaded into it, and lies elsewhere.
const AGENT: &str = "/plimsoll-node.cjs";

/// Where the first of the folders is from which on a path is the project's own.
fn source(path: &str) -> Option<usize> {
    SOURCES.iter().filter_map(|folder| path.find(folder)).min()
}

/// The folders that the program's own scripts have in common: one below each folder of the file system's root.
///
/// Files of one name in several folders are told apart by where they are below it, and it may be called anything.
#[derive(Debug, Default)]
pub(in crate::heap) struct Folders(BTreeMap<String, String>);

impl Folders {
    /// The folders of scripts with these names.
    pub(in crate::heap) fn of<'a>(scripts: impl Iterator<Item = Cow<'a, str>>) -> Self {
        let mut folders: BTreeMap<String, String> = BTreeMap::new();
        for path in scripts.filter_map(|raw| own(&raw)) {
            let folder = &path[..path.rfind('/').map_or(0, |at| at + 1)];
            match folders.get_mut(top(&path)) {
                Some(known) => known.truncate(common(known, folder)),
                None => {
                    folders.insert(top(&path).to_owned(), folder.to_owned());
                }
            }
        }
        Self(folders)
    }

    /// The name of a script below the folder, unless [`script`] knows by itself where the project begins.
    pub(in crate::heap) fn relative<'a>(&self, raw: Cow<'a, str>) -> Cow<'a, str> {
        let Some(path) = own(&raw).filter(|path| source(path).is_none()) else { return raw };
        let below = self.0.get(top(&path)).and_then(|folder| path.strip_prefix(folder.as_str()));
        below.map_or_else(|| raw, |below| Cow::Owned(below.to_owned()))
    }
}

/// The path of a script that is no package's.
fn own(raw: &str) -> Option<String> {
    let path = raw.split(['?', '#']).next()?;
    let path = path.strip_prefix("file://").map_or_else(|| path.replace('\\', "/"), |path| path.replace("%20", " "));
    let is_drive = |path: &str| path.as_bytes().get(1..3) == Some(b":/");
    let path = path.strip_prefix('/').filter(|path| is_drive(path)).map(str::to_owned).unwrap_or(path);
    let is_own = !path.contains(PACKAGES) && !path.ends_with(AGENT);
    (is_own && (path.starts_with('/') || is_drive(&path))).then_some(path)
}

/// The folder below the root in which a path is; the file itself where it is in the root.
fn top(path: &str) -> &str {
    let start = usize::from(path.starts_with('/'));
    path[start..].split('/').next().unwrap_or(path)
}

/// How long the folder is in which two folders are.
fn common(one: &str, other: &str) -> usize {
    let same = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    one.as_bytes()[..same].iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1)
}

/// A file name with `*` for what a bundler put in: a digest, or the number of a chunk.
fn file(name: &str) -> String {
    match digest(name) {
        Some(at) => format!("{}*{}", parts(&name[..at]), &name[at + DIGEST..]),
        None => parts(name),
    }
}

/// Characters of a digest of Rollup or Vite.
const DIGEST: usize = 8;
/// Behind another extension is nothing but a digest.
const EXTENSIONS: [&str; 3] = [".js", ".mjs", ".cjs"];

/// Where the digest begins that Rollup or Vite put before the extension: of base 64, so that `-` and `_` may be in it.
fn digest(name: &str) -> Option<usize> {
    let (stem, _) = name.rsplit_once('.')?;
    let at = stem.len().checked_sub(DIGEST)?;
    let (before, digest) = stem.split_at_checked(at)?;
    let named = before.strip_suffix(['-', '.'])?;
    let is_plain = digest.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let is_sure = EXTENSIONS.iter().any(|extension| named.ends_with(extension));
    (is_plain && (is_sure || is_base64(digest))).then_some(at)
}

/// A file name without the digests and numbers that stand alone between its dots and dashes.
fn parts(name: &str) -> String {
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
            ("users/index.js", "users/index.js"),
            ("../x1/app.js", "app.js"),
            ("https://cdn.example/a/app.js", "app.js"),
            ("webpack-internal:///./src/cart.js", "src/cart.js"),
            ("/w/dist/main.3f2a9c1b.js", "dist/main.*.js"),
            ("/w/dist/chunk.ab12cd.js", "dist/chunk.*.js"),
            ("/w/dist/412.js", "dist/*.js"),
            ("/w/dist/index-BxZ3kq9a.js", "dist/index-*.js"),
            ("/w/dist/chunk-QWERTYUI.js", "dist/chunk-*.js"),
            ("/w/dist/handler-DRq-Ra3m.js", "dist/handler-*.js"),
            ("/w/dist/app.XsiPCIQD.js", "dist/app.*.js"),
            ("/w/dist/chunks/index-y-Rcw1K-.mjs", "dist/chunks/index-*.mjs"),
            ("/w/dist/chunks/index.js-Be-tNnTe.js", "dist/chunks/index.js-*.js"),
            ("/w/dist/chunks/hooks.server.js-Bj73tI-2.js", "dist/chunks/hooks.server.js-*.js"),
            ("/w/dist/chunks/_page.server.js-CCO_sbiI.js", "dist/chunks/_page.server.js-*.js"),
            ("/w/dist/chunks/_page.server.js-ByENuHAx.js", "dist/chunks/_page.server.js-*.js"),
            ("/w/dist/chunks/exports-_jdyeBi1.js", "dist/chunks/exports-*.js"),
            ("/w/dist/chunks/utils-DhxtPzbM.js", "dist/chunks/utils-*.js"),
            ("/w/dist/vendors~main.0a1b2c3d4e5f.chunk.js", "dist/vendors~main.*.chunk.js"),
        ] {
            assert_eq!(script(raw), lasting, "{raw}");
        }
    }

    /// The names of scripts of one program.
    fn named(raw: &[&str]) -> Vec<String> {
        let folders = Folders::of(raw.iter().map(|raw| Cow::Borrowed(*raw)));
        raw.iter().map(|raw| script(&folders.relative(Cow::Borrowed(raw)))).collect()
    }

    #[test]
    fn files_of_one_name_are_told_apart_by_their_folders_wherever_the_checkout_is() {
        for checkout in ["/tmp/x1", "/srv", "C:\\me\\shop", "file:///home/me/a%20b"] {
            let files = ["/app.js", "/users/index.js", "/orders/index.js", "/node_modules/qs/lib/parse.js"];
            let raw = files.map(|file| format!("{checkout}{file}"));
            let raw: Vec<&str> = raw.iter().map(String::as_str).collect();
            assert_eq!(named(&raw), ["app.js", "users/index.js", "orders/index.js", "qs/lib/parse.js"]);
        }
        // Modules are known by their addresses, scripts by their paths.
        let raw = ["/x 1/app.cjs", "file:///x%201/users/index.mjs", "file:///x%201/orders/index.mjs?v=2"];
        assert_eq!(named(&raw), ["app.cjs", "users/index.mjs", "orders/index.mjs"]);
    }

    #[test]
    fn what_is_not_the_programs_own_leaves_its_names_as_they_are() {
        assert_eq!(named(&["/tmp/x1/app.js"]), ["app.js"]);
        assert_eq!(named(&["/app.js", "/users/index.js"]), ["app.js", "index.js"]);
        let raw = ["/tmp/x1/app.js", "/tmp/agents/plimsoll-node.cjs", "/opt/agent/hook.js", "node:fs", "[eval]"];
        assert_eq!(named(&raw), ["app.js", "plimsoll-node.cjs", "hook.js", "node:fs", "[eval]"]);
        let raw = ["/tmp/x1/app.js", "/tmp/x1/packages/a/src/main.js", "/tmp/x1/dist/main.3f2a9c1b.js"];
        assert_eq!(named(&raw), ["app.js", "src/main.js", "dist/main.*.js"]);
        let raw = ["https://a.example/app.js", "https://a.example/users/index.js"];
        assert_eq!(named(&raw), ["app.js", "index.js"]);
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
            "src/user-settings.js",
            "src/page-checkout.js",
            "src/my-Profile.js",
            "src/all-my-Words.js",
            "src/my-Chart-v2.js",
            "src/use-on-Click.js",
            "src/view-PgClient.js",
            "src/view-HTMLView.js",
            "src/hook-onChange.js",
            "src/get.UserCard.js",
            "src/auth-OAuthApi.js",
            "src/cart.js-x.js",
        ] {
            assert_eq!(script(&format!("/home/me/{name}")), name);
        }
    }
}
