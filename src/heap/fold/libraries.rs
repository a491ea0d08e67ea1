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
    // Clojure; what its small maps hold is told by their arrays
    "clojure.lang.PersistentHashMap" ["$", "java.lang.Object[]", "clojure.lang.PersistentHashMap$*[]"] Field("count");
    "clojure.lang.PersistentTreeMap" ["$"] Field("_count");
    "clojure.lang.PersistentVector" ["$", "java.lang.Object[]"] Field("cnt");
    "clojure.lang.APersistentSet" ["="] Wrapped;
    // Flink: while it grows, its entries move from one table to the other
    "org.apache.flink.runtime.state.heap.CopyOnWriteStateMap" ["$", "[]"] Links("org.apache.flink.runtime.state.heap.CopyOnWriteStateMap$StateMapEntry");
    // fastutil
    "it.unimi.dsi.fastutil.*s$Synchronized*" ["="] Wrapped;
    "it.unimi.dsi.fastutil.*s$Unmodifiable*" ["="] Wrapped;
    "it.unimi.dsi.fastutil.*BigArrayBigList" ["[]", "java.lang.Object[]", "boolean[]", "byte[]", "char[]", "short[]", "int[]", "long[]", "float[]", "double[]"] Field("size");
    "it.unimi.dsi.fastutil.*OpenHashBigSet" ["$", "[]", "java.lang.Object[]", "boolean[]", "byte[]", "char[]", "short[]", "int[]", "long[]", "float[]", "double[]"] Field("size");
    "it.unimi.dsi.fastutil.*TreeMap" ["$", ">boolean[]", ">it.unimi.dsi.fastutil.*[]"] Field("count");
    "it.unimi.dsi.fastutil.*TreeSet" ["$", ">boolean[]", ">it.unimi.dsi.fastutil.*[]"] Field("count");
    "it.unimi.dsi.fastutil.*Map" ["$", "[]"] Field("size");
    "it.unimi.dsi.fastutil.*Set" ["$", "[]"] Field("size");
    "it.unimi.dsi.fastutil.*ArrayList" ["[]"] Field("size");
    "it.unimi.dsi.fastutil.*ImmutableList" ["[]"] Field("a.length");
    "it.unimi.dsi.fastutil.*HeapPriorityQueue" ["[]"] Field("size");
    "it.unimi.dsi.fastutil.*ArrayPriorityQueue" ["[]"] Field("size");
    "it.unimi.dsi.fastutil.*Queue" ["[]"] Slots;
    // Eclipse Collections
    "org.eclipse.collections.impl.*.primitive.*HashMap" ["$", "[]"] Field("occupiedWithData");
    "org.eclipse.collections.impl.*.primitive.*HashSet" ["$", "[]"] Field("occupiedWithData");
    "org.eclipse.collections.impl.*.primitive.*ArrayList" ["[]"] Field("size");
    // Keys and values whose hashes collide are in an array of their own.
    "org.eclipse.collections.impl.map.mutable.UnifiedMap" ["$", "java.lang.Object[]"] Field("occupied");
    "org.eclipse.collections.impl.map.strategy.mutable.UnifiedMapWithHashingStrategy" ["$", "java.lang.Object[]"] Field("occupied");
    "org.eclipse.collections.impl.set.strategy.mutable.UnifiedSetWithHashingStrategy" ["$", "[]"] Field("occupied");
    "org.eclipse.collections.impl.set.mutable.UnifiedSet" ["$", "[]"] Field("occupied");
    "org.eclipse.collections.impl.list.mutable.FastList" ["[]"] Field("size");
    "org.eclipse.collections.impl.map.mutable.ConcurrentHashMap" ["$", "java.util.concurrent.atomic.AtomicReferenceArray", "java.lang.Object[]"] Links("org.eclipse.collections.impl.map.mutable.ConcurrentHashMap$Entry");
    "org.eclipse.collections.impl.map.mutable.ConcurrentHashMapUnsafe" ["$", "java.lang.Object[]"] Links("org.eclipse.collections.impl.map.mutable.ConcurrentHashMapUnsafe$Entry");
    "org.eclipse.collections.impl.map.sorted.mutable.TreeSortedMap" ["="] Wrapped;
    "org.eclipse.collections.impl.set.sorted.mutable.TreeSortedSet" ["="] Wrapped;
    "org.eclipse.collections.impl.stack.*ArrayStack" ["="] Wrapped;
    "org.eclipse.collections.impl.*Adapter" ["="] Wrapped;
    "org.eclipse.collections.impl.*.MultiReader*" ["="] Wrapped;
    "org.eclipse.collections.impl.*.Synchronized*" ["="] Wrapped;
    "org.eclipse.collections.impl.*.Unmodifiable*" ["="] Wrapped;
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
    // Agrona
    "org.agrona.collections.*Map" ["$", "[]"] Field("size");
    "org.agrona.collections.*HashSet" ["$", "[]"] Field("size|sizeOfArrayValues");
    "org.agrona.collections.*ArrayList" ["[]"] Field("size");
    "org.agrona.collections.*Cache" ["$", "[]"] Field("size");
    "org.agrona.concurrent.AbstractConcurrentArrayQueue" ["[]"] Ahead("tail", "head", 1);
    "org.agrona.concurrent.ManyToOneConcurrentLinkedQueue" ["org.agrona.concurrent.ManyToOneConcurrentLinkedQueuePadding1$Node"] Filled("org.agrona.concurrent.ManyToOneConcurrentLinkedQueuePadding1$Node");
    // Trove
    "gnu.trove.set.hash.TLinkedHashSet" ["[]", "gnu.trove.*$*", "gnu.trove.list.array.*", "int[]"] Field("_size");
    "gnu.trove.impl.hash.THash" ["[]", "gnu.trove.*$*"] Field("_size");
    "gnu.trove.list.array.*ArrayList" ["[]"] Field("_pos");
    "gnu.trove.list.linked.T*LinkedList" ["$"] Field("size|_size");
    "gnu.trove.stack.array.*" ["="] Wrapped;
    "gnu.trove.impl.sync.*" ["="] Wrapped;
    "gnu.trove.impl.unmodifiable.*" ["="] Wrapped;
    // Koloboke
    "com.koloboke.collect.impl.hash.*Hash*Map" ["[]", "com.koloboke.collect.impl.hash.HashConfigWrapper"] Field("size");
    "com.koloboke.collect.impl.hash.*Hash*Set" ["[]", "com.koloboke.collect.impl.hash.HashConfigWrapper"] Field("size");
    // Vavr
    "io.vavr.collection.HashMap" ["io.vavr.collection.HashArrayMappedTrieModule$*", "java.lang.Object[]"] Links("io.vavr.collection.HashArrayMappedTrieModule$Leaf*");
    "io.vavr.collection.HashSet" ["io.vavr.collection.HashArrayMappedTrieModule$*", "java.lang.Object[]"] Links("io.vavr.collection.HashArrayMappedTrieModule$Leaf*");
    "io.vavr.collection.LinkedHashMap" ["io.vavr.Tuple2", "="] Field("map.trie.size");
    "io.vavr.collection.LinkedHashSet" ["io.vavr.Tuple2", "="] Field("map.map.trie.size");
    "io.vavr.collection.TreeMap" ["$", "io.vavr.collection.RedBlackTreeModule$*", "io.vavr.Tuple2"] Links("io.vavr.collection.RedBlackTreeModule$Node");
    "io.vavr.collection.TreeSet" ["io.vavr.collection.RedBlackTreeModule$*"] Links("io.vavr.collection.RedBlackTreeModule$Node");
    "io.vavr.collection.Vector" ["io.vavr.collection.BitMappedTrie", "java.lang.Object[]", "boolean[]", "byte[]", "char[]", "short[]", "int[]", "long[]", "float[]", "double[]"] Field("trie.length");
    "io.vavr.collection.Array" ["[]"] Field("delegate.length");
    "io.vavr.collection.List$Cons" ["io.vavr.collection.List$Cons"] Links("io.vavr.collection.List$Cons");
    "io.vavr.collection.Stream$Cons" ["io.vavr.collection.StreamModule$*", "io.vavr.Lazy"] Links("io.vavr.collection.StreamModule$ConsImpl");
    "io.vavr.collection.Queue" ["="] Wrapped;
    "io.vavr.collection.PriorityQueue" ["io.vavr.collection.PriorityQueueBase$Node", "io.vavr.collection.List$Cons"] Field("size");
    "io.vavr.collection.AbstractMultimap" ["=="] Wrapped;
    // PCollections
    "org.pcollections.HashPMap" ["org.pcollections.IntTreePMap", "org.pcollections.IntTree", "org.pcollections.ConsPStack", "java.util.AbstractMap$SimpleImmutableEntry"] Field("size");
    "org.pcollections.IntTreePMap" ["org.pcollections.IntTree"] Field("root.size");
    "org.pcollections.TreePMap" ["org.pcollections.KVTree"] Field("tree.size");
    "org.pcollections.TreePSet" ["org.pcollections.KVTree"] Field("tree.size");
    "org.pcollections.OrderedPMap" ["=", "java.lang.Long", "java.util.AbstractMap$SimpleImmutableEntry"] Field("entries.tree.size");
    "org.pcollections.OrderedPSet" ["=", "java.lang.Long"] Field("elements.tree.size");
    "org.pcollections.MapPSet" ["="] Wrapped;
    "org.pcollections.MapPBag" ["="] Wrapped;
    "org.pcollections.TreePVector" ["org.pcollections.IntTreePMap", "org.pcollections.IntTree"] Field("map.root.size");
    "org.pcollections.ConsPStack" ["org.pcollections.ConsPStack"] Links("org.pcollections.ConsPStack");
    "org.pcollections.AmortizedPQueue" ["="] Wrapped;
    // RoaringBitmap: what counts are the containers, each of up to 65,536 values
    "org.roaringbitmap.longlong.Roaring64NavigableMap" ["org.roaringbitmap.*", "java.util.TreeMap", "java.util.TreeMap$Entry", "java.util.AbstractMap$Simple*Entry", "java.lang.Integer", "char[]", "int[]", "long[]"] Links("org.roaringbitmap.ArrayContainer|org.roaringbitmap.BitmapContainer|org.roaringbitmap.RunContainer");
    "org.roaringbitmap.longlong.Roaring64Bitmap" ["org.roaringbitmap.*", "java.util.ArrayList", "java.lang.Object[]", "byte[]", "char[]", "long[]"] Links("org.roaringbitmap.ArrayContainer|org.roaringbitmap.BitmapContainer|org.roaringbitmap.RunContainer");
    "org.roaringbitmap.RoaringBitmap" ["org.roaringbitmap.*", "char[]", "int[]", "long[]"] Field("highLowContainer.size");
    "org.roaringbitmap.buffer.ImmutableRoaringBitmap" ["org.roaringbitmap.buffer.*", "java.nio.*Buffer*", "byte[]", "char[]", "long[]"] Field("highLowContainer.size");
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
    // Queues and buffers of reactive libraries and of actors: most are arrays in a chain
    "reactor.util.concurrent.SpscLinkedArrayQueue" ["java.util.concurrent.atomic.AtomicReferenceArray", "java.lang.Object[]"] Ahead("producerIndex", "consumerIndex", 1);
    "reactor.util.concurrent.MpscLinkedQueue" ["$"] Filled("reactor.util.concurrent.MpscLinkedQueue$LinkedQueueNode");
    "reactor.core.publisher.FluxReplay$UnboundedReplayBuffer" ["java.lang.Object[]"] Field("size");
    "io.reactivex.*SpscLinkedArrayQueue" ["java.util.concurrent.atomic.AtomicReferenceArray", "java.lang.Object[]"] Ahead("producerIndex.value", "consumerIndex.value", 1);
    "io.reactivex.*.ReplaySubject$UnboundedReplayBuffer" ["="] Wrapped;
    "io.reactivex.*.ReplaySubject$Size*ReplayBuffer" ["io.reactivex.*.ReplaySubject$*Node"] Filled("io.reactivex.*.ReplaySubject$*Node");
    "io.reactivex.*.ReplayProcessor$UnboundedReplayBuffer" ["="] Wrapped;
    "io.reactivex.*.ReplayProcessor$Size*ReplayBuffer" ["io.reactivex.*.ReplayProcessor$*Node"] Filled("io.reactivex.*.ReplayProcessor$*Node");
    "kotlinx.coroutines.flow.SharedFlowImpl" [">java.lang.Object[]"] Slots;
    "io.reactivex.*MpscLinkedQueue" ["$", "java.util.concurrent.atomic.AtomicReference"] Filled("io.reactivex.*MpscLinkedQueue$LinkedQueueNode");
    "org.jctools.queues.BaseMpscLinkedArrayQueue" ["java.lang.Object[]"] Ahead("producerIndex", "consumerIndex", 2);
    "org.jctools.queues.BaseSpscLinkedArrayQueue" ["java.lang.Object[]"] Ahead("producerIndex", "consumerIndex", 1);
    "org.jctools.queues.BaseLinkedQueue" ["org.jctools.queues.LinkedQueueNode"] Filled("org.jctools.queues.LinkedQueueNode");
    "org.jctools.queues.ConcurrentCircularArrayQueue" ["[]"] Slots;
    "org.jctools.queues.atomic.BaseMpscLinkedAtomicArrayQueue" ["java.util.concurrent.atomic.AtomicReferenceArray", "java.lang.Object[]"] Ahead("producerIndex", "consumerIndex", 2);
    "org.jctools.queues.atomic.BaseSpscLinkedAtomicArrayQueue" ["java.util.concurrent.atomic.AtomicReferenceArray", "java.lang.Object[]"] Ahead("producerIndex", "consumerIndex", 1);
    "org.jctools.queues.atomic.BaseLinkedAtomicQueue" ["org.jctools.queues.atomic.LinkedQueueAtomicNode"] Filled("org.jctools.queues.atomic.LinkedQueueAtomicNode");
    "org.apache.pekko.dispatch.AbstractNodeQueue" ["$"] Filled("org.apache.pekko.dispatch.AbstractNodeQueue$Node");
    "akka.dispatch.AbstractNodeQueue" ["$"] Filled("akka.dispatch.AbstractNodeQueue$Node");
    "java.util.concurrent.SubmissionPublisher$BufferedSubscription" ["[]"] Ahead("tail", "head", 1);
    // Netty, Spring
    "io.netty.util.collection.*ObjectHashMap" ["[]", "$"] Field("size");
    "io.netty.util.internal.*Mpsc*Queue" ["java.lang.Object[]"] Slots;
    "org.springframework.util.ConcurrentReferenceHashMap" ["$", "java.lang.ref.ReferenceQueue*"] Links("org.springframework.util.ConcurrentReferenceHashMap$Entry");
    "org.springframework.util.MultiValueMapAdapter" ["=="] Wrapped;
    "org.springframework.util.LinkedCaseInsensitiveMap" ["="] Field("caseInsensitiveKeys.size");
    // Ehcache, Hibernate, Hazelcast, H2, Micrometer
    "org.ehcache.impl.internal.store.heap.OnHeapStore" ["org.ehcache.impl.internal.store.heap.*Backend", "org.ehcache.impl.internal.concurrent.ConcurrentHashMap", "org.ehcache.impl.internal.concurrent.ConcurrentHashMap$*"] Links("org.ehcache.impl.internal.concurrent.ConcurrentHashMap$*Node");
    "org.ehcache.impl.internal.concurrent.ConcurrentHashMap" ["$"] Links("org.ehcache.impl.internal.concurrent.ConcurrentHashMap$*Node");
    "org.hibernate.internal.util.collections.BoundedConcurrentHashMap" ["$", "java.util.concurrent.locks.*Sync", "java.util.concurrent.ConcurrentLinkedQueue", "java.util.concurrent.ConcurrentLinkedQueue$Node", "java.util.concurrent.atomic.AtomicInteger", "java.util.HashMap$Node[]", "java.util.LinkedHashMap$Entry"] Filled("org.hibernate.internal.util.collections.BoundedConcurrentHashMap$*HashEntry");
    "org.hibernate.engine.internal.StatefulPersistenceContext" ["$", "org.hibernate.engine.internal.*EntityEntry", "org.hibernate.engine.internal.EntityEntryContext", "org.hibernate.engine.internal.EntityEntryContext$*", "org.hibernate.engine.spi.EntityKey", "java.util.IdentityHashMap", "java.util.IdentityHashMap$*", "java.lang.Object[]", "="] Field("entitiesByKey.size");
    "com.hazelcast.internal.util.ConcurrentReferenceHashMap" ["$", "java.util.concurrent.locks.*Sync", "java.lang.ref.ReferenceQueue*"] Links("com.hazelcast.internal.util.ConcurrentReferenceHashMap$HashEntry");
    "com.hazelcast.internal.util.collection.*HashMap" ["$", "[]"] Field("size");
    "com.hazelcast.internal.util.concurrent.AbstractConcurrentArrayQueue" ["[]"] Ahead("tail", "head", 1);
    "org.h2.mvstore.MVMap" [">java.util.concurrent.atomic.AtomicReference", "org.h2.mvstore.RootReference", "org.h2.mvstore.Page$*", "*.*[]"] Field("root.value.root.totalCount");
    "org.h2.util.SoftValuesHashMap" ["$", "="] Wrapped;
    "org.h2.util.SoftHashMap" ["$", "="] Wrapped;
    "io.micrometer.core.instrument.MeterRegistry" ["java.util.concurrent.ConcurrentHashMap", "java.util.concurrent.ConcurrentHashMap$*", "java.util.HashMap", "java.util.HashMap$*", "java.util.HashSet"] Field("preFilterIdToMeterMap.size");
};
