//! What references are called: asked of the dump, and learned for classes whose objects are all alike.

use rustc_hash::FxHashMap;

use super::descent::{Fold, OBJECT};
use super::edges::{Holder, Words, wording};
use super::line::Line;
use super::opener::{Object, Opener};
use crate::heap::Node;
use crate::heap::graph::ClassId;

/// So many objects of a class are asked for their names; the others are alike.
const SAMPLE: u32 = 256;
/// So many of them in each further stretch of a row: what was learned may not be true there.
const CHECK: u32 = 16;
/// Room for more objects than this is not kept for the next holder.
const MOST_ROOM: usize = 1 << 12;
/// A class that has more names for another is asked each time.
const MOST_WORDS: usize = 8;

/// How objects of one class have referred to those of another.
#[derive(Debug, Default, Clone)]
pub(super) struct Learned {
    seen: u32,
    /// The words, up to one more than [`MOST_WORDS`].
    words: Vec<u32>,
}

impl Learned {
    /// Notes a word; whether it is a new one.
    fn note(&mut self, word: u32) -> bool {
        let new = self.words.len() <= MOST_WORDS && !self.words.contains(&word);
        if new {
            self.words.push(word);
        }
        new
    }
}

/// The room that a list took, for another list.
fn emptied<T>(mut list: Vec<T>) -> Vec<T> {
    list.clear();
    list.shrink_to(MOST_ROOM);
    list
}

impl Opener<'_> {
    /// Has everything that was learned checked with a few objects more.
    pub(super) fn check_again(&mut self) {
        self.learned.values_mut().for_each(|learned| learned.seen = learned.seen.min(SAMPLE - CHECK));
        self.state = self.state.wrapping_add(1);
    }

    /// Words for what a container itself refers to: entries are held by internals, so these are fields of
    /// its class.
    pub(super) fn fields(&mut self, holder: Object, fold: Fold, own: &[Object], line: &Line) -> Vec<u32> {
        if self.folding.links(fold.rule, holder.class) {
            return vec![Words::ENTRIES; own.len()];
        }
        let recalled: Option<Vec<u32>> = own.iter().map(|child| self.recall(holder.class, child.class, line)).collect();
        if let Some(words) = recalled.filter(|_| self.places.is_ordinary(holder.place)) {
            return words;
        }
        let word = |word: Option<u32>| word.filter(|word| *word != Words::NONE).unwrap_or(Words::ENTRIES);
        let read = self.read(holder, own.iter(), &OBJECT);
        let words: Vec<u32> = read.iter().copied().map(word).collect();
        self.read = emptied(read);
        for (child, word) in own.iter().zip(&words) {
            self.learn(holder.class, child.class, *word);
        }
        words
    }

    /// What the holder dominates, with the words for the references to it; the holder's own bytes.
    pub(super) fn named(
        &mut self,
        holder: Object,
        wording_of: &Holder,
        line: &Line,
        named: &mut Vec<(Object, u32)>,
    ) -> u64 {
        named.clear();
        // What was moved here may be called otherwise.
        let ordinary = *wording_of == Holder::Object && self.places.is_ordinary(holder.place);
        let (mut recalled, mut last) = (ordinary, None);
        let own = self.children(holder.place, |opener, child| {
            if recalled && last.is_none_or(|(class, _)| class != child.class) {
                let word = opener.recall(holder.class, child.class, line);
                recalled = word.is_some();
                last = word.map(|word| (child.class, word));
            }
            named.push((child, last.map_or(Words::NONE, |(_, word)| word)));
        });
        if recalled || named.is_empty() {
            return own;
        }
        let read = self.read(holder, named.iter().map(|(child, _)| child), wording_of);
        for ((child, name), word) in named.iter_mut().zip(&read) {
            *name = word.unwrap_or_else(|| self.alias(self.node(holder), *child));
            if ordinary {
                self.learn(holder.class, child.class, *name);
            }
        }
        self.read = emptied(read);
        own
    }

    /// Asks the dump for the words for the references of a holder to these, where it has any. Whoever asks gives the
    /// list back.
    fn read<'c>(
        &mut self,
        holder: Object,
        children: impl Iterator<Item = &'c Object>,
        wording_of: &Holder,
    ) -> Vec<Option<u32>> {
        let (mut sought, mut found) = (std::mem::take(&mut self.sought), std::mem::take(&mut self.read));
        sought.extend(children.map(|child| self.node(*child)).zip(0..));
        sought.sort_unstable();
        found.resize(sought.len(), None);
        let words = &mut self.words;
        let place = |target: Node| sought.binary_search_by_key(&target, |(node, _)| *node).ok();
        self.naming.references_to(
            self.tree.node(holder.place),
            &mut |target| place(target).is_some(),
            &mut |target, reference| {
                let known = place(target).map(|place| &mut found[sought[place].1]);
                if let Some(known) = known.filter(|word| word.is_none_or(|word| word == Words::NONE)) {
                    *known = Some(words.of(wording_of, &reference));
                }
            },
        );
        self.sought = emptied(sought);
        found
    }

    /// The word that objects of this class have always used for one of that class, or one of several that make
    /// no difference to the row.
    pub(super) fn recall(&self, holder: ClassId, child: ClassId, line: &Line) -> Option<u32> {
        let learned = self.learned.get(&(holder, child)).filter(|learned| learned.seen >= SAMPLE)?;
        match learned.words[..] {
            [word] => Some(word).filter(|word| *word != Words::NONE),
            [word, ..] if learned.words.len() <= MOST_WORDS => {
                let class = self.class_word(child);
                learned.words.iter().all(|word| line.absorbs((*word, class))).then_some(word)
            }
            _ => None,
        }
    }

    fn learn(&mut self, holder: ClassId, child: ClassId, word: u32) {
        let learned = self.learned.entry((holder, child)).or_default();
        learned.seen = learned.seen.saturating_add(1);
        if learned.note(word) {
            self.state = self.state.wrapping_add(1);
        }
    }

    /// Takes in what another has learned; `word` makes its words ours.
    pub(super) fn learn_all(&mut self, learned: FxHashMap<(ClassId, ClassId), Learned>, word: impl Fn(u32) -> u32) {
        for (classes, more) in learned {
            let known = self.learned.entry(classes).or_default();
            known.seen = known.seen.max(more.seen);
            for told in more.words {
                known.note(word(told));
            }
        }
        self.state = self.state.wrapping_add(1);
    }

    /// The word for what an entry of a map of thread-locals holds.
    pub(super) fn key(&mut self, entry: Node) -> u32 {
        let key = self.naming.key(entry).map(|reference| wording(&Holder::Object, &reference));
        let key = key.filter(|key| !key.is_empty());
        self.words.number(&key.map_or_else(|| "threadLocals".to_owned(), |key| format!("threadLocals[{key}]")))
    }
}
