//! Containers of JavaScript and Python.

use super::rule::Count::{Elements, Field, Links, Told, Wrapped};
use super::rule::{Container, containers};

pub(super) const RULES: &[Container] = containers! {
    // V8: entries stand in a hash table, and what a collection itself refers to beside it are fields
    "Map" ["(array)"] Field("size");
    "Set" ["(array)"] Field("size");
    "WeakMap" ["(array)"] Field("size");
    "WeakSet" ["(array)"] Field("size");
    "Array" ["(array)"] Elements;
    // What waits for a promise, and what is told once an object is gone
    "Promise" ["system / PromiseReaction"] Links("system / PromiseReaction");
    "FinalizationRegistry" ["system / WeakCell"] Links("system / WeakCell");
    // Python
    "builtins.dict" [] Told;
    "builtins.list" [] Told;
    "builtins.tuple" [] Told;
    "builtins.set" [] Told;
    "builtins.frozenset" [] Told;
    "builtins.mappingproxy" ["="] Wrapped;
    "functools._lru_cache_wrapper" ["=", "functools._lru_list_elem"] Wrapped;
    "weakref.Weak*Dictionary" ["=", "weakref.*Ref*"] Wrapped;
    "_weakrefset.WeakSet" ["=", "weakref.*Ref*"] Wrapped;
    "queue.*Queue" ["="] Wrapped;
    "_queue.SimpleQueue" ["="] Wrapped;
    "asyncio.queues.*Queue" ["="] Wrapped;
    "collections.UserDict" ["="] Wrapped;
    "collections.UserList" ["="] Wrapped;
    "collections.ChainMap" ["=="] Wrapped;
    "collections.deque" [] Told;
    "collections.OrderedDict" [] Told;
    "collections.defaultdict" [] Told;
    "collections.Counter" [] Told;
};
