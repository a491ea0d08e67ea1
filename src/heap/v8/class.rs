//! Class names: what a snapshot calls its nodes, without the parts that are data.

use std::borrow::Cow;
use std::collections::HashMap;

use super::layout::NodeKind;
use crate::heap::graph::Class;

const NONE: u32 = u32::MAX;
/// How nodes of a page are called that are in no document.
const DETACHED: &str = "Detached ";
/// How Node calls its own objects, which belong to no page whatever is said of them.
const NODE: &str = "Node / ";

/// The classes met so far, found by the index of their name.
#[derive(Debug)]
pub(super) struct ClassNames {
    table: Vec<Class>,
    /// By kind, of those whose nodes are all of one class.
    fixed: [u32; NodeKind::Other as usize + 1],
    /// By string index; the last is for all that are not in the string table.
    named: Vec<u32>,
    /// By name: several strings can mean one class.
    known: HashMap<String, u32>,
    last: (NodeKind, u32, u32),
}

impl ClassNames {
    pub(super) fn new(strings: usize) -> Self {
        let table = vec![Class { name: "".into(), superclass: None }];
        let named = vec![NONE; strings + 1];
        let fixed = [NONE; NodeKind::Other as usize + 1];
        Self { table, fixed, named, known: HashMap::new(), last: (NodeKind::Other, NONE, 0) }
    }

    /// The class of a node by its kind and the index of its name.
    #[inline]
    pub(super) fn class<'a>(&mut self, kind: NodeKind, name: u32, text: impl Fn(u32) -> Cow<'a, str>) -> u32 {
        if self.last.0 == kind && self.last.1 == name && name != NONE {
            return self.last.2;
        }
        let place = (name as usize).min(self.named.len() - 1);
        let class = match kind.class() {
            Some(_) if self.fixed[kind as usize] != NONE => self.fixed[kind as usize],
            Some(fixed) => {
                let class = self.push(fixed);
                self.fixed[kind as usize] = class;
                class
            }
            None if self.named[place] != NONE => self.named[place],
            None => {
                let unnamed = place + 1 == self.named.len();
                let class = if unnamed { self.name("(unnamed)") } else { self.name(&text(name)) };
                self.named[place] = class;
                class
            }
        };
        self.last = (kind, name, class);
        class
    }

    /// The class of what is an instance of another one, but in no document, as Chrome DevTools calls it.
    pub(super) fn detached(&mut self, class: u32) -> u32 {
        let name = &self.table[class as usize].name;
        let is_told = name.starts_with(DETACHED) || name.starts_with(NODE);
        if is_told { class } else { self.name(&format!("{DETACHED}{name}")) }
    }

    fn name(&mut self, text: &str) -> u32 {
        let lasting = lasting(text);
        if let Some(class) = self.known.get(&*lasting) {
            return *class;
        }
        let class = self.push(&lasting);
        self.known.insert(lasting.into_owned(), class);
        class
    }

    fn push(&mut self, name: &str) -> u32 {
        self.table.push(Class { name: name.into(), superclass: None });
        self.table.len() as u32 - 1
    }

    pub(super) fn into_table(self) -> Vec<Class> {
        self.table
    }
}

/// `<div id="a">` is `<div>`, as in Chrome DevTools; `system / Context / a.js` and `Window / https://a.b/`
/// lose what says of which script or page they are, and `blink::HeapVector<blink::Node>` its parameters.
fn lasting(name: &str) -> Cow<'_, str> {
    if let Some(element) = element(name) {
        return Cow::Owned(format!("{element}>"));
    }
    if name.starts_with('<') {
        return Cow::Borrowed(name);
    }
    if let Some((scope, _)) = name.split_once("::") {
        // What is in a template is of many kinds, and of no use to who wrote the page.
        let plain = name.split_once('<').map_or(name, |(plain, _)| plain);
        let plain = plain.rsplit_once("::").map_or(plain, |(_, plain)| plain);
        return Cow::Owned(format!("{scope}::{plain}"));
    }
    let plain = name.strip_prefix("system / ").unwrap_or(name);
    match plain.find(" / ") {
        Some(cut) if plain.len() < name.len() || plain[cut..].contains("://") => {
            Cow::Borrowed(&name[..name.len() - plain.len() + cut])
        }
        _ => Cow::Borrowed(name),
    }
}

/// `<div` of an element `<div id="a">`; of one without attributes nothing.
pub(super) fn element(name: &str) -> Option<&str> {
    let tag = name.strip_prefix(DETACHED).unwrap_or(name);
    let end = tag.starts_with('<').then(|| tag.find(' ')).flatten()?;
    Some(&name[..name.len() - tag.len() + end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_what_is_data() {
        for (name, class) in [
            ("Session", "Session"),
            ("<div>", "<div>"),
            ("<div id=\"secret\" class=\"a b\">", "<div>"),
            ("Detached <li class=\"x\">", "Detached <li>"),
            ("system / Context", "system / Context"),
            ("system / Context / app.js", "system / Context"),
            ("system / NativeContext / https://a.example/?token=1", "system / NativeContext"),
            ("Window / https://a.example/", "Window"),
            ("a / b", "a / b"),
            ("blink::HeapVectorBacking<std::pair<blink::AtomicString, int>>", "blink::HeapVectorBacking"),
            ("blink::(anonymous namespace)::DOMTimerCoordinator", "blink::DOMTimerCoordinator"),
        ] {
            assert_eq!(lasting(name), class);
        }
    }

    #[test]
    fn one_class_has_one_row_whatever_its_strings() {
        let texts = ["<p id=\"a\">", "<p id=\"b\">", "Session"];
        let mut classes = ClassNames::new(texts.len());
        let mut class = |kind, name| classes.class(kind, name, |index| Cow::Borrowed(texts[index as usize]));
        assert_eq!(class(NodeKind::Native, 0), class(NodeKind::Native, 1));
        assert_eq!(class(NodeKind::Object, 2), class(NodeKind::Hidden, 2));
        assert_eq!(class(NodeKind::Text, 0), class(NodeKind::Text, 2));
        assert_eq!(classes.into_table().len(), 4);
    }

    #[test]
    fn nodes_of_pages_are_detached_and_those_of_node_are_not() {
        let texts = ["<p>", "Node / Hash"];
        let mut classes = ClassNames::new(texts.len());
        let [page, node] = [0, 1].map(|name| {
            let class = classes.class(NodeKind::Native, name, |index| Cow::Borrowed(texts[index as usize]));
            classes.detached(class)
        });
        assert_eq!(classes.detached(page), page);
        let table = classes.into_table();
        assert_eq!([page, node].map(|class| &*table[class as usize].name), ["Detached <p>", "Node / Hash"]);
    }
}
