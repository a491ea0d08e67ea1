//! The language of the rules: which classes are containers, what is inside them, how entries are counted.

use std::collections::HashMap;

/// A class of containers.
///
/// In names `*` stands for anything. What is inside is told by marks:
///
/// | mark | inside is |
/// |---|---|
/// | `name` | this class, wherever the internals lead to it, wrapped containers included |
/// | `>name` | this class, where the container itself refers to it |
/// | `!name` | this class, and all that only its objects hold |
/// | `$` | the classes nested in the container's own |
/// | `[]` | arrays to which the container itself refers |
/// | `=` | containers to which it refers, by their own rules: it is a wrapper or a view |
/// | `==` | these, and the containers that are their entries: a map of lists |
#[derive(Debug)]
pub(in crate::heap) struct Container {
    pub(super) class: &'static str,
    pub(super) inside: &'static [&'static str],
    /// How its entries are counted.
    pub(in crate::heap) count: Count,
}

/// How entries are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::heap) enum Count {
    /// One for each internal of this class, or of these with `|` between; the container itself may be one.
    Links(&'static str),
    /// As [`Count::Links`], but those that hold nothing are no entries: heads of queues.
    Filled(&'static str),
    /// One for each element of its internal arrays.
    Slots,
    /// The number in this field, through the fields before it; as [`Count::Slots`] where there is none.
    Field(&'static str),
    /// What one index is ahead of the other, in steps of this width; as [`Count::Slots`] where there is none.
    Ahead(&'static str, &'static str, u64),
    /// What the containers inside it count.
    Wrapped,
    /// One for each of its own elements.
    Elements,
    /// One for each object that only it holds.
    Held,
    /// It is made for one.
    One,
    /// The dump says.
    Told,
}

impl Count {
    /// Whether what the container itself refers to, internals apart, are its entries.
    pub(in crate::heap) fn is_direct(self) -> bool {
        matches!(self, Self::Elements | Self::Held | Self::One | Self::Told)
    }
}

/// Tables of rules: `"class" ["inside", ..] Count;`.
macro_rules! containers {
    ($($class:literal [$($inside:literal),*] $count:expr;)*) => {
        &[$($crate::heap::fold::rule::Container { class: $class, inside: &[$($inside),*], count: $count }),*]
    };
}
pub(super) use containers;

/// Arrays of objects, whose class names end so, are containers of their own.
pub(super) const ARRAYS: Container = Container { class: "*[]", inside: &[], count: Count::Elements };

/// Classes without a rule whose objects tell a number of entries: subclasses, where a dump knows no superclasses.
pub(super) const TOLD: Container = Container { class: "?", inside: &[], count: Count::Told };

/// The same in V8, where entries stand in a hash table.
pub(super) const FILED: Container = Container { class: "?", inside: &[TABLE], count: Count::Field("size") };

/// The class of the hash tables of V8, which every snapshot has.
pub(super) const TABLE: &str = "(array)";

/// How a class is inside a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::heap) enum Inside {
    /// It is not.
    No,
    /// It is where the container itself refers to it.
    Directly,
    /// It is, with all that only its objects hold.
    Wholly,
    /// It is wherever the internals lead to it.
    Anywhere,
}

impl Container {
    /// How many levels of containers below it are folded into it.
    pub(super) fn levels(&self) -> u8 {
        let levels = |mark: &&str| match *mark {
            "=" => 1,
            "==" => 2,
            _ => 0,
        };
        self.inside.iter().map(levels).max().unwrap_or(0)
    }

    /// Names of classes that are inside, and how.
    pub(super) fn internals(&self) -> impl Iterator<Item = (String, Inside)> + '_ {
        self.inside.iter().filter(|mark| !mark.starts_with('=')).map(|mark| match (*mark, mark.split_at(1)) {
            ("$", _) => (format!("{}$*", self.class), Inside::Anywhere),
            ("[]", _) => ("*[]".to_owned(), Inside::Directly),
            (_, (">", name)) => (name.to_owned(), Inside::Directly),
            (_, ("!", name)) => (name.to_owned(), Inside::Wholly),
            (name, _) => (name.to_owned(), Inside::Anywhere),
        })
    }
}

/// Something for each of many names in which `*` may stand for anything. Whole names go before others, and the first of
/// those before the next.
#[derive(Debug)]
pub(super) struct Patterns<T> {
    whole: HashMap<&'static str, T>,
    starred: Vec<(&'static str, T)>,
}

impl<T: Copy> Patterns<T> {
    pub(super) fn find(&self, class: &str) -> Option<T> {
        let starred = || self.starred.iter().find(|(name, _)| fits(name, class)).map(|(_, known)| *known);
        self.whole.get(class).copied().or_else(starred)
    }
}

impl<T> FromIterator<(&'static str, T)> for Patterns<T> {
    fn from_iter<I: IntoIterator<Item = (&'static str, T)>>(names: I) -> Self {
        let mut patterns = Self { whole: HashMap::new(), starred: Vec::new() };
        for (name, known) in names {
            if name.contains('*') {
                patterns.starred.push((name, known));
            } else {
                patterns.whole.entry(name).or_insert(known);
            }
        }
        patterns
    }
}

/// Whether a class name fits a name in which `*` stands for anything.
pub(in crate::heap) fn fits(name: &str, class: &str) -> bool {
    let Some((start, rest)) = name.split_once('*') else { return name == class };
    let Some(mut class) = class.strip_prefix(start) else { return false };
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in middle.split('*').filter(|part| !part.is_empty()) {
        let Some(at) = class.find(part) else { return false };
        class = &class[at + part.len()..];
    }
    class.len() >= end.len() && class.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything() {
        for (name, class, fitting) in [
            ("java.util.HashMap$*Node", "java.util.HashMap$TreeNode", true),
            ("java.util.HashMap$*Node", "java.util.HashMap$Node", true),
            ("java.util.HashMap$*Node", "java.util.HashMap$Node[]", false),
            ("java.util.HashMap", "java.util.HashMap$Node", false),
            ("it.*.ints.*Map", "it.fast.ints.Int2ObjectMap", true),
            ("it.*.ints.*Map", "it.fast.longs.Long2ObjectMap", false),
            ("a*a", "a", false),
        ] {
            assert_eq!(fits(name, class), fitting, "{name} {class}");
        }
    }

    #[test]
    fn whole_names_go_before_others_and_the_first_before_the_next() {
        let patterns: Patterns<u8> = [("a.*", 1), ("a.Map", 2), ("a.Map", 3), ("*", 4)].into_iter().collect();
        assert_eq!(["a.Map", "a.List", "b.Map"].map(|class| patterns.find(class)), [Some(2), Some(1), Some(4)]);
    }

    #[test]
    fn marks_tell_how_a_class_is_inside() {
        let rule =
            Container { class: "a.Map", inside: &["$", "[]", ">b.C", "!b.D", "b.E", "=="], count: Count::Wrapped };
        let told: Vec<(String, Inside)> = rule.internals().collect();
        let told: Vec<(&str, Inside)> = told.iter().map(|(name, inside)| (name.as_str(), *inside)).collect();
        assert_eq!(
            told,
            [
                ("a.Map$*", Inside::Anywhere),
                ("*[]", Inside::Directly),
                ("b.C", Inside::Directly),
                ("b.D", Inside::Wholly),
                ("b.E", Inside::Anywhere),
            ]
        );
        assert_eq!(rule.levels(), 2);
    }
}
