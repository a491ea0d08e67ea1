//! Collections of Android's framework.

use super::rule::Count::{Field, Wrapped};
use super::rule::{Container, containers};

pub(super) const RULES: &[Container] = containers! {
    "android.util.ArrayMap" ["[]", "$"] Field("mSize");
    "android.util.ArraySet" ["[]", "$"] Field("mSize");
    "android.util.*Sparse*Array" ["[]"] Field("mSize");
    "android.util.LruCache" ["="] Wrapped;
};
