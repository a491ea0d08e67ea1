//! What several fields of one object hold: users by their number and by their mail.
//!
//! It stands below the object, which has no reference to it. It is told with the fields that refer to it, as far as a
//! few internals of what is in these show.

use std::collections::BTreeMap;

use super::crowds::{PART, SAMPLE, is_common, told};
use super::edges::Words;
use super::found::Found;
use super::line::StepWords;
use super::opener::Opener;
use crate::heap::Node;
use crate::heap::graph::ClassId;

/// References of a field that are looked at.
const MOST_REFERENCES: usize = 1 << 20;

impl Opener<'_> {
    /// Names the rows of many objects to which the one above has no reference, by those beside them that have.
    pub(super) fn name_shared(&mut self, below: &mut BTreeMap<StepWords, Found>) {
        let class_of = |found: &Found| Some(self.object(*found.top().first.first()?).class);
        let is_shared = |(words, found): &(&StepWords, &Found)| {
            let many = found.top().members > 1 && found.top().retained >= self.least;
            many && !is_common(self.words.text(words.1)) && words.0 == Words::NONE
        };
        let shared = below.iter().filter(is_shared).filter_map(|(words, found)| Some((class_of(found)?, *words)));
        let shared: BTreeMap<ClassId, StepWords> = shared.collect();
        if shared.is_empty() {
            return;
        }
        let mut tallies: BTreeMap<StepWords, BTreeMap<String, usize>> = BTreeMap::new();
        for (words, found) in below.iter().filter(|(words, _)| words.0 > Words::KEYS) {
            let Some(field) = found.top().first.first().map(|first| self.tree.node(*first)) else { continue };
            for (class, number) in self.held(field, &shared) {
                let label = self.words.text(words.0).to_owned();
                *tallies.entry(shared[&class]).or_default().entry(label).or_default() += number;
            }
        }
        for (words, mut tally) in tallies {
            let most = tally.values().copied().max().unwrap_or(0);
            tally.retain(|_, number| *number * PART >= most);
            let members = below.get(&words).map_or(0, |found| found.top().members);
            if most * PART >= SAMPLE.min(members as usize)
                && let Some(found) = below.remove(&words)
            {
                let word = self.words.number(&told(tally.keys().map(String::as_str).collect()));
                below.insert((word, words.1), found);
            }
        }
    }

    /// How many objects of these classes that stand beside a field's value it refers to: a sample.
    fn held(&self, field: Node, shared: &BTreeMap<ClassId, StepWords>) -> BTreeMap<ClassId, usize> {
        let above = self.dominators.immediate(field);
        let (mut numbers, mut left) = (BTreeMap::new(), MOST_REFERENCES);
        let mut work = vec![field];
        let mut next = 0;
        while let Some(node) = work.get(next).copied() {
            next += 1;
            self.naming.targets(node, &mut |target| {
                left = left.saturating_sub(1);
                let class = self.graph.class(target);
                if left > 0 && shared.contains_key(&class) && self.dominators.immediate(target) == above {
                    let number = numbers.entry(class).or_default();
                    *number = SAMPLE.min(*number + 1);
                }
            });
            work.extend(self.dominators.children(node).take(SAMPLE.saturating_sub(work.len())));
        }
        numbers
    }
}

#[cfg(test)]
mod tests {
    use crate::heap::owners::Limits;
    use crate::heap::owners::sketch::{owners_within, print};
    use crate::units::Bytes;

    /// A shop whose orders a thread has as well, so that it is no list's alone, and these fields hold all of them.
    fn shop(fields: &[&str], orders: u32) -> String {
        let mut text = String::from("root | module app | m | builtins.module 100\nm | .shop | shop | app.Shop 16\n");
        for field in fields {
            text += &format!("shop | .{field} | {field} | app.Index 20\n");
        }
        for order in 0..orders {
            text += &format!("shop | | o{order} | app.Order 50\n");
            for field in fields {
                text += &format!("{field} | [{order}] | o{order}\n");
            }
        }
        text
    }

    fn told(text: &str) -> String {
        print(&owners_within(text, Limits { least: Bytes(100), share: 0.0, ..Limits::default() }))
    }

    #[test]
    fn what_two_fields_of_an_object_hold_is_told_with_both() {
        assert_eq!(
            told(&shop(&["by_id", "by_mail"], 100)),
            "module app x1 100/5156\n  .shop: app.Shop x1 16/5056\n    (shared by .by_id, .by_mail): app.Order x100 5000/5000\n"
        );
    }

    #[test]
    fn what_no_field_holds_keeps_its_class_alone() {
        let text = shop(&["by_id", "by_mail"], 0);
        let others: String = (0..100).map(|order| format!("shop | | o{order} | app.Order 50\n")).collect();
        let printed = told(&(text + &others + "by_id | [0] | o0\n"));
        assert!(printed.contains("    app.Order x100 5000/5000\n"), "{printed}");
    }
}
