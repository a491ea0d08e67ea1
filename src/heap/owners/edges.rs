//! How references are written in owner paths.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use crate::heap::graph::{Naming, Node, Reference};
use crate::heap::naming;

/// The names of what is filed in an object that is used as a dictionary.
const KEYS: &str = "keys";

/// What is filed in a container.
pub(in crate::heap) const ENTRIES: &str = "entries";

/// The holder's part of the wording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Holder {
    /// Any object.
    Object,
    /// A class: its simple name.
    Class(String),
    /// The captured variables of a script: its name.
    Script(String),
    /// The global object.
    Global,
}

/// What a thread has under the key of an entry of its map: `threadLocals[static App.BUFFER]`.
pub(super) fn thread_local(naming: &dyn Naming, entry: Node) -> String {
    let key = naming.key(entry).map(|reference| wording(&Holder::Object, &reference)).filter(|key| !key.is_empty());
    key.map_or_else(|| "threadLocals".to_owned(), |key| format!("threadLocals[{key}]"))
}

/// A reference as a step's edge: `static RouteCache.CACHE`, `.sessions`, `context app.js:clients`, `entries`.
/// Empty where no source code names it. A property that is named by data is an entry.
pub(super) fn wording(holder: &Holder, reference: &Reference<'_>) -> Cow<'static, str> {
    Cow::Owned(match (reference, holder) {
        (Reference::Static { class, field, ambiguous }, _) => {
            let class = naming::class(class);
            let class = if *ambiguous { &class } else { naming::simple(&class) };
            format!("static {class}.{}", naming::static_field(class, field))
        }
        (Reference::Field(field), Holder::Global) if is_lasting(field) => format!("global.{}", naming::property(field)),
        (Reference::Field(field), _) if is_lasting(field) => format!(".{}", naming::property(field)),
        (Reference::Field(_) | Reference::Element(_), _) => return Cow::Borrowed(ENTRIES),
        (Reference::Variable(name), Holder::Script(script)) => format!("context {script}:{}", naming::cut(name)),
        (Reference::Variable(name), _) => format!("captured {}", naming::cut(name)),
        (Reference::Local, _) => return Cow::Borrowed("local"),
        (Reference::Internal(_), Holder::Class(class)) => format!("class {class}"),
        (Reference::Internal(_), _) => return Cow::Borrowed(""),
    })
}

fn is_lasting(field: &str) -> bool {
    let symbol = field.strip_prefix("<symbol").and_then(|rest| rest.strip_suffix('>'));
    symbol.map_or_else(
        || naming::is_identifier(field),
        |name| name.split([' ', '.', ':', '-', '/']).all(|part| part.is_empty() || naming::is_identifier(part)),
    )
}

/// Texts as numbers, so that a million rows of one name cost one string. Number 0 is the empty text.
///
/// The texts are a dump's, so the hashing is the one that nobody can foresee.
#[derive(Debug, Clone)]
pub(super) struct Words {
    texts: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
    /// Numbers of the names of fields, as an object has them.
    fields: HashMap<Arc<str>, u32>,
}

impl Words {
    pub(super) const NONE: u32 = 0;
    pub(super) const ENTRIES: u32 = 1;
    pub(super) const KEYS: u32 = 2;

    pub(super) fn new() -> Self {
        let texts = ["", ENTRIES, KEYS].map(Arc::from).to_vec();
        Self { texts, numbers: HashMap::from([(KEYS.into(), Self::KEYS)]), fields: HashMap::new() }
    }

    pub(super) fn number(&mut self, text: &str) -> u32 {
        // These are asked for with every other object.
        match text {
            "" => return Self::NONE,
            ENTRIES => return Self::ENTRIES,
            _ => {}
        }
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.texts.len() as u32;
        let text: Arc<str> = text.into();
        self.texts.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        number
    }

    /// The number for a reference of a holder.
    pub(super) fn of(&mut self, holder: &Holder, reference: &Reference<'_>) -> u32 {
        let field = match (reference, holder) {
            (Reference::Field(field), Holder::Object) => field,
            _ => return self.number(&wording(holder, reference)),
        };
        if let Some(number) = self.fields.get(&**field) {
            return *number;
        }
        let number = self.number(&wording(holder, reference));
        // What is data and no name differs from object to object.
        if number > Self::ENTRIES {
            self.fields.insert((&**field).into(), number);
        }
        number
    }

    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    /// Forgets all but the first words; the texts of the others.
    pub(super) fn forget(&mut self, kept: usize) -> Vec<Arc<str>> {
        let forgotten = self.texts.split_off(kept);
        for text in &forgotten {
            self.numbers.remove(text);
        }
        self.fields.retain(|_, number| (*number as usize) < kept);
        forgotten
    }

    pub(super) fn text(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or("", |text| text)
    }
}
