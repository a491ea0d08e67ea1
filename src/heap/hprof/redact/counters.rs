//! Fields that keep their numbers: how full a container is, how text is coded, what a thread is.
//!
//! Other tools read them to tell empty collections, to decode text and to list threads. None of them can
//! carry what a user typed: hash codes, for one, can, and are not here.

const CONTAINERS: [&str; 3] = ["java.util.", "java.util.concurrent.", "android.util."];

const SIZES: [&str; 16] = [
    "size",
    "mSize",
    "count",
    "elementCount",
    "modCount",
    "threshold",
    "loadFactor",
    "accessOrder",
    "head",
    "tail",
    "takeIndex",
    "putIndex",
    "capacity",
    "sizeCtl",
    "baseCount",
    "transferIndex",
];

const SINGLE: [(&str, &[&str]); 3] = [
    ("java.lang.String", &["coder"]),
    ("java.lang.Thread", &["tid", "priority", "daemon", "threadStatus"]),
    ("java.lang.Thread$FieldHolder", &["priority", "daemon", "threadStatus"]),
];

/// Whether a primitive field keeps its value.
pub(super) fn kept(class: &str, field: &[u8]) -> bool {
    let named = |name: &&str| name.as_bytes() == field;
    let container =
        CONTAINERS.iter().any(|package| class.strip_prefix(package).is_some_and(|rest| !rest.contains('.')));
    container && SIZES.iter().any(named)
        || SINGLE.iter().any(|(known, fields)| *known == class && fields.iter().any(named))
}

#[cfg(test)]
mod tests {
    use super::kept;

    #[test]
    fn sizes_of_containers_stay_and_values_do_not() {
        for (class, field, stays) in [
            ("java.util.HashMap", "size", true),
            ("java.util.concurrent.ConcurrentHashMap", "baseCount", true),
            ("java.util.ArrayList$SubList", "size", true),
            ("android.util.ArrayMap", "mSize", true),
            ("java.lang.String", "coder", true),
            ("java.lang.String", "hash", false),
            ("java.util.HashMap$Node", "hash", false),
            ("java.util.concurrent.atomic.AtomicLong", "value", false),
            ("java.util.UUID", "mostSigBits", false),
            ("java.util.Date", "fastTime", false),
            ("app.Account", "size", false),
        ] {
            assert_eq!(kept(class, field.as_bytes()), stays, "{class}.{field}");
        }
    }
}
