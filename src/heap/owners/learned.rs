//! What references are called: asked of the dump, and learned for classes whose objects are all alike.

use rustc_hash::FxHashMap;

use super::descent::{Fold, OBJECT};
use super::edges::{Holder, Words, thread_local};
use super::found::Found;
use super::opener::{Object, Opener};
use crate::heap::Node;
use crate::heap::graph::ClassId;

/// So many objects of a class and of about one size are asked for their names in each row; the others are alike.
const SAMPLE: u32 = 256;
/// So many of them where all goes by the same name as in other rows.
const CHECK: u32 = 16;
/// One in so many objects is asked all the same: what was learned from others may not be true of it. A prime, so that
/// it is not always the same one of a structure.
pub(super) const CHECKED: usize = 251;
/// Room for more objects than this is not kept for the next holder.
const MOST_ROOM: usize = 1 << 12;
/// A class that has more names for another is asked each time.
const MOST_WORDS: usize = 8;

/// In place of a magnitude: of all together.
const ANY: u8 = u8::MAX;

/// What was learned in rows: by the line of the row, the class of the holders, and class and magnitude of what they hold.
pub(super) type ByLine = FxHashMap<(u64, ClassId, ClassId, u8), Learned>;

/// How objects of one class have referred to those of another.
#[derive(Debug, Default, Clone)]
pub(super) struct Learned {
    seen: u32,
    /// The words, up to one more than [`MOST_WORDS`].
    words: Vec<u32>,
}

impl Learned {
    /// Notes a word; whether it is not the only one any more.
    fn note(&mut self, word: u32) -> bool {
        let new = self.words.len() <= MOST_WORDS && !self.words.contains(&word);
        if new {
            self.words.push(word);
        }
        new && self.words.len() > 1
    }

    /// Notes the word of one more object; as for [`Self::note`].
    fn see(&mut self, word: u32) -> bool {
        self.seen = self.seen.saturating_add(1);
        self.note(word)
    }
}

/// The room that a list took, for another list.
fn emptied<T>(mut list: Vec<T>) -> Vec<T> {
    list.clear();
    list.shrink_to(MOST_ROOM);
    list
}

impl Opener<'_> {
    /// Words for what a container itself refers to: entries are held by internals, so these are fields of
    /// its class.
    pub(super) fn fields(
        &mut self,
        holder: Object,
        fold: Fold,
        own: &[Object],
        row: usize,
        found: &mut Found,
    ) -> Vec<u32> {
        if self.folding.links(fold.rule, holder.class) {
            return vec![Words::ENTRIES; own.len()];
        }
        let named = |word: &u32| *word != Words::NONE;
        let recall = |child: &Object| self.recall(holder, *child, row, found).filter(named);
        let recalled: Option<Vec<u32>> = own.iter().map(recall).collect();
        if let Some(words) = recalled.filter(|_| self.places.is_ordinary(holder.place)) {
            return words;
        }
        let word = |word: Option<u32>| word.filter(named).unwrap_or(Words::ENTRIES);
        let read = self.read(holder, own.iter(), &OBJECT);
        let words: Vec<u32> = read.iter().copied().map(word).collect();
        self.read = emptied(read);
        for (child, word) in own.iter().zip(&words) {
            self.learn(holder, *child, *word, row, found);
        }
        words
    }

    /// What the holder dominates, with the words for the references to it; the holder's own bytes.
    pub(super) fn named(
        &mut self,
        holder: Object,
        wording_of: &Holder,
        row: usize,
        found: &mut Found,
        named: &mut Vec<(Object, u32)>,
    ) -> u64 {
        named.clear();
        // What was moved here may be called otherwise.
        let ordinary = *wording_of == Holder::Object && self.places.is_ordinary(holder.place);
        let (mut recalled, mut last) = (ordinary, None);
        let own = self.children(holder.place, |opener, child| {
            let alike = (child.class, opener.magnitude(child));
            if recalled && last.is_none_or(|(known, _)| known != alike) {
                last = opener.recall(holder, child, row, found).map(|word| (alike, word));
            }
            let word = last.map(|(_, word)| word);
            // What has no name may have been given one.
            recalled &= match word {
                Some(Words::NONE) => opener.alias(opener.node(holder), child) == Words::NONE,
                known => known.is_some(),
            };
            named.push((child, word.unwrap_or(Words::NONE)));
        });
        if recalled || named.is_empty() {
            return own;
        }
        let read = self.read(holder, named.iter().map(|(child, _)| child), wording_of);
        for ((child, name), word) in named.iter_mut().zip(&read) {
            *name = word.unwrap_or_else(|| self.alias(self.node(holder), *child));
            if ordinary {
                self.learn(holder, *child, *name, row, found);
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

    /// About how large an object is: what is eight times larger may well be held by another name.
    pub(super) fn magnitude(&self, object: Object) -> u8 {
        (self.tree.retained(object.place).checked_ilog2().unwrap_or(0) / 3) as u8
    }

    /// The word that objects of the holder's class in a row have always used for such as the child, or one of several
    /// that make no difference to the row.
    pub(super) fn recall(&self, holder: Object, child: Object, row: usize, found: &Found) -> Option<u32> {
        if self.checks {
            return None;
        }
        self.known(holder, child, row, found)
    }

    /// As [`Self::recall`], of those that are checked, too.
    fn known(&self, holder: Object, child: Object, row: usize, found: &Found) -> Option<u32> {
        let line = found.line(row);
        let learned = |magnitude: u8| found.learned.get(&(line.key(), holder.class, child.class, magnitude));
        let here = learned(self.magnitude(child)).filter(|here| here.seen >= CHECK)?;
        // The last links of a chain are as small as what each link holds beside the next one.
        let words = &learned(ANY)?.words;
        if here.seen < SAMPLE {
            let everywhere = self.learned.get(&(holder.class, child.class)).filter(|all| all.seen >= SAMPLE)?;
            if everywhere.words != *words {
                return None;
            }
        }
        match words[..] {
            [word] => Some(word),
            [word, ..] if words.len() <= MOST_WORDS => {
                let class = self.class(child);
                words.iter().all(|word| line.absorbs((*word, class))).then_some(word)
            }
            _ => None,
        }
    }

    fn learn(&mut self, holder: Object, child: Object, word: u32, row: usize, found: &mut Found) {
        let line = found.line(row);
        let is_new = |known: u32| known != word && !line.absorbs((word, self.class(child)));
        let surprised = self.known(holder, child, row, found).is_some_and(is_new);
        let key = line.key();
        found.surprised |= surprised;
        let mut see = |magnitude| {
            let learned = found.learned.entry((key, holder.class, child.class, magnitude));
            learned.or_default().see(word)
        };
        see(self.magnitude(child));
        if see(ANY) | self.learned.entry((holder.class, child.class)).or_default().see(word) {
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
        self.words.number(&thread_local(self.naming, entry))
    }
}
