//! Collections of the JDK.

use super::rule::Count::{Elements, Field, Filled, Held, Links, One, Slots, Wrapped};
use super::rule::{Container, containers};

pub(super) const RULES: &[Container] = containers! {
    // Lists and queues in arrays
    "java.util.ArrayList" ["[]", "$"] Slots;
    "java.util.Vector" ["[]", "$"] Slots;
    "java.util.ArrayDeque" ["[]"] Slots;
    "java.util.PriorityQueue" ["[]"] Slots;
    "java.util.Arrays$ArrayList" ["[]"] Slots;
    "java.util.concurrent.CopyOnWriteArrayList" ["[]"] Slots;
    "java.util.concurrent.CopyOnWriteArraySet" ["="] Wrapped;
    "java.util.concurrent.ArrayBlockingQueue" ["[]"] Slots;
    "java.util.concurrent.PriorityBlockingQueue" ["[]"] Slots;
    "java.util.concurrent.DelayQueue" ["="] Wrapped;
    "java.util.concurrent.ScheduledThreadPoolExecutor$DelayedWorkQueue" ["[]"] Slots;
    "java.util.TaskQueue" ["[]"] Slots;
    "java.util.concurrent.atomic.AtomicReferenceArray" ["[]"] Slots;
    // Lists and queues of links
    "java.util.LinkedList" ["$"] Links("java.util.LinkedList$Node");
    "java.util.concurrent.ConcurrentLinkedQueue" ["$"] Filled("java.util.concurrent.ConcurrentLinkedQueue$Node");
    "java.util.concurrent.ConcurrentLinkedDeque" ["$"] Filled("java.util.concurrent.ConcurrentLinkedDeque$Node");
    "java.util.concurrent.LinkedTransferQueue" ["$"] Filled("java.util.concurrent.LinkedTransferQueue$*Node");
    "java.util.concurrent.LinkedBlockingQueue" ["$"] Field("count.value");
    "java.util.concurrent.LinkedBlockingDeque" ["$"] Field("count");
    // What waits for a future
    "java.util.concurrent.CompletableFuture" ["$"] Links("java.util.concurrent.CompletableFuture$Uni*");
    // Maps
    "java.util.LinkedHashMap" ["$", "java.util.HashMap$*"] Links("java.util.LinkedHashMap$*Entry|java.util.HashMap$TreeNode");
    "java.util.HashMap" ["$"] Links("java.util.HashMap$*Node");
    "java.util.TreeMap" ["$"] Links("java.util.TreeMap$Entry");
    "java.util.Properties" [">java.util.concurrent.ConcurrentHashMap", "java.util.concurrent.ConcurrentHashMap$*", "java.util.Hashtable$*"] Links("java.util.concurrent.ConcurrentHashMap$*Node|java.util.Hashtable$Entry");
    "java.util.Hashtable" ["$"] Links("java.util.Hashtable$Entry");
    "java.util.WeakHashMap" ["$"] Links("java.util.WeakHashMap$Entry");
    "java.util.IdentityHashMap" ["[]", "$"] Field("size");
    "java.util.EnumMap" ["[]", "$"] Field("size");
    "java.util.concurrent.ConcurrentHashMap" ["$"] Links("java.util.concurrent.ConcurrentHashMap$*Node");
    // Up to JDK 8 its head holds an object of its own.
    "java.util.concurrent.ConcurrentSkipListMap" ["$", "java.lang.Object"] Filled("java.util.concurrent.ConcurrentSkipListMap$Node");
    // Sets: each is a map inside
    "java.util.HashSet" ["="] Wrapped;
    "java.util.TreeSet" ["="] Wrapped;
    "java.util.concurrent.ConcurrentSkipListSet" ["="] Wrapped;
    "java.util.concurrent.ConcurrentHashMap$KeySetView" ["="] Wrapped;
    "java.util.Collections$SetFromMap" ["="] Wrapped;
    // Immutable
    "java.util.ImmutableCollections$ListN" ["[]"] Slots;
    "java.util.ImmutableCollections$SetN" ["[]"] Slots;
    "java.util.ImmutableCollections$MapN" ["[]"] Field("size");
    "java.util.ImmutableCollections$List12" [] Held;
    "java.util.ImmutableCollections$Set12" [] Held;
    "java.util.ImmutableCollections$Map1" [] One;
    "java.util.ImmutableCollections$SubList" ["="] Wrapped;
    "java.util.Collections$SingletonList" [] One;
    "java.util.Collections$SingletonSet" [] One;
    "java.util.Collections$SingletonMap" [] One;
    // Views and wrappers
    "java.util.Collections$Unmodifiable*" ["="] Wrapped;
    "java.util.Collections$Synchronized*" ["="] Wrapped;
    "java.util.Collections$Checked*" ["="] Wrapped;
    "java.util.Collections$AsLIFOQueue" ["="] Wrapped;
    "java.util.ReverseOrder*View" ["="] Wrapped;
    "java.util.AbstractList$*SubList" ["="] Wrapped;
    "java.util.ArrayList$SubList" ["="] Wrapped;
    "java.util.HashMap$KeySet" ["="] Wrapped;
    "java.util.HashMap$Values" ["="] Wrapped;
    "java.util.HashMap$EntrySet" ["="] Wrapped;
    "java.util.LinkedHashMap$Linked*" ["="] Wrapped;
    "java.util.TreeMap$KeySet" ["="] Wrapped;
    "java.util.TreeMap$Values" ["="] Wrapped;
    "java.util.TreeMap$EntrySet" ["="] Wrapped;
    "java.util.TreeMap$NavigableSubMap" ["="] Wrapped;
    "java.util.concurrent.ConcurrentHashMap$ValuesView" ["="] Wrapped;
    "java.util.concurrent.ConcurrentHashMap$EntrySetView" ["="] Wrapped;
    "java.util.concurrent.ConcurrentSkipListMap$SubMap" ["="] Wrapped;
    "java.util.stream.SpinedBuffer" ["[]", "java.lang.Object[]"] Elements;
};
