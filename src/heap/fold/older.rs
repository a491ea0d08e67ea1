//! Collections as the JDK had them up to 7, and Android up to 7.
//!
//! Where classes have kept their name, these rules go before those of later ones: lists and linked maps had a head
//! among their links, which is no entry, and concurrent maps were cut into segments.

use super::rule::Count::{Filled, Links};
use super::rule::{Container, containers};

/// One of these is in every such heap, and in no later one.
pub(super) const SIGNS: [&str; 2] = ["java.util.HashMap$Entry", "java.util.HashMap$HashMapEntry"];

pub(super) const RULES: &[Container] = containers! {
    "java.util.LinkedList" ["$"] Filled("java.util.LinkedList$Entry|java.util.LinkedList$Link|java.util.LinkedList$Node");
    "java.util.LinkedHashMap" ["$", "java.util.HashMap$*"] Filled("java.util.LinkedHashMap$*Entry");
    "java.util.HashMap" ["$"] Links("java.util.HashMap$*Entry");
    "java.util.Hashtable" ["$"] Links("java.util.Hashtable$*Entry");
    "java.util.TreeMap" ["$"] Links("java.util.TreeMap$Entry|java.util.TreeMap$Node");
    "java.util.concurrent.ConcurrentHashMap" ["$", "java.util.concurrent.locks.*Sync"] Links("java.util.concurrent.ConcurrentHashMap$HashEntry|java.util.concurrent.ConcurrentHashMap$*Node");
};
