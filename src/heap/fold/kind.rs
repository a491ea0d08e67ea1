//! What classes are for, and what bounds them, by name: a leak is told by these, not by words in a path.

use std::sync::LazyLock;

use super::rule::Patterns;
use crate::heap::{Bound, Kind};

/// Classes of each kind; those that extend them are of it, too.
const KINDS: &[(Kind, &[&str])] = &[
    (Kind::Loader, &["java.lang.ClassLoader"]),
    (
        Kind::Timer,
        &[
            "java.util.TimerTask",
            "java.util.TaskQueue",
            "java.util.concurrent.ScheduledThreadPoolExecutor$*",
            "io.netty.util.HashedWheelTimer$*",
            "io.netty.util.concurrent.ScheduledFutureTask",
            "*.actor.LightArrayRevolverScheduler$*",
            "Timeout",
            "TimersList",
            "blink::DOMTimer*",
            "asyncio.events.TimerHandle",
            "threading.Timer",
            "sched.Event",
            "twisted.internet.base.DelayedCall",
        ],
    ),
    (
        Kind::Listeners,
        &[
            "EventEmitter",
            "EventTarget",
            "AbortSignal",
            "blink::EventTargetData",
            "java.util.Observable",
            "java.beans.PropertyChangeSupport",
            "java.beans.VetoableChangeSupport",
            "java.beans.ChangeListenerMap",
            "javax.swing.event.EventListenerList",
            "java.util.concurrent.SubmissionPublisher",
            "com.google.common.eventbus.SubscriberRegistry",
            "org.greenrobot.eventbus.EventBus",
            "org.springframework.context.event.AbstractApplicationEventMulticaster*",
            "io.reactivex.*.PublishSubject",
            "io.reactivex.*.BehaviorSubject",
            "io.reactivex.*.AsyncSubject",
            "io.reactivex.*.CompletableSubject",
            "io.reactivex.*.MaybeSubject",
            "io.reactivex.*.SingleSubject",
            "io.reactivex.*.PublishProcessor",
            "io.reactivex.*.BehaviorProcessor",
            "io.reactivex.*.AsyncProcessor",
            "io.reactivex.*$ReplayDisposable*",
            "io.reactivex.*$ReplaySubscription*",
            "kotlinx.coroutines.flow.*Slot*",
            "blinker.base.Signal",
            "django.dispatch.dispatcher.Signal",
        ],
    ),
    (
        Kind::Pool,
        &[
            "org.apache.commons.pool*.impl.*ObjectPool",
            "com.zaxxer.hikari.pool.HikariPool",
            "com.zaxxer.hikari.util.ConcurrentBag",
            "org.apache.tomcat.jdbc.pool.ConnectionPool",
            "com.mchange.v2.resourcepool.BasicResourcePool",
            "com.alibaba.druid.pool.DruidDataSource",
            "org.apache.http.pool.AbstractConnPool",
            "org.apache.hc.core5.pool.*ConnPool",
            "okhttp3.internal.connection.RealConnectionPool",
            "io.netty.buffer.PoolArena",
            "io.netty.buffer.PooledByteBufAllocator",
            "io.netty.util.Recycler*",
            "io.netty.channel.pool.SimpleChannelPool",
            "reactor.pool.*Pool",
            "BoundPool",
            "sqlalchemy.pool.*Pool",
            "psycopg2.pool.*Pool",
            "psycopg_pool.*Pool",
            "urllib3.connectionpool.*Pool",
            "urllib3.poolmanager.PoolManager",
            "redis.connection.*Pool",
        ],
    ),
    (
        Kind::Queue,
        &[
            "java.util.concurrent.LinkedBlocking*",
            "java.util.concurrent.ConcurrentLinked*",
            "java.util.concurrent.ArrayBlockingQueue",
            "java.util.concurrent.PriorityBlockingQueue",
            "java.util.concurrent.LinkedTransferQueue",
            "java.util.concurrent.DelayQueue",
            "java.util.ArrayDeque",
            "java.util.PriorityQueue",
            "io.netty.util.internal.*Mpsc*Queue",
            "org.jctools.queues.*",
            "reactor.util.concurrent.*Queue",
            "io.reactivex.*Queue",
            "io.reactivex.*$*ReplayBuffer",
            "java.util.concurrent.SubmissionPublisher$BufferedSubscription",
            "org.agrona.concurrent.*Queue",
            "com.hazelcast.internal.util.concurrent.*Queue",
            "it.unimi.dsi.fastutil.*Queue",
            "io.vavr.collection.*Queue",
            "org.pcollections.AmortizedPQueue",
            "kotlinx.coroutines.channels.*Channel",
            "kotlinx.coroutines.flow.SharedFlowImpl",
            "collections.deque",
            "queue.*",
            "_queue.SimpleQueue",
            "asyncio.queues.*",
        ],
    ),
    (
        Kind::Buffer,
        &[
            "byte[]",
            "char[]",
            "java.nio.*Buffer",
            "java.io.ByteArrayOutputStream",
            "io.netty.buffer.*ByteBuf",
            "ArrayBuffer",
            "SharedArrayBuffer",
            "system / JSArrayBufferData",
            "Buffer",
            "FastBuffer",
            "Uint8Array",
            "builtins.bytes",
            "builtins.bytearray",
            "_io.BytesIO",
            "io.BytesIO",
        ],
    ),
    (
        Kind::Function,
        &[
            "Function",
            "function",
            "closure",
            "*$$Lambda*",
            "builtins.function",
            "builtins.function *",
            "builtins.method",
            "builtins.method *",
            "functools.partial",
        ],
    ),
    (Kind::ThreadLocal, &["_thread._local", "_threading_local.local"]),
    (
        Kind::Future,
        &[
            "Promise",
            "java.util.concurrent.CompletableFuture",
            "com.google.common.util.concurrent.AbstractFuture",
            "io.netty.util.concurrent.DefaultPromise",
            "_asyncio.Future",
            "asyncio.futures.Future",
            "concurrent.futures._base.Future",
        ],
    ),
];

/// What bounds a container or pool.
#[derive(Debug, Clone, Copy)]
pub(in crate::heap) enum Limit {
    /// Entries: the number in this field; unbounded if there is none, or it is nothing or as large as can be.
    Field(&'static str),
    /// Whatever its class says: an age, or a rule of its own.
    Evicts,
    /// An age, in one of these fields.
    Age(&'static str),
}

/// Limits of classes and of those that extend them; each is asked for in turn.
const LIMITS: &[(&str, &[Limit])] = &[
    ("java.util.concurrent.ArrayBlockingQueue", &[Limit::Field("items.length")]),
    ("java.util.concurrent.LinkedBlockingQueue", &[Limit::Field("capacity")]),
    ("java.util.concurrent.LinkedBlockingDeque", &[Limit::Field("capacity")]),
    (
        "com.google.common.cache.LocalCache$Local*Cache",
        &[
            Limit::Field("localCache.maxWeight"),
            Limit::Age("localCache.expireAfterWriteNanos"),
            Limit::Age("localCache.expireAfterAccessNanos"),
        ],
    ),
    (
        "com.google.common.cache.LocalCache",
        &[Limit::Field("maxWeight"), Limit::Age("expireAfterWriteNanos"), Limit::Age("expireAfterAccessNanos")],
    ),
    ("com.google.common.collect.EvictingQueue", &[Limit::Field("maxSize")]),
    (
        "com.github.benmanes.caffeine.cache.BoundedLocalCache$*",
        &[
            Limit::Field("cache.maximum"),
            Limit::Age("cache.expiresAfterWriteNanos"),
            Limit::Age("cache.expiresAfterAccessNanos"),
        ],
    ),
    (
        "com.github.benmanes.caffeine.cache.BoundedLocalCache",
        &[Limit::Field("maximum"), Limit::Age("expiresAfterWriteNanos"), Limit::Age("expiresAfterAccessNanos")],
    ),
    ("org.apache.commons.collections*.map.LRUMap", &[Limit::Field("maxSize")]),
    ("org.apache.commons.collections*.map.PassiveExpiringMap", &[Limit::Evicts]),
    ("org.apache.commons.collections*.queue.CircularFifoQueue", &[Limit::Field("maxElements")]),
    ("org.apache.commons.pool*.impl.*ObjectPool", &[Limit::Field("maxTotal|_maxActive")]),
    ("com.zaxxer.hikari.pool.HikariPool", &[Limit::Field("config.maxPoolSize")]),
    ("org.agrona.collections.*Cache", &[Limit::Field("capacity")]),
    ("org.agrona.concurrent.AbstractConcurrentArrayQueue", &[Limit::Field("capacity")]),
    ("com.hazelcast.internal.util.concurrent.AbstractConcurrentArrayQueue", &[Limit::Field("capacity")]),
    ("io.reactivex.*$Size*ReplayBuffer", &[Limit::Field("maxSize")]),
    ("com.codahale.metrics.*ExponentiallyDecayingReservoir", &[Limit::Field("size")]),
    ("com.yammer.metrics.stats.ExponentiallyDecayingSample", &[Limit::Field("reservoirSize")]),
    ("org.neo4j.internal.collector.RingRecentBuffer", &[Limit::Field("size")]),
    // Entries or bytes: where they are bytes, there are fewer entries.
    ("org.ehcache.impl.internal.store.heap.OnHeapStore", &[Limit::Field("capacity")]),
    // Its capacity is spread over its segments.
    ("org.hibernate.internal.util.collections.BoundedConcurrentHashMap", &[Limit::Evicts]),
    // Only subclasses can evict: they override `removeEldestEntry`, of which a dump tells nothing.
    ("java.util.LinkedHashMap", &[Limit::Evicts]),
    ("LRUCache", &[Limit::Evicts]),
    ("QuickLRU", &[Limit::Evicts]),
    ("TTLCache", &[Limit::Evicts]),
    ("cachetools.*Cache", &[Limit::Evicts]),
    ("functools._lru_list_elem", &[Limit::Evicts]),
];

/// Never bounds though it has a limit: the class of which only subclasses evict.
const PLAIN: [&str; 1] = ["java.util.LinkedHashMap"];

/// The kind of a class, not looking at what it extends.
pub(super) fn kind(class: &str) -> Option<Kind> {
    static PATTERNS: LazyLock<Patterns<Kind>> =
        LazyLock::new(|| KINDS.iter().flat_map(|(kind, names)| names.iter().map(|name| (*name, *kind))).collect());
    PATTERNS.find(class)
}

/// The limits of a class, not looking at what it extends.
pub(super) fn limits(class: &str) -> Option<&'static [Limit]> {
    static PATTERNS: LazyLock<Patterns<&[Limit]>> = LazyLock::new(|| LIMITS.iter().copied().collect());
    PATTERNS.find(class)
}

/// Whether a class that has limits is itself without: the limits are those of its subclasses.
pub(super) fn is_plain(class: &str) -> bool {
    PLAIN.contains(&class) || (class.starts_with("java.") && limits(class).is_none())
}

impl Limit {
    /// The bound, where `number` reads a field.
    pub(in crate::heap) fn bound(self, number: impl Fn(&str) -> Option<u64>) -> Option<Bound> {
        match self {
            Self::Evicts => Some(Bound::Evicts),
            Self::Age(field) => number(field).filter(|age| *age > 0).map(|_| Bound::Evicts),
            Self::Field(field) => number(field).filter(|most| (1..i32::MAX as u64).contains(most)).map(Bound::Entries),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_only_sounds_like_a_kind_has_none() {
        for (class, expected) in [
            ("org.apache.commons.pool2.impl.GenericObjectPool", Some(Kind::Pool)),
            ("com.shop.ConstantPool", None),
            ("com.shop.PoolTable", None),
            ("com.shop.ListenerStatistics", None),
            ("com.shop.Cart$$Lambda$14/0x0000000800c03000", Some(Kind::Function)),
            ("com.shop.TimeoutException", None),
            ("twisted.internet.base.DelayedCall", Some(Kind::Timer)),
            ("queue.SimpleQueue", Some(Kind::Queue)),
            ("_queue.SimpleQueue", Some(Kind::Queue)),
            ("shop_queue.SimpleQueue", None),
            ("java.util.concurrent.ScheduledThreadPoolExecutor$ScheduledFutureTask", Some(Kind::Timer)),
            ("org.apache.pekko.actor.LightArrayRevolverScheduler$TaskQueue", Some(Kind::Timer)),
            ("io.reactivex.rxjava3.subjects.PublishSubject", Some(Kind::Listeners)),
            ("io.reactivex.rxjava3.subjects.ReplaySubject$ReplayDisposable[]", Some(Kind::Listeners)),
            ("io.reactivex.rxjava3.subjects.ReplaySubject$UnboundedReplayBuffer", Some(Kind::Queue)),
            ("io.reactivex.rxjava3.subjects.ReplaySubject", None),
        ] {
            assert_eq!(kind(class), expected, "{class}");
        }
    }

    #[test]
    fn a_field_that_holds_no_limit_bounds_nothing() {
        assert_eq!(Limit::Field("capacity").bound(|_| Some(8)), Some(Bound::Entries(8)));
        assert_eq!(Limit::Field("capacity").bound(|_| Some(i32::MAX as u64)), None);
        assert_eq!(Limit::Field("maxTotal").bound(|_| None), None);
        assert_eq!(Limit::Age("nanos").bound(|_| Some(0)), None);
    }
}
