//! What the two owner trees show of one owner: itself, what is above it, and what it holds.

use crate::heap::naming::{identifier, last_word};
use crate::heap::{Bound, Kind, Owner, OwnerPath, RootKind};

/// Bytes of the smallest buffer that is taken for a whole payload.
const PAYLOAD: u64 = 4096;
/// Fewer threads more may be those of a pool that starts them one by one.
const SEVERAL: u64 = 4;
/// Fewer may belong to the requests that were under way.
const MANY: u64 = 16;
/// Names of fields, or their last words, whose containers call what is in them.
const CALLED: [&str; 15] = [
    "listener",
    "listeners",
    "observer",
    "observers",
    "subscriber",
    "subscribers",
    "subscription",
    "subscriptions",
    "callback",
    "callbacks",
    "hooks",
    "handler",
    "handlers",
    "appenders",
    "watchers",
];

/// An owner that retains more than before.
pub(super) struct Sight<'a> {
    /// Each owner of the path, from the root, in the earlier and the later tree.
    steps: Vec<(Option<&'a Owner>, &'a Owner)>,
}

impl<'a> Sight<'a> {
    pub(super) fn of(path: &OwnerPath, before: &'a [Owner], after: &'a [Owner]) -> Option<Self> {
        let (mut before, mut after) = (before, after);
        let mut steps = Vec::with_capacity(path.0.len());
        for step in &path.0 {
            let find = |owners: &'a [Owner]| owners.iter().find(|owner| owner.step == *step);
            let (earlier, later) = (find(before), find(after)?);
            before = earlier.map_or(&[], |owner| owner.children.as_slice());
            after = &later.children;
            steps.push((earlier, later));
        }
        let (earlier, later) = steps.last()?;
        earlier.is_none_or(|earlier| earlier.retained < later.retained).then_some(Self { steps })
    }

    fn last(&self) -> (Option<&'a Owner>, &'a Owner) {
        self.steps[self.steps.len() - 1]
    }

    /// Whether it, or the pool that it is part of, cannot hold much more.
    pub(super) fn is_bounded(&self) -> bool {
        let (_, owner) = self.last();
        let within = |holder: &Owner| match holder.marks.bound {
            // More entries than allowed: the number is a weight, or what it bounds is something else.
            Some(Bound::Entries(most)) => owner.entries.unwrap_or(owner.count) <= most,
            Some(Bound::Evicts) => true,
            None => false,
        };
        let pool = self.steps.iter().map(|(_, owner)| *owner).find(|owner| owner.marks.kind == Some(Kind::Pool));
        // A class around a map may be what bounds it, but what a bounded map holds is not bounded by it.
        let around = self.steps.iter().rev().nth(1).map(|(_, holder)| *holder).filter(|_| owner.step.edge != "entries");
        within(owner) || pool.is_some_and(within) || around.is_some_and(within)
    }

    /// Whether it has more entries, or there are more objects of it or of what it holds.
    pub(super) fn grew(&self) -> bool {
        let (before, after) = self.last();
        let entries = |owner: &Owner| owner.entries.unwrap_or(0);
        let counts = |owner: &Owner| owner.count + owner.children.iter().map(|child| child.count).sum::<u64>();
        before.is_none_or(|before| entries(before) < entries(after) || counts(before) < counts(after))
    }

    /// Whether so much came to it that something must come again and again.
    pub(super) fn grew_by_many(&self) -> bool {
        let (before, after) = self.last();
        let more = |number: fn(&Owner) -> u64| more(before, after, number);
        let held = |owner: &Owner| owner.children.iter().map(|child| child.count).max().unwrap_or(0);
        more(|owner| owner.entries.unwrap_or(0)).max(more(|owner| owner.count)).max(more(held)) >= MANY
    }

    /// Whether it is a container whose entries do not go by themselves when nobody else holds their keys, or has several
    /// that share theirs.
    pub(super) fn is_kept(&self) -> bool {
        let (before, owner) = self.last();
        let added = |child: &&Owner| more(find(before, child), child, |child| child.count);
        let is_object = !owner.step.class.is_empty();
        let is_shared = || owner.children.iter().filter(|child| added(child) >= MANY).count() > 1;
        let is_filled = owner.entries.is_some_and(|entries| entries > 0);
        (is_filled || (is_object && is_shared())) && !files_what_goes(class_name(&owner.step.class))
    }

    pub(super) fn is_last(&self, kind: Kind) -> bool {
        self.last().1.marks.kind == Some(kind)
    }

    pub(super) fn is_at_or_below(&self, kind: Kind) -> bool {
        self.steps.iter().any(|(_, owner)| owner.marks.kind == Some(kind))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.last().1.entries == Some(0)
    }

    /// Whether there are more calls that a runtime goes on with.
    pub(super) fn has_more_tasks(&self) -> bool {
        self.steps.len() == 1 && self.starts_with(&["task "]) && self.grew_by_many()
    }

    /// Whether nothing but its finalizer keeps it.
    pub(super) fn waits_for_finalizer(&self) -> bool {
        self.steps[0].1.step.edge == RootKind::Finalizer.to_string()
    }

    /// Whether a field or variable holds it.
    pub(super) fn is_named(&self) -> bool {
        let edge = self.last().1.step.edge.as_str();
        !edge.starts_with('(') && !matches!(edge, "" | "entries" | "keys" | "local")
    }

    /// Whether the path starts so.
    pub(super) fn starts_with(&self, starts: &[&str]) -> bool {
        edge_starts(self.steps[0].1, starts)
    }

    /// Whether the path starts with the one, and then has the other.
    pub(super) fn is_below(&self, first: &[&str], then: &[&str]) -> bool {
        self.starts_with(first) && self.steps[1..].iter().any(|(_, owner)| edge_starts(owner, then))
    }

    /// Whether there are more objects of a kind, on the path or in the container at its end.
    pub(super) fn multiplies(&self, kind: Kind) -> bool {
        let is_more = |(before, after): &(Option<&Owner>, &Owner)| {
            let count = before.map_or(1, |before| before.count.max(1));
            let entries = before.and_then(|before| before.entries).unwrap_or(0);
            after.marks.kind == Some(kind) && (count < after.count || entries < after.entries.unwrap_or(0))
        };
        let (before, after) = self.last();
        // What an entry of a container has beside it is not what the container is for.
        let below = after.children.iter().filter(|child| after.entries.is_none() || is_entry(child));
        let mut below = below.map(|child| (find(before, child), child));
        self.steps.iter().any(is_more) || below.any(|pair| is_more(&pair)) || (self.grew() && self.holds(kind))
    }

    /// Whether most of what it has more of comes with an object of a kind, however deep in it.
    pub(super) fn multiplies_within(&self, kind: Kind) -> bool {
        let (before, after) = self.last();
        let held =
            more(before, after, |owner| owner.entries.unwrap_or(0)).max(more(before, after, |owner| owner.count));
        let mut work = if held == 0 { Vec::new() } else { vec![(before, after)] };
        while let Some((before, after)) = work.pop() {
            for child in &after.children {
                let earlier = find(before, child);
                let added = more(earlier, child, |owner| owner.count);
                if 2 * added >= held {
                    if child.marks.kind == Some(kind) {
                        return true;
                    }
                    work.push((earlier, child));
                }
            }
        }
        false
    }

    /// Whether what it holds is mainly of a kind. What a crowd holds is not all that its objects are for.
    pub(super) fn holds(&self, kind: Kind) -> bool {
        !self.last().1.step.is_crowd()
            && mainly(self.last().1, |owner| owner.count, |owner| owner.marks.kind == Some(kind))
    }

    /// Whether what it holds is large and raw.
    pub(super) fn holds_payloads(&self) -> bool {
        let large = |owner: &Owner| owner.retained.0 / owner.count.max(1) >= PAYLOAD;
        let fits = |owner: &Owner| owner.marks.kind == Some(Kind::Buffer) && large(owner);
        mainly(self.last().1, |owner| owner.retained.0, fits)
    }

    /// A static field is there once for each time that its class was defined.
    pub(super) fn has_more_copies_of_a_static(&self) -> bool {
        let (before, after) = self.steps[0];
        // Those of the JDK's own hidden classes are as many as there are kinds of calls.
        let is_hidden = after.step.class == "java.lang.invoke.LambdaForm";
        let is_more = after.count > before.map_or(1, |before| before.count.max(1));
        edge_starts(after, &["static "]) && is_more && !is_hidden
    }

    pub(super) fn has_more_threads(&self) -> bool {
        let (before, after) = self.last();
        self.steps.len() == 1
            && (after.step.edge == "thread" || edge_starts(after, &["thread "]))
            && more(before, after, |owner| owner.count) >= SEVERAL
    }

    /// Whether it is a container of what is called, by the name of the field that holds it, or by its content.
    pub(super) fn is_registry(&self) -> bool {
        let (before, owner) = self.last();
        let events = |owner: &Owner| {
            matches!(owner.step.edge.as_str(), "._events" | ".<symbol kEvents>" | ".<symbol events.kEvents>")
        };
        // What a listener captured is in no registry.
        let above = self.steps.iter().rev().skip(1).map(|(_, owner)| *owner);
        let mut above = above.take_while(|owner| owner.marks.kind != Some(Kind::Function));
        let is_function = owner.marks.kind == Some(Kind::Function);
        let added = more(before, owner, |owner| owner.count);
        let many = (owner.entries.is_some() && !is_function) || added >= MANY;
        if events(owner) || (many && above.any(events)) {
            return true;
        }
        let is_one = |name: &str| CALLED.contains(&last_word(name).as_str());
        let named = self.steps.iter().rev().take(2).any(|(_, owner)| is_one(identifier(&owner.step.edge)));
        let told = |owner: &Owner| is_one(class_name(&owner.step.class));
        let may_be = |owner: &Owner| owner.marks.kind == Some(Kind::Function) || !is_value(&owner.step.class);
        let number = |owner: &Owner| owner.count;
        owner.entries.is_some() && (mainly(owner, number, told) || (named && mainly(owner, number, may_be)))
    }
}

/// How much more of a number an owner has than before.
fn more(before: Option<&Owner>, after: &Owner, number: fn(&Owner) -> u64) -> u64 {
    number(after).saturating_sub(before.map_or(0, number))
}

/// An owner's child as it was before.
fn find<'a>(before: Option<&'a Owner>, child: &Owner) -> Option<&'a Owner> {
    before.and_then(|before| before.children.iter().find(|known| known.step == child.step))
}

fn edge_starts(owner: &Owner, starts: &[&str]) -> bool {
    starts.iter().any(|start| owner.step.edge.starts_with(start))
}

/// Whether fitting entries of a container, or of the containers in it, are at least half of all.
fn mainly(owner: &Owner, measure: impl Fn(&Owner) -> u64, fits: impl Fn(&Owner) -> bool) -> bool {
    let (mut fitting, mut all) = (0, 0);
    for entry in owner.children.iter().filter(|child| is_entry(child)) {
        let inner: Vec<&Owner> = match entry.entries {
            Some(_) if !fits(entry) => entry.children.iter().filter(|child| is_entry(child)).collect(),
            _ => vec![entry],
        };
        for owner in inner {
            all += measure(owner);
            fitting += if fits(owner) { measure(owner) } else { 0 };
        }
    }
    fitting > 0 && 2 * fitting >= all
}

fn is_entry(owner: &Owner) -> bool {
    owner.step.edge == "entries"
}

/// What can be called by nobody.
fn is_value(class: &str) -> bool {
    const VALUES: [&str; 8] = ["str", "int", "float", "bytes", "bool", "Date", "RegExp", "complex"];
    class.starts_with('(') || class.starts_with("java.") || class.ends_with(']') || VALUES.contains(&class)
}

/// Whether entries of a class of collections go with the objects that they are for.
fn files_what_goes(class: &str) -> bool {
    class.starts_with("Weak") || class.ends_with("FinalizationRegistry")
}

/// The class without package, outer classes and what is generated.
fn class_name(class: &str) -> &str {
    class.rsplit(['.', '$']).next().unwrap_or("")
}
