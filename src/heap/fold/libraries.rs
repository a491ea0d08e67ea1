//! Collections and caches of libraries for the JVM, and of its other languages.

use super::rule::Count::{Ahead, Field, Filled, Links, Slots, Wrapped};
use super::rule::{Container, containers};

pub(super) const RULES: &[Container] = containers! {
    // Guava: caches
    "com.google.common.cache.LocalCache$Local*Cache" [">com.google.common.cache.LocalCache", "com.google.common.cache.*", "java.util.concurrent.locks.*Sync", "java.util.concurrent.atomic.AtomicReferenceArray", "java.lang.Object[]"] Links("com.google.common.cache.LocalCache$*Entry");
    "com.google.common.cache.LocalCache" ["$", "java.util.concurrent.locks.*Sync", "com.google.common.cache.*", "java.util.concurrent.atomic.AtomicReferenceArray", "java.lang.Object[]"] Links("com.google.common.cache.LocalCache$*Entry");
    "com.google.common.collect.MapMakerInternalMap" ["$", "java.util.concurrent.locks.*Sync", "java.util.concurrent.atomic.AtomicReferenceArray", "java.lang.Object[]"] Links("com.google.common.collect.MapMakerInternalMap$*Entry");
    // Guava: multimaps, multisets, tables, and the rest
    "com.google.common.collect.LinkedListMultimap" ["$", "="] Field("size");
    "com.google.common.collect.AbstractMapBasedMultimap" ["$", "com.google.common.collect.*Multimap$*", "=="] Field("totalSize");
    "com.google.common.collect.ImmutableMultimap" ["=="] Field("size");
    "com.google.common.collect.TreeMultiset" ["$"] Field("rootReference.value.distinctElements");
    "com.google.common.collect.ConcurrentHashMultiset" ["="] Wrapped;
    "com.google.common.collect.AbstractMapBasedMultiset" ["com.google.common.collect.ObjectCount*", "com.google.common.collect.Count", "=", "[]", "java.lang.Object[]", "int[]", "long[]"] Field("size");
    "com.google.common.collect.HashBiMap" ["$"] Links("com.google.common.collect.HashBiMap$BiEntry");
    "com.google.common.collect.StandardTable" ["$", "=="] Wrapped;
    "com.google.common.collect.ImmutableTable" ["[]", "java.lang.Object[]", "com.google.common.collect.*", "com.google.common.collect.Immutable*[]"] Field("cellRowIndices.length");
    "com.google.common.collect.EvictingQueue" ["="] Wrapped;
    "com.google.common.collect.MinMaxPriorityQueue" ["$", "[]"] Field("size");
    "com.google.common.collect.TreeRangeMap" ["$", "=", "com.google.common.collect.Range", "com.google.common.collect.Cut$*"] Wrapped;
    "com.google.common.collect.TreeRangeSet" ["$", "=", "com.google.common.collect.Range", "com.google.common.collect.Cut$*"] Wrapped;
    "com.google.common.collect.RegularImmutableMap" ["[]", "com.google.common.collect.ImmutableMapEntry*"] Field("entries.length");
    "com.google.common.collect.RegularImmutableBiMap" ["$", "[]", "com.google.common.collect.ImmutableMapEntry*"] Field("entries.length");
    "com.google.common.collect.RegularImmutableList" ["[]"] Slots;
    "com.google.common.collect.RegularImmutableSet" ["[]"] Field("elements.length");
    "com.google.common.collect.RegularImmutableMultiset" ["$", "[]", "com.google.common.collect.Multisets$*"] Field("size");
    "com.google.common.collect.ImmutableSortedMap" ["com.google.common.collect.RegularImmutable*", "java.lang.Object[]"] Field("valueList.array.length");
    "com.google.common.collect.RegularImmutableSortedSet" ["="] Wrapped;
    "com.google.common.collect.CompactHash*" ["[]"] Field("size");
    "com.google.common.collect.Synchronized$*" ["="] Wrapped;
    "com.google.common.collect.*$Unmodifiable*" ["="] Wrapped;
    // Caffeine: the classes of caches and nodes are generated, `SSMS` and the like
    "com.github.benmanes.caffeine.cache.BoundedLocalCache$*" ["com.github.benmanes.caffeine.cache.*", "!com.github.benmanes.caffeine.cache.FrequencySketch", "java.util.concurrent.ConcurrentHashMap", "java.util.concurrent.ConcurrentHashMap$*"] Links("java.util.concurrent.ConcurrentHashMap$*Node");
    "com.github.benmanes.caffeine.cache.BoundedLocalCache" ["com.github.benmanes.caffeine.cache.*", "!com.github.benmanes.caffeine.cache.FrequencySketch", "java.util.concurrent.ConcurrentHashMap", "java.util.concurrent.ConcurrentHashMap$*"] Links("java.util.concurrent.ConcurrentHashMap$*Node");
    "com.github.benmanes.caffeine.cache.UnboundedLocalCache$*" ["com.github.benmanes.caffeine.cache.*", "java.util.concurrent.ConcurrentHashMap", "java.util.concurrent.ConcurrentHashMap$*"] Links("java.util.concurrent.ConcurrentHashMap$*Node");
    "com.github.benmanes.caffeine.cache.UnboundedLocalCache" ["com.github.benmanes.caffeine.cache.*", "java.util.concurrent.ConcurrentHashMap", "java.util.concurrent.ConcurrentHashMap$*"] Links("java.util.concurrent.ConcurrentHashMap$*Node");
    "com.github.benmanes.caffeine.cache.LocalAsync*Cache*" ["com.github.benmanes.caffeine.cache.*", "java.util.concurrent.ConcurrentHashMap", "java.util.concurrent.ConcurrentHashMap$*"] Links("java.util.concurrent.ConcurrentHashMap$*Node");
    // fastutil
    "it.unimi.dsi.fastutil.*s$Synchronized*" ["="] Wrapped;
    "it.unimi.dsi.fastutil.*s$Unmodifiable*" ["="] Wrapped;
    "it.unimi.dsi.fastutil.*TreeMap" ["$", ">boolean[]", ">it.unimi.dsi.fastutil.*[]"] Field("count");
    "it.unimi.dsi.fastutil.*TreeSet" ["$", ">boolean[]", ">it.unimi.dsi.fastutil.*[]"] Field("count");
    "it.unimi.dsi.fastutil.*Map" ["$", "[]"] Field("size");
    "it.unimi.dsi.fastutil.*Set" ["$", "[]"] Field("size");
    "it.unimi.dsi.fastutil.*ArrayList" ["[]"] Field("size");
    "it.unimi.dsi.fastutil.*Queue" ["[]"] Slots;
    // Eclipse Collections
    "org.eclipse.collections.impl.*.primitive.*HashMap" ["$", "[]"] Field("occupiedWithData");
    "org.eclipse.collections.impl.map.mutable.UnifiedMap" ["$", "[]"] Field("occupied");
    "org.eclipse.collections.impl.set.mutable.UnifiedSet" ["$", "[]"] Field("occupied");
    "org.eclipse.collections.impl.list.mutable.FastList" ["[]"] Field("size");
    "org.eclipse.collections.impl.map.mutable.ConcurrentHashMap" ["$", "java.util.concurrent.atomic.AtomicReferenceArray", "java.lang.Object[]"] Links("org.eclipse.collections.impl.map.mutable.ConcurrentHashMap$Entry");
    "org.eclipse.collections.impl.map.sorted.mutable.TreeSortedMap" ["="] Wrapped;
    "org.eclipse.collections.impl.bimap.*HashBiMap*" ["org.eclipse.collections.impl.bimap.*", "="] Field("delegate.occupied");
    "org.eclipse.collections.impl.bag.*Bag" ["="] Field("size");
    "org.eclipse.collections.impl.multimap.AbstractMutableMultimap" ["=="] Field("totalSize");
    "org.eclipse.collections.impl.*.immutable.ImmutableUnified*" ["="] Wrapped;
    "org.eclipse.collections.impl.list.immutable.ImmutableArrayList" ["[]"] Slots;
    // HPPC
    "com.carrotsearch.hppc.*HashMap" ["[]"] Field("assigned");
    "com.carrotsearch.hppc.*HashSet" ["[]"] Field("assigned");
    "com.carrotsearch.hppc.*ArrayList" ["[]"] Field("elementsCount");
    "com.carrotsearch.hppc.*ArrayDeque" ["[]"] Slots;
    // Commons Collections
    "org.apache.commons.collections*.map.AbstractHashedMap" ["org.apache.commons.collections*.map.*$*", "java.lang.ref.ReferenceQueue*"] Field("size");
    "org.apache.commons.collections*.map.Flat3Map" ["="] Wrapped;
    "org.apache.commons.collections*.map.ListOrderedMap" ["="] Field("map.size");
    "org.apache.commons.collections*.map.PassiveExpiringMap" ["="] Field("map.size");
    "org.apache.commons.collections*.map.AbstractMapDecorator" ["="] Wrapped;
    "org.apache.commons.collections*.bidimap.AbstractDualBidiMap" ["="] Field("normalMap.size");
    "org.apache.commons.collections*.bidimap.TreeBidiMap" ["$", "boolean[]"] Field("nodeCount");
    "org.apache.commons.collections*.multimap.*" ["=="] Wrapped;
    "org.apache.commons.collections*.queue.CircularFifoQueue" ["[]"] Slots;
    // Kotlin
    "kotlin.collections.ArrayDeque" ["[]"] Field("size");
    "kotlin.collections.builders.ListBuilder" ["[]", "$"] Field("length");
    "kotlin.collections.builders.MapBuilder" ["[]", "$", "kotlin.collections.builders.*"] Field("size|_size");
    "kotlin.collections.builders.SetBuilder" ["="] Wrapped;
    // Scala: mutable
    "scala.collection.mutable.HashMap" ["$"] Links("scala.collection.mutable.HashMap$Node");
    "scala.collection.mutable.LinkedHashMap" ["$"] Links("scala.collection.mutable.LinkedHashMap$LinkedEntry");
    "scala.collection.mutable.TreeMap" ["scala.collection.mutable.RedBlackTree$*"] Links("scala.collection.mutable.RedBlackTree$Node");
    "scala.collection.mutable.TreeSet" ["scala.collection.mutable.RedBlackTree$*"] Links("scala.collection.mutable.RedBlackTree$Node");
    "scala.collection.mutable.AnyRefMap" ["[]", "$"] Field("_size");
    "scala.collection.mutable.LongMap" ["[]", "$"] Field("_size");
    "scala.collection.mutable.OpenHashMap" ["$", "scala.Some"] Links("scala.collection.mutable.OpenHashMap$OpenEntry");
    "scala.collection.mutable.HashSet" ["$"] Links("scala.collection.mutable.HashSet$Node");
    "scala.collection.mutable.LinkedHashSet" ["$"] Links("scala.collection.mutable.LinkedHashSet$Entry");
    "scala.collection.mutable.ArrayBuffer" ["[]"] Field("size0");
    "scala.collection.mutable.ListBuffer" ["scala.collection.immutable.$colon$colon"] Links("scala.collection.immutable.$colon$colon");
    "scala.collection.mutable.ArrayDeque" ["[]"] Slots;
    "scala.collection.mutable.PriorityQueue" ["$", "java.lang.Object[]"] Slots;
    "scala.collection.concurrent.TrieMap" ["$", "scala.collection.concurrent.*"] Links("scala.collection.concurrent.SNode");
    // Scala: immutable
    "scala.collection.immutable.$colon$colon" ["scala.collection.immutable.$colon$colon"] Links("scala.collection.immutable.$colon$colon");
    "scala.collection.immutable.Vector" ["[]", "java.lang.Object[][]*", "java.lang.Object[]"] Field("length0");
    "scala.collection.immutable.HashMap" ["scala.collection.immutable.*MapNode", "java.lang.Object[]", "int[]"] Field("rootNode.size");
    "scala.collection.immutable.HashSet" ["scala.collection.immutable.*SetNode", "java.lang.Object[]", "int[]"] Field("rootNode.size");
    "scala.collection.immutable.TreeMap" ["scala.collection.immutable.RedBlackTree$*"] Links("scala.collection.immutable.RedBlackTree$Tree");
    "scala.collection.immutable.TreeSet" ["scala.collection.immutable.RedBlackTree$*"] Links("scala.collection.immutable.RedBlackTree$Tree");
    "scala.collection.immutable.ListMap$Node" ["scala.collection.immutable.ListMap$*"] Links("scala.collection.immutable.ListMap$Node");
    "scala.collection.immutable.VectorMap" ["scala.Tuple2", "="] Field("size");
    "scala.collection.immutable.Queue" ["="] Wrapped;
    "scala.collection.immutable.ArraySeq$ofRef" ["[]"] Slots;
    // Queues of reactive libraries: arrays in a chain
    "reactor.util.concurrent.SpscLinkedArrayQueue" ["java.util.concurrent.atomic.AtomicReferenceArray", "java.lang.Object[]"] Ahead("producerIndex", "consumerIndex", 1);
    "reactor.util.concurrent.MpscLinkedQueue" ["$"] Filled("reactor.util.concurrent.MpscLinkedQueue$LinkedQueueNode");
    "reactor.core.publisher.FluxReplay$UnboundedReplayBuffer" ["java.lang.Object[]"] Field("size");
    "io.reactivex.*SpscLinkedArrayQueue" ["java.util.concurrent.atomic.AtomicReferenceArray", "java.lang.Object[]"] Ahead("producerIndex.value", "consumerIndex.value", 1);
    "io.reactivex.*MpscLinkedQueue" ["$", "java.util.concurrent.atomic.AtomicReference"] Filled("io.reactivex.*MpscLinkedQueue$LinkedQueueNode");
    "org.jctools.queues.BaseMpscLinkedArrayQueue" ["java.lang.Object[]"] Ahead("producerIndex", "consumerIndex", 2);
    "org.jctools.queues.BaseSpscLinkedArrayQueue" ["java.lang.Object[]"] Ahead("producerIndex", "consumerIndex", 1);
    "org.jctools.queues.BaseLinkedQueue" ["org.jctools.queues.LinkedQueueNode"] Filled("org.jctools.queues.LinkedQueueNode");
    "org.jctools.queues.ConcurrentCircularArrayQueue" ["[]"] Slots;
    "org.jctools.queues.atomic.BaseMpscLinkedAtomicArrayQueue" ["java.util.concurrent.atomic.AtomicReferenceArray", "java.lang.Object[]"] Ahead("producerIndex", "consumerIndex", 2);
    "org.jctools.queues.atomic.BaseSpscLinkedAtomicArrayQueue" ["java.util.concurrent.atomic.AtomicReferenceArray", "java.lang.Object[]"] Ahead("producerIndex", "consumerIndex", 1);
    "org.jctools.queues.atomic.BaseLinkedAtomicQueue" ["org.jctools.queues.atomic.LinkedQueueAtomicNode"] Filled("org.jctools.queues.atomic.LinkedQueueAtomicNode");
    // Netty, Spring
    "io.netty.util.collection.*ObjectHashMap" ["[]", "$"] Field("size");
    "io.netty.util.internal.*Mpsc*Queue" ["java.lang.Object[]"] Slots;
    "org.springframework.util.ConcurrentReferenceHashMap" ["$", "java.lang.ref.ReferenceQueue*"] Links("org.springframework.util.ConcurrentReferenceHashMap$Entry");
    "org.springframework.util.MultiValueMapAdapter" ["=="] Wrapped;
    "org.springframework.util.LinkedCaseInsensitiveMap" ["="] Field("caseInsensitiveKeys.size");
};
