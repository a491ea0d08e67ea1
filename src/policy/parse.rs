//! From text to a policy: reads the file and those it extends, overlays them, fills in the defaults.

use std::sync::Arc;

use toml::de::DeTable;

use super::builtin::{BUILT_IN, built_in};
use super::complete::complete;
use super::draft::Draft;
use super::rows;
use super::section::{At, Section, beside};
use super::{Field, Policy};
use crate::diag::{Code, Diagnostics, Mark, Source, nearest};

/// Larger files are no policies.
const LARGEST: usize = 1 << 20;

/// Files that one policy may extend, over all levels.
const MOST_FILES: usize = 32;

/// Reads a policy with everything it extends.
///
/// `loader` gives the text of an extended file by its path, or says why it cannot; a path is meant
/// from the folder of the file that names it. A name without `/` and `.toml` is one of [`BUILT_IN`].
///
/// # Errors
/// All mistakes at once, of all files, sorted by place.
pub fn parse(source: &Source, loader: &dyn Fn(&str) -> Result<String, String>) -> Result<Policy, Diagnostics> {
    let mut out = Diagnostics::default();
    let source = Arc::new(source.clone());
    let mut draft = read(&source, &mut out);
    let mut reading = Reading { loader, files: 1, out: &mut out };
    reading.extend(&mut draft, std::slice::from_ref(&source.name));
    reading.rows(&mut draft);
    reading.scripts(&mut draft);
    if draft.rules.is_empty() {
        reading.default_rules(&mut draft);
    }
    let policy = complete(&source, draft, &mut out);
    match policy {
        Some(policy) => out.or(policy),
        None => match out.or(()) {
            Err(diagnostics) => Err(diagnostics),
            // `complete` gives nothing only after it said why; this keeps that from ever being a panic.
            Ok(()) => Err(Diagnostics::default()),
        },
    }
}

struct Reading<'a> {
    loader: &'a dyn Fn(&str) -> Result<String, String>,
    files: usize,
    out: &'a mut Diagnostics,
}

impl Reading<'_> {
    /// Adds the extended files; the last one named wins over those before it.
    ///
    /// The recursion ends with [`MOST_FILES`] or with a cycle, whichever comes first.
    fn extend(&mut self, draft: &mut Draft, ancestors: &[String]) {
        for name in std::mem::take(&mut draft.extends).into_iter().rev() {
            let Some(source) = self.find(&name, ancestors) else { continue };
            let mut base = read(&source, self.out);
            base.rules.disown();
            let ancestors: Vec<String> = ancestors.iter().cloned().chain([source.name.clone()]).collect();
            self.extend(&mut base, &ancestors);
            draft.extend(base);
        }
    }

    /// Reads the files in which values of fields stand.
    fn rows(&mut self, draft: &mut Draft) {
        let ugly = draft.load.ugly.iter_mut().map(|ugly| &mut ugly.request);
        for request in draft.load.requests.iter_mut().chain(ugly) {
            for rows in std::mem::take(&mut request.rows) {
                let At { value, mark } = &rows.file;
                let path = beside(&mark.source.name, value);
                match (self.loader)(&path).and_then(|text| rows::values(&rows, &text)) {
                    Ok(values) => drop(request.request.with.insert(rows.field, Field::OneOf(values))),
                    Err(why) => {
                        let message = format!("`{path}` cannot be used: {why}");
                        let cure = "paths count from the file that names them; CSV has a header, JSON lines objects";
                        self.out.push(Code::UnreadablePolicy, mark, message, cure);
                    }
                }
            }
        }
    }

    /// Reads what another engine will send, for its digest, and gives its files their paths.
    fn scripts(&mut self, draft: &mut Draft) {
        let Some(engine) = &mut draft.load.engine else { return };
        let mark = engine.mark.clone();
        engine.folder = beside(&mark.source.name, ".");
        let mut digest = blake3::Hasher::new();
        for path in engine.paths() {
            let text = (self.loader)(&beside(&mark.source.name, path));
            let text = text.and_then(|text| match text.len() > LARGEST {
                true => Err("it has more than 1 MiB".to_owned()),
                false => Ok(text),
            });
            match text {
                Ok(text) => {
                    digest.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
                    *path = beside(&mark.source.name, path);
                }
                Err(why) => {
                    let message = format!("`{path}` cannot be read: {why}");
                    self.out.push(Code::UnreadablePolicy, &mark, message, "paths count from the file that names them");
                }
            }
        }
        engine.digest = Some(digest.finalize().to_hex().to_string());
    }

    fn default_rules(&mut self, draft: &mut Draft) {
        if let Some(source) = built_in("web-service").map(|text| Arc::new(Source::new("web-service (built in)", text)))
        {
            let mut base = read(&source, self.out);
            base.rules.disown();
            draft.rules.extend(base.rules);
        }
    }

    fn find(&mut self, name: &At<String>, ancestors: &[String]) -> Option<Arc<Source>> {
        let At { value, mark } = name;
        self.files += 1;
        if self.files > MOST_FILES {
            let message = format!("more than `{MOST_FILES}` files are extended");
            self.out.push(Code::CyclicExtends, mark, message, "put the rules into fewer files");
            return None;
        }
        let (path, text) = match built_in(value) {
            Some(text) => (format!("{value} (built in)"), Ok(text.to_owned())),
            None if !value.contains(['/', '.']) => {
                let names = BUILT_IN.iter().map(|(name, _)| *name);
                let cure = match nearest(value, names.clone()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => {
                        format!("built in are {}; a file is named by its path", names.collect::<Vec<_>>().join(", "))
                    }
                };
                self.out.push(Code::UnreadablePolicy, mark, format!("no policy `{value}` is built in"), cure);
                return None;
            }
            None => {
                let path = beside(&mark.source.name, value);
                let text = (self.loader)(&path);
                (path, text)
            }
        };
        if ancestors.contains(&path) {
            let message = format!("`{path}` extends itself: {} → {path}", ancestors.join(" → "));
            self.out.push(Code::CyclicExtends, mark, message, "take one of the steps out");
            return None;
        }
        match text {
            Ok(text) => Some(Arc::new(Source::new(path, text))),
            Err(why) => {
                let message = format!("`{path}` cannot be read: {why}");
                self.out.push(Code::UnreadablePolicy, mark, message, "paths count from the file that names them");
                None
            }
        }
    }
}

/// Reads one file.
fn read(source: &Arc<Source>, out: &mut Diagnostics) -> Draft {
    let whole = Mark { source: Arc::clone(source), span: 0..0 };
    if source.text.len() > LARGEST {
        let message = format!("`{}` has {} bytes", source.name, source.text.len());
        out.push(Code::FileTooLarge, &whole, message, "a policy has at most 1 MiB: is this the right file?");
        return Draft::default();
    }
    let (table, errors) = DeTable::parse_recoverable(&source.text);
    for error in &errors {
        let span = error.span().unwrap_or(0..0);
        let mark = Mark { source: Arc::clone(source), span };
        out.push(Code::Syntax, &mark, format!("this is no TOML: {}", error.message()), cure(error.message()));
    }
    if !errors.is_empty() {
        // What a broken file seems to say would only add mistakes that are none.
        return Draft::default();
    }
    let draft = Draft::read(Section::new(source, table.get_ref(), whole), out);
    draft.rules.check_duplicates(out);
    draft
}

fn cure(message: &str) -> &'static str {
    if message.contains("duplicate") {
        "each name can stand once: rename or remove one"
    } else if message.contains("string") || message.contains("quote") {
        "put the value in quotes, as in `key = \"value\"`"
    } else {
        "see https://toml.io for the form; values are strings, numbers, lists or tables"
    }
}
