//! Containers of JavaScript and Python.

use super::rule::Count::{Elements, Told};
use super::rule::{Container, containers};

pub(super) const RULES: &[Container] = containers! {
    // V8
    "Map" ["(array)"] Told;
    "Set" ["(array)"] Told;
    "WeakMap" ["(array)"] Told;
    "WeakSet" ["(array)"] Told;
    "Array" ["(array)"] Elements;
    // Python
    "builtins.dict" [] Told;
    "builtins.list" [] Told;
    "builtins.tuple" [] Told;
    "builtins.set" [] Told;
    "builtins.frozenset" [] Told;
    "collections.deque" [] Told;
    "collections.OrderedDict" [] Told;
    "collections.defaultdict" [] Told;
    "collections.Counter" [] Told;
};
